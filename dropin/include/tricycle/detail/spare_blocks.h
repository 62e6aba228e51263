// Free blocks of the shared heap that a thread has at hand.
//
// Thread safety: confined to the thread. A block may come to hand on another thread than it was
// taken on; what is too much goes back where it came from: of leaves, to the allocator; of tracked
// objects, to the store of all threads (src/tracked_blocks.h).
//
// Invariants
// I1. A class has blocks only if the thread has spares of its own: the ones that every thread
//     starts and ends with are constants without blocks and without room.
// I2. A block at hand has the header of an object without owners, its link in the place of `word`,
//     and in the place of `trial` how many blocks may be put before it: so nothing is written that
//     the next block has to wait for. Behind the last one is `end`.
#ifndef TRICYCLE_DETAIL_SPARE_BLOCKS_H_
#define TRICYCLE_DETAIL_SPARE_BLOCKS_H_

#include <cstddef>
#include <cstdint>

#include "tricycle/detail/hot_heap.h"

namespace tricycle {
inline namespace v1 {
namespace shared {

/// Those of gc::hot_heap, for leaves; and behind them the same for tracked objects.
inline constexpr std::uint8_t tracked_classes = gc::size_classes;
inline constexpr std::size_t all_classes = 2 * gc::size_classes;

struct spare_blocks {
  struct block {
    std::uint32_t count;  // of the header: 0 owners
    std::uint32_t room;
    block* next;  // null: it is `end`
  };
  struct size_class {
    block* blocks = &end;  // the one freed last first
    block end{};
  };
  size_class classes[all_classes];
};

extern constinit thread_local spare_blocks* spares [[gnu::tls_model("initial-exec")]];

/// Memory from the library's own allocator, never from operator new. Null: there is none.
[[nodiscard]] void* allocate(std::size_t bytes) noexcept;
[[nodiscard]] void* allocate_aligned(std::size_t bytes, std::size_t align) noexcept;
void deallocate(void* block) noexcept;
[[noreturn]] void throw_bad_alloc();

/// There is none at hand.
[[nodiscard]] void* take_block_slow(std::uint8_t which) noexcept;
/// One that was taken, and has become no object.
void give_block_back(void* block, std::uint8_t which) noexcept;
/// A block of a tracked object that has no size class: the collector finds it by its header, in
/// front of which there is room for a link.
void link_block(gc::header* h) noexcept;
void unlink_block(const gc::header* h) noexcept;

/// A block of a size class; null: there is no memory. O(1).
[[nodiscard]] inline void* take_block(std::uint8_t which) noexcept {
  spare_blocks::size_class& c = spares->classes[which];
  spare_blocks::block* first = c.blocks;
  spare_blocks::block* next = first->next;
  if (next == nullptr) [[unlikely]]
    return take_block_slow(which);
  c.blocks = next;
  return first;
}

}  // namespace shared
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_DETAIL_SPARE_BLOCKS_H_
