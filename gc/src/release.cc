// Death by counting, and how an object becomes a candidate.
//
// Order, the same as for death by collection: weak references expire, destructor, memory.
// Release is iterative: an object's owners are on the stack up to a small depth, so that the usual
// order, child inside parent, is what users of shared_ptr know; deeper objects wait on a list.
#include "heap_core.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

void drop_slow(header* h) noexcept {
  heap_core& heap = heap_of(h);
  if (count_of(h) == 0)
    heap.die(h);
  else
    heap.want_examination(h);
}

void heap_core::die(header* h) noexcept {
  if ((h->word & (dead_bit | weak_bit | place_mask)) != 0) [[unlikely]] {
    if (is_dead(h)) {  // a reference that outlived its object, or one that the destructor made
      if (is_gone(h) && place_of(h) == place::none) release_block(h, type_of_object(h));
      return;
    }
    if (place_of(h) == place::buffered) forget_candidate(h);
    if (is_weak(h)) expire(h);
  }
  h->count = 0;
  h->word |= dead_bit;
  // Out of memory for the list, destroying deeper on the stack is what is left.
  if (depth_ >= release_depth && pending_.push(h)) return;
  destroy_one(h);
  if (depth_ == 0 && !pending_.empty()) {
    meter unlimited;
    release_pending(unlimited);
  }
}

void heap_core::destroy_one(header* h) noexcept {
  ++depth_;
  type_of_object(h).destroy(object_of(h));
  --depth_;
  bury(h);
}

void heap_core::bury(header* h) noexcept {
  h->word |= gone_bit;
  if (h->count == 0 && place_of(h) == place::none) [[likely]]
    release_block(h, type_of_object(h));
}

void heap_core::leave_list_dead(header* h) noexcept {
  set_place(h, place::none);
  if (is_gone(h) && h->count == 0) release_block(h, type_of_object(h));
}

bool heap_core::release_pending(meter& time) noexcept {
  while (!pending_.empty()) {
    destroy_one(pending_.pop().object());
    if (time.spend(4)) return pending_.empty();
  }
  return true;
}

void heap_core::want_examination(header* h) noexcept {
  h->count &= ~unwanted;
  if (place_of(h) == place::none) enqueue(h);
}

/// `h` wants examination and is on no list. Out of memory, it stays what it was: the next drop
/// asks again, and the statistics tell.
void heap_core::enqueue(header* h) noexcept {
  if (candidates[generation_of(h)].push(h)) [[likely]] {
    set_place(h, place::buffered);
  } else {
    h->count |= unwanted;
    ++candidates_lost;
  }
}

void heap_core::forget_candidate(header* h) noexcept {
  candidates[generation_of(h)].erase(h->trial);
  set_place(h, place::none);
}

}  // namespace gc
}  // namespace v1
}  // namespace tricycle
