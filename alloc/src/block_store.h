// A block store: where one library heap takes its blocks from and gives them back to.
//
// Thread safety: confined to the thread that made it, but for `release_block`, which any thread may
// call on a store whose thread has ended.
//
// Invariants
// I1. Every block handed out and not yet given back is in the store's own registry, under the
//     address of its *header*. (A walk of a mimalloc 2.0.9 heap may show freed blocks, so nothing
//     here walks one.)
// I2. The registry is a bitmap beside the arena: one bit for 16 bytes. A 64-bit word of it spans
//     1 KiB, and mimalloc gives memory to a heap in slices of 64 KiB, so no two heaps of live
//     threads ever write the same word.
// I3. `mi_heap_destroy` is never called: the pages of a thread that has ended may have been adopted
//     by another. Blocks go back one by one.
#ifndef TRICYCLE_ALLOC_BLOCK_STORE_H_
#define TRICYCLE_ALLOC_BLOCK_STORE_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "fault.h"

#ifdef TRICYCLE_USE_MIMALLOC
#include <mimalloc.h>
#else
#include <unordered_set>
#endif

namespace tricycle {
inline namespace v1 {
namespace alloc {

/// Memory for the library's own buffers: never from global `operator new`. Null when there is none.
[[nodiscard]] inline void* raw_allocate(std::size_t bytes) noexcept {
  if (fault_point()) return nullptr;
#ifdef TRICYCLE_USE_MIMALLOC
  return mi_malloc(bytes);
#else
  return std::malloc(bytes);
#endif
}

inline void raw_free(void* memory) noexcept {
#ifdef TRICYCLE_USE_MIMALLOC
  mi_free(memory);
#else
  std::free(memory);
#endif
}

#ifdef TRICYCLE_USE_MIMALLOC

/// The process's arena and the registry beside it. Set once, by the first store.
struct arena_state {
  static constexpr unsigned granule_shift = 4;   // a bit of the registry: 16 bytes
  static constexpr unsigned word_shift = 10;     // a word of the registry: 1 KiB
  static constexpr unsigned slice_shift = 16;    // mimalloc's slice: 64 KiB
  static constexpr unsigned words_per_slice = 1U << (slice_shift - word_shift);

  std::uintptr_t base = 0;
  std::size_t bytes = 0;
  std::uint64_t* registry = nullptr;   // bytes >> word_shift words
  std::uint16_t* slice_owner = nullptr;  // bytes >> slice_shift entries: id of the heap, or stale
  int arena_id = 0;
};
extern arena_state the_arena;

class block_store {
 public:
  /// Throws std::bad_alloc when the address space or the heap can't be had.
  explicit block_store(std::uint16_t owner);
  ~block_store();
  block_store(const block_store&) = delete;
  block_store& operator=(const block_store&) = delete;

  /// A block of `bytes` whose header will stand at `header_offset` in it; null when memory is out.
  [[nodiscard]] void* allocate(std::size_t bytes, std::size_t align,
                               std::size_t header_offset) noexcept {
    if (fault_point()) return nullptr;
    void* block = align <= 16 ? (bytes <= MI_SMALL_SIZE_MAX ? mi_heap_malloc_small(heap_, bytes)
                                                            : mi_heap_malloc(heap_, bytes))
                              : mi_heap_malloc_aligned(heap_, bytes, align);
    if (block == nullptr) [[unlikely]] return nullptr;
    const std::size_t at =
        reinterpret_cast<std::uintptr_t>(block) + header_offset - the_arena.base;
    std::uint64_t& word = the_arena.registry[at >> arena_state::word_shift];
    if (word == 0) claim_slice(at >> arena_state::slice_shift);
    word |= bit(at);
    return block;
  }

  static void release_block(void* block, std::size_t header_offset) noexcept {
    const std::size_t at =
        reinterpret_cast<std::uintptr_t>(block) + header_offset - the_arena.base;
    the_arena.registry[at >> arena_state::word_shift] &= ~bit(at);
    mi_free(block);
  }
  void release(void* block, std::size_t header_offset) noexcept {
    release_block(block, header_offset);
  }

  /// Calls `visit(header address)` for every block in use, in the order of their addresses; blocks
  /// may be released, not allocated, meanwhile. Also shows blocks of ended threads' heaps that
  /// share a slice: the caller tells them apart by the header. O(slices up to the store's highest).
  template <class Visit>
  void for_each_header(Visit&& visit) {
    for (std::size_t slice = 0; slice < slices_end_; ++slice) {
      if (the_arena.slice_owner[slice] != owner_) continue;
      const std::size_t first = slice * arena_state::words_per_slice;
      for (std::size_t w = first; w < first + arena_state::words_per_slice; ++w) {
        for (std::uint64_t left = the_arena.registry[w]; left != 0; left &= left - 1) {
          const auto n = static_cast<unsigned>(std::countr_zero(left));
          if ((the_arena.registry[w] & (std::uint64_t{1} << n)) == 0) continue;  // released since
          visit(reinterpret_cast<void*>(the_arena.base + (w << arena_state::word_shift) +
                                        (std::size_t{n} << arena_state::granule_shift)));
        }
      }
    }
  }

  /// The thread is about to end, or has: mimalloc takes its heap back, the blocks stay.
  void abandon() noexcept { heap_ = nullptr; }

 private:
  static std::uint64_t bit(std::size_t at) noexcept {
    return std::uint64_t{1} << ((at >> arena_state::granule_shift) & 63);
  }
  void claim_slice(std::size_t slice) noexcept {
    the_arena.slice_owner[slice] = owner_;
    if (slice >= slices_end_) slices_end_ = slice + 1;
  }

  mi_heap_t* heap_;
  std::size_t slices_end_ = 0;  // no slice of this store lies at or beyond it
  std::uint16_t owner_;
};

#else  // malloc, for sanitizers

class block_store {
 public:
  explicit block_store(std::uint16_t) {}
  block_store(const block_store&) = delete;
  block_store& operator=(const block_store&) = delete;

  [[nodiscard]] void* allocate(std::size_t bytes, std::size_t align,
                               std::size_t header_offset) noexcept;
  void release(void* block, std::size_t header_offset) noexcept;

  template <class Visit>
  void for_each_header(Visit&& visit) {
    const std::unordered_set<void*> all = headers_;
    for (void* header : all)
      if (headers_.contains(header)) visit(header);
  }
  void abandon() noexcept {}

 private:
  std::unordered_set<void*> headers_;
};

#endif

}  // namespace alloc
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_ALLOC_BLOCK_STORE_H_
