// Free blocks of the shared heap that a thread has at hand.
//
// Thread safety: confined to the thread. A block may come to hand on another thread than it was
// taken on; what is too much goes back to the allocator, which knows where it belongs.
//
// Invariants
// I1. A class has blocks only if the thread has spares of its own: the ones that every thread
// starts
//     and ends with are constants of zeros.
// I2. For each class: blocks at hand == limit - room.
#ifndef TRICYCLE_DETAIL_SPARE_BLOCKS_H_
#define TRICYCLE_DETAIL_SPARE_BLOCKS_H_

#include <cstddef>
#include <cstdint>

#include "tricycle/detail/hot_heap.h"

namespace tricycle {
inline namespace v1 {
namespace shared {

struct spare_blocks {
  struct block {
    block* next;
  };
  struct size_class {
    block* blocks;  // the one freed last first
    std::size_t room;
  };
  size_class classes[gc::size_classes];
};

extern constinit thread_local spare_blocks* spares [[gnu::tls_model("initial-exec")]];

/// Memory from the library's own allocator, never from operator new. Null: there is none.
[[nodiscard]] void* allocate(std::size_t bytes) noexcept;
[[nodiscard]] void* allocate_aligned(std::size_t bytes, std::size_t align) noexcept;
void deallocate(void* block) noexcept;
[[noreturn]] void throw_bad_alloc();

/// A block of a size class; null: there is no memory. O(1).
[[nodiscard]] inline void* take_block(std::uint8_t which) noexcept {
  spare_blocks::size_class& c = spares->classes[which];
  spare_blocks::block* first = c.blocks;
  if (first == nullptr) [[unlikely]]
    return allocate(std::size_t{which} * gc::size_class_bytes);
  c.blocks = first->next;
  ++c.room;
  return first;
}

}  // namespace shared
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_DETAIL_SPARE_BLOCKS_H_
