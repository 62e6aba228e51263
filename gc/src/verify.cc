// The checks of a `verify` build: the collector's invariants as code, and the audit of edges.
#ifdef TRICYCLE_VERIFY
#include <algorithm>
#include <vector>

#include "collector.h"
#include "complain.h"
#include "heap_core.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

void audit_edges(header* h) noexcept {
  std::vector<void**> slots;
  edge_visitor visit(
      [](edge_visitor& seen, void* all) {
        static_cast<std::vector<void**>*>(all)->insert(
            static_cast<std::vector<void**>*>(all)->end(), seen.begin(), seen.end());
      },
      &slots);
  try {
    trace_edges(h, visit);
    visit.flush();
  } catch (...) {
    return;  // the phase that follows meets the same, and knows what to do
  }
  std::sort(slots.begin(), slots.end());
  const auto twice = std::adjacent_find(slots.begin(), slots.end());
  if (twice == slots.end()) return;
  const auto* begin = static_cast<const char*>(object_of(h));
  const auto* at = reinterpret_cast<const char*>(*twice);
  const object_type& type = *type_of_object(h);
  const auto size = static_cast<std::ptrdiff_t>(type.block_bytes - type.object_offset);
  complain_same_slot(h, at >= begin && at < begin + size ? at - begin : -1);
}

void collector::check_invariants() const {
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
