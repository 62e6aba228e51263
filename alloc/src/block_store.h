// A block store: where one library heap takes its blocks from and gives them back to.
//
// Thread safety: confined to the thread that made it. Once that thread has ended, to whichever
// thread gives back the blocks that are left. One that is `of_all_threads`: to whoever has its
// user's lock.
//
// Small blocks are cut from slabs of 64 KiB, each of one size class; slabs and large blocks come
// from a mimalloc heap in the arena, or from malloc; those of all threads, from mimalloc's heap of
// the thread that needs one, which may end before them. Between the program and mimalloc's own free
// list a slab saves two calls and a registry a block (docs/decisions/0002-slabs.md).
//
// Invariants
// I1. Every block in use can be found: small ones in a slab of the list of all slabs, large ones on
//     the list that is linked through 16 bytes in each. (A walk of a mimalloc 2.0.9 heap may show
//     freed blocks, so nothing here walks one.)
// I2. A slab lies at a multiple of its size, so a small block's slab is found from its address.
// I3. A slab is on its class's list of partial slabs if and only if it has a block to give.
// I4. `mi_heap_destroy` is never called: the pages of a thread that has ended may have been adopted
//     by another. Slabs and blocks go back one by one.
#ifndef TRICYCLE_ALLOC_BLOCK_STORE_H_
#define TRICYCLE_ALLOC_BLOCK_STORE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <utility>

#include "empty_slabs.h"
#include "fault.h"

#ifdef TRICYCLE_USE_MIMALLOC
#include <mimalloc.h>
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

inline constexpr std::size_t class_bytes = 16;
inline constexpr std::size_t classes = 33;  // up to 512 bytes; there is no class 0

/// A small block that is not in use. Its second word belongs to the user of the store, who can tell
/// from it that the block is free: it is `free_word` before the first use, and never changed here.
struct free_block {
  free_block* next;
  std::uint64_t word;
};

/// Stands in a large block, where its user said.
struct large_link {
  large_link* next;
  large_link** previous;  // what points to this one
};

struct slab {
  static constexpr std::size_t bytes = std::size_t{64} << 10;

  slab* next;  // of all slabs
  slab* previous;
  slab* next_partial;
  slab* previous_partial;
  free_block* free;
  std::uint32_t used;      // blocks
  std::uint32_t capacity;  // blocks
  std::uint32_t fresh;     // offset of the first block never used
  std::uint32_t block_bytes;
  bool aged;  // an ageing walk has been here

  [[nodiscard]] static slab* of(void* block) noexcept {
    return reinterpret_cast<slab*>(reinterpret_cast<std::uintptr_t>(block) & ~(bytes - 1));
  }
};
inline constexpr std::size_t first_block = 64;
static_assert(sizeof(slab) <= first_block);

struct of_all_threads {};

class block_store {
 public:
  /// Throws std::bad_alloc when the address space or the heap can't be had.
  explicit block_store(std::uint64_t free_word);
  constexpr block_store(std::uint64_t free_word, of_all_threads /*tag*/) noexcept
      : free_word_(free_word) {}
  ~block_store();
  block_store(const block_store&) = delete;
  block_store& operator=(const block_store&) = delete;

  /// The thread that made the store may end before the last block goes back: mimalloc's heap is
  /// left to it. No more blocks can be taken.
  void abandon() noexcept {
    empty_.give_all_back();
    keeps_empty_ = false;
#ifdef TRICYCLE_USE_MIMALLOC
    heap_ = nullptr;
#endif
  }

  /// A block of `which` x class_bytes, aligned to 16; null when memory is out. O(1).
  [[nodiscard]] free_block* take_small(std::size_t which) noexcept {
    slab* s = partial_[which];
    if (s == nullptr) [[unlikely]] {
      s = add_slab(which);
      if (s == nullptr) return nullptr;
    }
    free_block* block = s->free;
    if (block != nullptr) {
      s->free = block->next;
    } else {
      block = reinterpret_cast<free_block*>(reinterpret_cast<char*>(s) + s->fresh);
      block->word = free_word_;
      s->fresh += s->block_bytes;
    }
    if (++s->used == s->capacity) [[unlikely]]
      unlink_partial(s);
    return block;
  }

  void release_small(void* memory) noexcept {
    slab* s = slab::of(memory);
    auto* block = static_cast<free_block*>(memory);
    block->next = s->free;
    s->free = block;
    if (s->used-- == s->capacity) [[unlikely]]
      link_partial(s);
    if (s->used == 0) [[unlikely]]
      remove_slab(s);
  }

