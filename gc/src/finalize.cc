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

void run_finalizer(header* h) noexcept {
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

void give_up(header* h) noexcept {
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
