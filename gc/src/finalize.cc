// Finalize: all that happens between the verdict "dead" and the first destructor, in one order for
// both deaths: weak references expire, their callbacks run, finalizers run; and then it is asked
// again whether the verdict still holds.
//
// PEP 442 ("Safe object finalization"). We differ: callbacks of weak references run whether or not
// the weak reference is garbage itself, because by counting nobody could tell; and death by
// counting takes the same steps.
//
// Thread safety: confined to the heap's thread. User code: callbacks and finalizers; the values of
// weak maps are destroyed.
//
// Invariants
// I1. While user code runs, the objects concerned are held by one reference of the library's own,
//     so that no drop can start their destruction.
// I2. An object's finalizer runs once: its bit is cleared before the call.
// I3. Nothing that expired once can be locked again. A weak reference made by a callback is born
//     expired; one made by a finalizer is not, and expires before the first destructor if its
//     object dies after all. Its callback then runs when nothing can save the object any more.
#include "collector.h"
#include "heap_core.h"
#include "tricycle/unraisable.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

void destroy_entries(link& limbo) noexcept {
  while (!limbo.alone()) destroy_entry(limbo);
}

void destroy_entry(link& limbo) noexcept {
  auto& first = static_cast<attachment&>(*limbo.next);
  first.unlink();
  first.kind->destroy(first);
}

static void run_finalizer(header* h) noexcept {
  h->word &= ~finalizable_bit;
  ++heap_of(h).finalized;
  ++heap_of(h).last_words;
  const object_type& type = *type_of_object(h);
  try {
    type.finalize(object_of(h));
  } catch (...) {
    report_unraisable(unraisable::source::finalize, type.name);
  }
}

/// After its finalizer, and for good: what has become weak again expires, and is told.
static void give_up(header* h) noexcept {
  if (is_weak(h)) expire(h);
  h->word |= dead_bit;
}

// Death by counting.

/// A great many callbacks: whether the rest of them have to wait for another slice.
bool heap_core::says_more_later(header* h) noexcept {
  if (depth_limit_ != 0 || ended_ || !release_time_.spend(16)) return false;
  release_late_ = true;
  return deferred_.push(h);
}

/// `h` has expired, and its count has fallen to 0 but for the library's own reference.
void heap_core::finish_life(header* h) noexcept {
  link limbo;
  ++depth_;
  while (is_expired(h)) {
    last_words += tell_next(h, limbo) ? 1 : 0;
    if (is_expired(h) && limbo.alone() && says_more_later(h)) {
      --depth_;
      return;
    }
  }
  if ((h->word & finalizable_bit) != 0) run_finalizer(h);
  if (count_of(h) == 1) {
    if (place_of(h) == place::buffered) forget_candidate(h);
    give_up(h);
    h->count &= ~unwanted;
    while (is_expired(h)) tell_next(h, limbo);
    --h->count;
    type_of_object(h)->destroy(object_of(h));
    destroy_entries(limbo);
    --depth_;
    return bury(h);
  }
  ++resurrected;
  destroy_entries(limbo);
  drop(h);  // deep down still: if it was the last one after all, the heap may end behind us
  --depth_;
}

// Death by collection: the stages of a component, driven by reclaim.cc.

/// The component at hand is proved dead: its members expire, where they are not all `plain`. If
/// some have last words, all members are held. False: none has, and all are dead.
bool collector::begin_last_words(bool plain) noexcept {
  bool any = false;
  for (pile::cursor c = component_; !plain && !components_.at_end(c);) {
    header* h = components_.read(c).object();
    if (h == nullptr) continue;
    if (is_weak(h)) expire(h);
    any |= has_last_words(h);
  }
  for (pile::cursor c = component_; !components_.at_end(c);) {
    header* h = components_.read(c).object();
    if (h == nullptr) continue;
    if (any) {
      ++h->count;
    } else {
      h->word |= dead_bit;
      h->count &= ~unwanted;
    }
  }
  held_ = any ? 1 : 0;
  touched_ = false;
  return any;
}

/// Tells all members' attachments. False: out of time.
bool collector::tell_all(meter& time) noexcept {
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

bool collector::run_finalizers(meter& time) noexcept {
  while (!components_.at_end(at_)) {
    header* h = components_.read(at_).object();
    if (h != nullptr && (h->word & finalizable_bit) != 0) {
      run_finalizer(h);
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
bool collector::is_still_dead() {
  if (touched_ && !prove(component_)) return false;
  for (pile::cursor c = component_; !components_.at_end(c);) {
    header* h = components_.read(c).object();
    if (h == nullptr) continue;
    give_up(h);
    h->count = (h->count & ~unwanted) - held_;
  }
  held_ = 0;
  return true;
}

/// The component was resurrected: all its members leave, and want examination, as some of them may
/// be dead all the same. Their values in weak maps go. False: out of time.
bool collector::leave_resurrected(meter& time) noexcept {
  if (!destroy_limbo(time)) return false;
  for (bool first = false; !first;) {
    const pile::entry e = components_.pop();
    first = e.tagged();
    if (header* h = e.object()) {
      if (count_of(h) > 1) ++heap_.resurrected;
      h->count &= ~unwanted;
      settle_one({e.bits & ~std::uintptr_t{3}}, /*age=*/true);
      drop(h);
      work_ += 4;
    }
    if (!first && spent(time)) return false;
  }
  held_ = 0;
  return true;
}

bool collector::destroy_limbo(meter& time) noexcept {
  while (!limbo_.alone()) {
    destroy_entry(limbo_);
    work_ += 4;
    if (spent(time)) return false;
  }
  return true;
}

// The end of a heap.

/// All of them are dead by decree: no proof is asked for.
void heap_core::finalize_all(const pile& all, link& limbo, bool with_finalizers) noexcept {
  const auto each = [&all](auto&& what) {
    for (pile::cursor c; !all.at_end(c);) what(all.read(c).object());
  };
  const auto tell = [&](header* h) {
    while (is_expired(h)) tell_next(h, limbo);
  };
  each([&](header* h) {
    if (place_of(h) == place::buffered) forget_candidate(h);
    if (is_weak(h)) expire(h);
    ++h->count;
  });
  each(tell);
  each([&](header* h) {
    if ((h->word & finalizable_bit) != 0 && with_finalizers) run_finalizer(h);
  });
  each([&](header* h) {
    if (place_of(h) == place::buffered) forget_candidate(h);
    h->word &= ~finalizable_bit;
    give_up(h);
    h->count = (h->count & ~unwanted) - 1;
  });
  each(tell);
}

void run_at_end(const header* h, exit_function& what) noexcept {
  what.append_to(heap_of(h).exit_functions);
}

/// Those that these functions add run no more at the end, only when their objects die.
void heap_core::run_exit_functions() noexcept {
  link last_first;
  exit_functions.move_all_to(last_first);
  while (!last_first.alone()) {
    auto& last = static_cast<exit_function&>(*last_first.previous);
    last.unlink();
    last.run(last);
  }
  while (!exit_functions.alone()) exit_functions.next->unlink();
}

}  // namespace gc
}  // namespace v1
}  // namespace tricycle
