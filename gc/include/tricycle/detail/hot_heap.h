// The part of a heap that `make` and the death of an object touch: free blocks at hand, and the
// bytes that may be allocated until the collector wants to be asked.
//
// Thread safety: confined to the heap's thread.
//
// A block goes through its slab only when there is none of its size at hand, or too many.
//
// Invariants
// I1. A block at hand is in the registry, and its header says dead (header.h).
// I2. For each size class: blocks in use == held - at hand, and blocks at hand == limit - room. So
// the
//     books cost nothing.
#ifndef TRICYCLE_DETAIL_HOT_HEAP_H_
#define TRICYCLE_DETAIL_HOT_HEAP_H_

#include <cstddef>
#include <cstdint>

#include "tricycle/detail/header.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

inline constexpr std::size_t size_class_bytes = 16;
/// Blocks up to 512 bytes; class 0 is for all others, and never has a block at hand.
inline constexpr std::size_t size_classes = 33;

[[nodiscard]] constexpr std::uint8_t size_class_of(std::size_t block_bytes, std::size_t align) {
#ifdef TRICYCLE_USE_MIMALLOC
  const std::size_t n = (block_bytes + size_class_bytes - 1) / size_class_bytes;
  return n < size_classes && align <= size_class_bytes ? static_cast<std::uint8_t>(n) : 0;
#else
  static_cast<void>(block_bytes + align);
  return 0;  // sanitizers want to see every block come and go
#endif
}

struct hot_heap {
  struct free_block {
    free_block* next;    // over `count` and `trial`
    std::uint64_t word;  // of the header: dead
  };
  struct size_class {
    free_block* blocks;  // at hand, the one freed last first
    std::uint32_t room;  // how many more may be kept at hand
    std::uint32_t held;  // at hand or in use: taken from a slab and not given back
  };

  size_class classes[size_classes];
  std::int64_t credit;       // bytes until the collector wants to be asked
  std::uint64_t fresh_word;  // of a new object: the heap's number, untracked, no type yet

  /// The block's header, or null: the slow path.
  [[nodiscard]] header* take(std::uint8_t which, std::size_t bytes) noexcept {
    size_class& c = classes[which];
    free_block* block = c.blocks;
    if (block == nullptr) [[unlikely]]
      return nullptr;
    if ((credit -= static_cast<std::int64_t>(bytes)) < 0) [[unlikely]]
      return nullptr;
    c.blocks = block->next;
    ++c.room;
    return reinterpret_cast<header*>(block);
  }
};

/// The calling thread's current heap. Never null: before a thread's first use it is one that has no
/// blocks. Initial-exec: no call in a shared library either.
extern constinit thread_local hot_heap* current_heap [[gnu::tls_model("initial-exec")]];

}  // namespace gc
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_DETAIL_HOT_HEAP_H_
