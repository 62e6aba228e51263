// Death by counting, and how an object becomes a candidate.
//
// Order, the same as for death by collection: weak references expire, callbacks, finalizer,
// destructor, memory. (What comes before the destructor: finalize.cc.)
// Release is iterative: an object's owners are on the stack up to a small depth, so that the usual
// order, child inside parent, is what users of shared_ptr know; deeper objects wait on a list.
#include "heap_core.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

/// The common death: nobody but the count knows of the object. Not inline, or else what becomes a
/// candidate would save registers for it; and static, so that its arguments are where they were.
[[gnu::noinline]] void heap_core::die(header* h, heap_core& in, std::uint64_t word) noexcept {
  if ((word & known_mask) != 0 || in.depth_ >= in.depth_limit_) [[unlikely]]
    return in.die_slow(h);
  const auto& type = *reinterpret_cast<const object_type*>(word & pointer_mask);
  h->count = 0;
  h->word = word | dead_bit;
  ++in.depth_;
  type.destroy(object_of(h));
  in.bury(h, type);
  if (--in.depth_ == 0 && !in.pending_.empty()) [[unlikely]]
    in.after_outermost();
}

void drop_slow(header* h) noexcept {
  const std::uint64_t word = h->word;
  heap_core& heap = *heap_table[word >> heap_shift];
  const std::uint32_t left = count_of(h);
  if (left == 0) return heap_core::die(h, heap, word);
  h->count = left;
  if ((word & place_mask) == 0) heap.enqueue(h);
}

void heap_core::die_slow(header* h) noexcept {
  if (is_dead(h)) {  // a reference that outlived its object, or one that the destructor made
    if (is_gone(h) && place_of(h) == place::none) {
      release_block(h, *type_of_object(h));
      if (ended_) end_if_empty();
    }
    return;
  }
  if (place_of(h) == place::buffered) forget_candidate(h);
  if (is_weak(h)) expire(h);
  if (has_last_words(h)) [[unlikely]] {  // the library's own reference holds it until they are said
    h->count = is_tracked(h) ? unwanted | 1 : 1;
  } else {
    h->count = 0;
    h->word |= dead_bit;
  }
  if (depth_limit_ == 0 && !ended_) return die_in_time(h);
  // Out of memory for the list, destroying deeper on the stack is what is left.
  if (depth_ >= release_depth && pending_.push(h)) return;
  destroy_one(h);
  if (depth_ != 0) return;
  after_outermost();
  if (ended_) end_if_empty();
}

/// With a release budget, or in a slice: what the time does not suffice for waits on the list.
void heap_core::die_in_time(header* h) noexcept {
  if (depth_ == 0 && !collecting) {
    start_timed_release();
    destroy_one(h);
    release_deferred(release_time_);
    return;
  }
  release_late_ = release_late_ || release_time_.spend(4);
  if ((release_late_ || depth_ >= release_depth) && deferred_.push(h)) return;
  destroy_one(h);
}

/// The program drops something. While others wait already, this one pays for a few of them.
void heap_core::start_timed_release() noexcept {
  release_late_ = false;
  release_time_ =
      meter(clock::now() + (has_deferred() ? config.release_budget / 16 : config.release_budget));
}

void heap_core::do_in_time(chore& what) noexcept {
  if (depth_limit_ != 0 || ended_) {
    while (what.step(what)) {
    }
    return;
  }
  const bool first = depth_ == 0 && !collecting;
  if (first) start_timed_release();
  what.append_to(chores_);
  if (first) release_deferred(release_time_);
}

void do_in_time(chore& what) noexcept {
  // Before a thread's first heap, and after its last, there is nobody who could do the rest.
  if (heap_core* heap = heap_if_any()) return heap->do_in_time(what);
  while (what.step(what)) {
  }
}

void heap_core::time_releases(const meter& slice) noexcept {
  if (!slice.limited()) {  // whoever asked for all of it waits for what hangs off it, too
    depth_limit_ = release_depth;
    return;
  }
  release_time_ = slice;
  release_late_ = false;
  depth_limit_ = 0;
}

void heap_core::end_timed_releases() noexcept {
  depth_limit_ = ended_ || config.release_budget.count() != 0 ? 0 : release_depth;
}

void heap_core::after_outermost() noexcept {
  while (!pending_.empty()) destroy_one(pending_.pop().object());
}

void heap_core::destroy_one(header* h) noexcept {
  if (!is_dead(h)) [[unlikely]]
    return finish_life(h);
  ++depth_;
  type_of_object(h)->destroy(object_of(h));
  --depth_;
  bury(h);
}

void heap_core::leave_list_dead(header* h) noexcept {
  set_place(h, place::none);
  if (is_gone(h) && h->count == 0) release_block(h, *type_of_object(h));
}

bool heap_core::release_deferred(meter& time) noexcept {
  while (!deferred_.empty()) {
    destroy_one(deferred_.pop().object());
    if (!pending_.empty()) after_outermost();
    if (time.spend(4) || (time.limited() && release_late_)) return !has_deferred();
  }
  while (!chores_.alone()) {
    auto& first = static_cast<chore&>(*chores_.next);
    ++depth_;
    first.step(first);
    --depth_;
    if (!pending_.empty()) after_outermost();
    if (time.spend(128)) break;
  }
  return !has_deferred();
}

/// A slice begins with what was dropped and waits for its destructor. True: nothing is left.
bool heap_core::run_deferred(meter& time) {
  time_releases(time);
  collecting = true;
  const bool all = release_deferred(time);
  collecting = false;
  end_timed_releases();
  return all;
}

void heap_core::configure(const settings& with) noexcept {
  config = with;
  end_timed_releases();
}

}  // namespace gc
}  // namespace v1
}  // namespace tricycle
