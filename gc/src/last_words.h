// The stages of a component between its verdict and the first destructor, driven by reclaim.h. The
// order, and why: finalize.cc, which does the same for death by counting.
//
// User code: callbacks and finalizers; the values of weak maps are destroyed.
#ifndef TRICYCLE_GC_LAST_WORDS_H_
#define TRICYCLE_GC_LAST_WORDS_H_

#include "collector.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

/// The component at hand is proved dead, and its members expire. If some have last words, all
/// members are held. False: none has, and all are dead.
template <class Counting>
bool collector<Counting>::begin_last_words() noexcept {
  bool any = false;
  for (pile::cursor c = component_; found_.last_words != 0 && !components_.at_end(c);) {
    header* h = components_.read(c).object();
    if (h == nullptr) continue;
    if (is_weak(h)) expire(h);
    any |= has_last_words(h);
  }
  for (pile::cursor c = component_; !components_.at_end(c);) {
    header* h = components_.read(c).object();
    if (h == nullptr) continue;
    check_edges(h);
    if (any)
      hold(h);
    else
      begin_death(h);
  }
  held_ = any ? how::hold_weight : 0;
  touched_ = false;
  return any;
}

/// The same where there are other threads: a member has a finalizer, and the component is not
/// condemned before it has run. Their weak references have nothing that is to be told.
template <class Counting>
void collector<Counting>::hold_component() noexcept {
  for (pile::cursor c = component_; !components_.at_end(c);)
    if (header* h = components_.read(c).object()) hold(h);
  held_ = how::hold_weight;
  touched_ = false;
}

/// Tells all members' attachments. False: out of time.
template <class Counting>
bool collector<Counting>::tell_all(meter& time) noexcept {
  while (!components_.at_end(at_)) {
    const pile::cursor here = at_;
    header* h = components_.read(at_).object();
    while (h != nullptr && is_expired(h)) {
      if (tell_next(h, limbo_)) {
        touched_ = true;
        ++heap_.last_words;
      }
      work_ += 16;
      if (spent(time)) {
        at_ = here;
        return false;
      }
    }
    if (spent(time)) return false;
  }
  at_ = component_;
  return true;
}

template <class Counting>
bool collector<Counting>::run_finalizers(meter& time) noexcept {
  while (!components_.at_end(at_)) {
    header* h = components_.read(at_).object();
    if (h != nullptr && (word_of(h) & finalizable_bit) != 0) {
      how::run_finalizer(h);
      touched_ = true;
      work_ += 16;
    }
    if (spent(time)) return false;
  }
  at_ = component_;
  return true;
}

/// The second proof, if any user code has run. Atomic. Whether the component is still dead: then,
/// and now for good, its members are; and are no more held.
template <class Counting>
bool collector<Counting>::is_still_dead() {
  if (touched_) {
    for (pile::cursor c = component_; !components_.at_end(c);)
      if (header* h = components_.read(c).object()) h->trial = 0;
    if (!prove(component_)) return false;
  }
  if constexpr (how::stops_others) {
    condemn_component();
    held_ = 0;
    return true;
  }
  for (pile::cursor c = component_; !components_.at_end(c);) {
    header* h = components_.read(c).object();
    if (h == nullptr) continue;
    if (touched_) check_edges(h);
    give_up(h);
    h->count = (h->count & ~unwanted) - held_;
  }
  held_ = 0;
  return true;
}

/// The component was resurrected: its members are held no more. That may be the end of some: where
/// there are other threads, it is not for when they are stopped. False: out of time.
template <class Counting>
bool collector<Counting>::let_go_all(meter& time) noexcept {
  while (!components_.at_end(at_)) {
    if (header* h = components_.read(at_).object()) how::let_go(h);
    work_ += 4;
    if (spent(time)) return false;
  }
  return true;
}

/// The component was resurrected: all its members leave, and want examination, as some of them may
/// be dead all the same. Their values in weak maps go. False: out of time.
template <class Counting>
bool collector<Counting>::leave_resurrected(meter& time) noexcept {
  if (!destroy_limbo(time)) return false;
  for (bool first = false; !first;) {
    const pile::entry e = components_.pop();
    first = e.tagged();
    if (header* h = e.object()) {
      if constexpr (!how::stops_others)
        if (count_of(h) > 1) ++heap_.resurrected;
      if (!is_dead(h)) h->count &= ~unwanted;
      settle_one({e.bits & ~std::uintptr_t{3}}, /*age=*/true);
      if constexpr (!how::stops_others) how::let_go(h);
      work_ += 4;
    }
    if (!first && spent(time)) return false;
  }
  held_ = 0;
  return true;
}

template <class Counting>
bool collector<Counting>::destroy_limbo(meter& time) noexcept {
  while (!limbo_.alone()) {
    destroy_entry(limbo_);
    work_ += 4;
    if (spent(time)) return false;
  }
  return true;
}

}  // namespace gc
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_GC_LAST_WORDS_H_
