// The invariants of collector.h as code, for `verify` builds.
#ifndef TRICYCLE_GC_CHECK_H_
#define TRICYCLE_GC_CHECK_H_
#ifdef TRICYCLE_VERIFY

#include "collector.h"
#include "complain.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

template <class Counting>
void collector<Counting>::check_invariants() const {
  const auto check = [this](const pile& list, bool (*good)(const header*), const char* what) {
    for (pile::cursor c; !list.at_end(c);) {
      const header* h = list.read(c).object();
      if (h == nullptr || is_dead(h)) continue;
      if (!is_mine(h)) complain_invariant("an object on a list is not in the working set", h);
      if (!good(h)) complain_invariant(what, h);
    }
  };
  check(
      live_, [](const header* h) { return mark_of(h) == mark::live; },
      "an object on the list of the living is not marked so");
  check(
      components_,
      [](const header* h) { return mark_of(h) == mark::condensed || mark_of(h) == mark::suspect; },
      "an object of a component is not marked so");
  if (phase_ == phase::classify && exact_ && !narrowing_)
    check(
        working_, [](const header* h) { return h->trial <= count_of(h); },
        "an exact trial count exceeds the real one");
  if (phase_ == phase::idle && !(working_.empty() && live_.empty() && suspects_.empty() &&
                                 components_.empty() && edges_.empty() && stack_.empty()))
    complain_invariant("a finished collection left something on a list",
                       (working_.empty() ? live_ : working_).top().object());
}

}  // namespace gc
}  // namespace v1
}  // namespace tricycle

#endif
#endif  // TRICYCLE_GC_CHECK_H_
