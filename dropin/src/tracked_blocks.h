// Where the blocks of tracked objects come from: one store for all threads, which can be walked, so
// that the collector can look at all there is. Leaves are not in it, and go past it.
//
// Thread safety: everything here takes the lock; no other lock is taken while it is held. So
// threads come for many small blocks at once, and keep some at hand (spare_blocks.cc).
//
// A walk may come upon anything that a block can be, and reads its header: first `word`, then
// `count`.
//
//   in the store                       word: untracked, and dead; before it is the store's link
//   at hand, or under construction     count: 0 owners; `word` may be anything
//   dead, and watched                  count: 0 owners
//   a tracked object                   word: its generation; count: its owners
//
// Invariants
// I1. A block that is not in the store changes from one line of this table to another only by a
//     thread that may use tracked objects. In and out of the store, by any thread, under the lock:
//     one that has ended gives back what it had at hand while others are stopped.
#ifndef TRICYCLE_DROPIN_TRACKED_BLOCKS_H_
#define TRICYCLE_DROPIN_TRACKED_BLOCKS_H_

#include <cstddef>
#include <mutex>

#include "block_store.h"
#include "state.h"
#include "tricycle/detail/spare_blocks.h"

namespace tricycle {
inline namespace v1 {
namespace shared {

class tracked_blocks {
 public:
  using block = spare_blocks::block;
  constexpr tracked_blocks() noexcept = default;
  tracked_blocks(const tracked_blocks&) = delete;
  tracked_blocks& operator=(const tracked_blocks&) = delete;

  /// So many blocks of a size class, or fewer, linked, in front of `end`; none when memory is out.
  [[nodiscard]] block* take(std::size_t size_class, std::size_t n, block* end) noexcept;
  /// `n` blocks, from `first` on; returns the one after them.
  block* give(block* first, std::size_t n) noexcept;
  /// For blocks from elsewhere.
  void link(gc::header* h) noexcept;
  void unlink(const gc::header* h) noexcept;

  /// As block_store::walk_some, of headers.
  void start_walk() noexcept {
    const std::lock_guard lock(mutex_);
    store_.start_walk();
  }
  template <class Visit>
  bool walk_some(std::size_t most, Visit&& visit) {
    const std::lock_guard lock(mutex_);
    return store_.walk_some(
        most, [&visit](void* small) { visit(static_cast<gc::header*>(small)); },
        [&visit](alloc::large_link* l) { visit(reinterpret_cast<gc::header*>(l + 1)); });
  }
  void start_ageing() noexcept {
    const std::lock_guard lock(mutex_);
    store_.start_ageing();
  }
  template <class Visit>
  void age_slab(Visit&& visit) noexcept {
    const std::lock_guard lock(mutex_);
    store_.age_slab(visit);
  }

  void tidy() noexcept {
    const std::lock_guard lock(mutex_);
    store_.tidy();
  }
  void give_slabs_back() noexcept {
    const std::lock_guard lock(mutex_);
    store_.give_slabs_back();
  }
  /// The process forks.
  void lock() noexcept;
  void unlock() noexcept;

 private:
  static constexpr std::uint64_t free_word = gc::untracked | gc::dead_bit;

  std::mutex mutex_;
  alloc::block_store store_{free_word, alloc::of_all_threads()};
};

extern constinit tracked_blocks& all_tracked;

}  // namespace shared
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_DROPIN_TRACKED_BLOCKS_H_