  /// A block of `bytes`; the sizeof(large_link) bytes from `link_at` on are the store's. Null when
  /// memory is out.
  [[nodiscard]] void* take_large(std::size_t bytes, std::size_t align,
                                 std::size_t link_at) noexcept;
  void release_large(void* block, std::size_t link_at) noexcept;
  /// The same for blocks that come from elsewhere: they are found, and no more than that.
  void link_large(void* at) noexcept;
  void unlink_large(const large_link* link) noexcept;

  /// A walk over all blocks that are there when it starts: small(block) is called for every small
  /// one that has ever been used, the free ones too, and large(link) for every large one. It can
  /// stop after `most` blocks, and go on whatever was taken and released meanwhile. True: there are
  /// more.
  void start_walk() noexcept {
    walk_slab_ = slabs_;
    walk_at_ = first_block;
    walk_large_ = large_;
  }
  /// Where a walk has come to, and going on from there after another one; nothing may have been
  /// taken or released meanwhile.
  struct walk_place {
    slab* in;
    std::uint32_t at;
    large_link* large;
  };
  [[nodiscard]] walk_place walk() const noexcept { return {walk_slab_, walk_at_, walk_large_}; }
  void resume_walk(const walk_place& from) noexcept {
    walk_slab_ = from.in;
    walk_at_ = from.at;
    walk_large_ = from.large;
  }
  template <class Small, class Large>
  bool walk_some(std::size_t most, Small&& small, Large&& large) {
    while (walk_slab_ != nullptr) {
      slab* const s = walk_slab_;
      for (; walk_at_ < s->fresh; --most) {
        if (most == 0) return true;
        void* block = reinterpret_cast<char*>(s) + walk_at_;
        walk_at_ += s->block_bytes;
        small(block);
        if (walk_slab_ != s) break;  // its last block was released
      }
      if (walk_slab_ == s) leave_for_next(s);
    }
    for (; walk_large_ != nullptr; --most) {
      if (most == 0) return true;
      large_link* const l = walk_large_;
      walk_large_ = l->next;
      large(l);
    }
    return false;
  }

  /// A walk over the small blocks of slabs that no ageing walk has been to, but the newest ones. A
  /// slab a call; it goes on whatever was taken and released meanwhile.
  void start_ageing() noexcept {
    ageing_ = slabs_;
    for (std::size_t i = 0; i < newest_slabs && ageing_ != nullptr; ++i) ageing_ = ageing_->next;
  }
  template <class Visit>
  void age_slab(Visit&& visit) noexcept {
    slab* const s = std::exchange(ageing_, nullptr);
    // New slabs come first in the list: behind an aged one, all are.
    if (s == nullptr || s->aged) return;
    ageing_ = s->next;
    s->aged = true;
    for (std::uint32_t at = first_block; at < s->fresh; at += s->block_bytes)
      visit(reinterpret_cast<char*>(s) + at);
  }

  /// Empty slabs that stay unused lose their pages, one at a call. O(1).
  void tidy() noexcept { empty_.tidy(); }
  /// Empty slabs go back to mimalloc. O(empty slabs).
  void give_slabs_back() noexcept { empty_.give_all_back(); }

 private:
  void leave_for_next(const slab* s) noexcept {
    walk_slab_ = s->next;
    walk_at_ = first_block;
  }
  slab* add_slab(std::size_t which) noexcept;
  void remove_slab(slab* s) noexcept;
  void link_partial(slab* s) noexcept;
  void unlink_partial(slab* s) noexcept;

  std::array<slab*, classes> partial_{};
  slab* slabs_ = nullptr;
  empty_slabs empty_;
  large_link* large_ = nullptr;
  // Where a walk has come to: never to what has gone back meanwhile.
  slab* walk_slab_ = nullptr;
  std::uint32_t walk_at_ = first_block;
  large_link* walk_large_ = nullptr;
  slab* ageing_ = nullptr;
  static constexpr std::size_t newest_slabs = 32;  // 2 MiB: what is younger may well die young
  const std::uint64_t free_word_;
  bool keeps_empty_ = true;
#ifdef TRICYCLE_USE_MIMALLOC
  mi_heap_t* heap_ = nullptr;
#endif
};

}  // namespace alloc
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_ALLOC_BLOCK_STORE_H_
