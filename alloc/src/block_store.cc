// The reservation of the arena, and what of a block store is not on the hot path.
#include "block_store.h"

#include <new>

#include "tricycle/arena.h"

namespace tricycle {
inline namespace v1 {
namespace alloc {

#ifdef TRICYCLE_HAS_FAULT_POINTS
thread_local std::int64_t faults_after = -1;
#endif

#ifdef TRICYCLE_USE_MIMALLOC
namespace {

/// Set once, by the first store.
struct {
  std::uintptr_t base = 0;
  std::size_t bytes = 0;
  mi_arena_id_t id = 0;
} constinit the_arena;

/// Address space is free, but limits (RLIMIT_AS, containers, valgrind) exist: ask for much, take
/// what there is.
bool reserve_arena() noexcept {
  constexpr std::size_t most = std::size_t{1} << 40;
  constexpr std::size_t least = std::size_t{1} << 27;
  for (std::size_t bytes = most; bytes >= least; bytes /= 2) {
    if (mi_reserve_os_memory_ex(bytes, /*commit=*/false, /*allow_large=*/false,
                                /*exclusive=*/true, &the_arena.id) != 0)
      continue;
    the_arena.base =
        reinterpret_cast<std::uintptr_t>(mi_arena_area(the_arena.id, &the_arena.bytes));
    return the_arena.base != 0;
  }
  return false;
}

bool arena_is_there() {
  static const bool there = reserve_arena();
  return there;
}

}  // namespace

block_store::block_store(std::uint64_t free_word) : free_word_(free_word) {
  if (fault_point() || !arena_is_there()) throw std::bad_alloc();
  heap_ = mi_heap_new_in_arena(the_arena.id);
  if (heap_ == nullptr) throw std::bad_alloc();
}

block_store::~block_store() {
  empty_.give_all_back();
  if (heap_ != nullptr) mi_heap_delete(heap_);
}

#else

block_store::block_store(std::uint64_t free_word) : free_word_(free_word) {
  if (fault_point()) throw std::bad_alloc();
}

block_store::~block_store() { empty_.give_all_back(); }

#endif

slab* block_store::add_slab(std::size_t which) noexcept {
  slab* s = empty_.take();
  if (s == nullptr) {
    if (fault_point()) return nullptr;
#ifdef TRICYCLE_USE_MIMALLOC
    s = static_cast<slab*>(heap_ != nullptr
                               ? mi_heap_malloc_aligned(heap_, slab::bytes, slab::bytes)
                               : mi_malloc_aligned(slab::bytes, slab::bytes));
#else
    s = static_cast<slab*>(std::aligned_alloc(slab::bytes, slab::bytes));
#endif
    if (s == nullptr) return nullptr;
  }
  const auto block_bytes = static_cast<std::uint32_t>(which * class_bytes);
  *s = {.next = slabs_,
        .previous = nullptr,
        .next_partial = nullptr,
        .previous_partial = nullptr,
        .free = nullptr,
        .used = 0,
        .capacity = static_cast<std::uint32_t>(slab::bytes - first_block) / block_bytes,
        .fresh = first_block,
        .block_bytes = block_bytes,
        .aged = false};
  if (slabs_ != nullptr) slabs_->previous = s;
  slabs_ = s;
  link_partial(s);
  return s;
}

void block_store::remove_slab(slab* s) noexcept {
  if (s == walk_slab_) leave_for_next(s);
  if (s == ageing_) ageing_ = s->next;
  unlink_partial(s);
  (s->previous == nullptr ? slabs_ : s->previous->next) = s->next;
  if (s->next != nullptr) s->next->previous = s->previous;
  if (!keeps_empty_) return raw_free(s);
  empty_.give(s);
}

void block_store::link_partial(slab* s) noexcept {
  slab*& first = partial_[s->block_bytes / class_bytes];
  s->previous_partial = nullptr;
  s->next_partial = first;
  if (first != nullptr) first->previous_partial = s;
  first = s;
}

void block_store::unlink_partial(slab* s) noexcept {
  (s->previous_partial == nullptr ? partial_[s->block_bytes / class_bytes]
                                  : s->previous_partial->next_partial) = s->next_partial;
  if (s->next_partial != nullptr) s->next_partial->previous_partial = s->previous_partial;
}

void* block_store::take_large(std::size_t bytes, std::size_t align, std::size_t link_at) noexcept {
  if (fault_point()) return nullptr;
#ifdef TRICYCLE_USE_MIMALLOC
  // Not mi_heap_malloc_aligned: 2.0.9 takes blocks of 256, 512 and 1024 bytes for aligned to their
  // size.
  void* block = mi_heap_malloc_aligned_at(heap_, bytes, align, 0);
#else
  void* block = align <= alignof(std::max_align_t)
                    ? std::malloc(bytes)
                    : std::aligned_alloc(align, (bytes + align - 1) / align * align);
#endif
  if (block != nullptr) link_large(static_cast<char*>(block) + link_at);
  return block;
}

void block_store::release_large(void* block, std::size_t link_at) noexcept {
  unlink_large(reinterpret_cast<large_link*>(static_cast<char*>(block) + link_at));
  raw_free(block);
}

void block_store::link_large(void* at) noexcept {
  auto* link = ::new (at) large_link{large_, &large_};
  if (large_ != nullptr) large_->previous = &link->next;
  large_ = link;
}

void block_store::unlink_large(const large_link* link) noexcept {
  if (link == walk_large_) walk_large_ = link->next;
  *link->previous = link->next;
  if (link->next != nullptr) link->next->previous = link->previous;
}

}  // namespace alloc

bool arena::owns(const void* address) noexcept {
#ifdef TRICYCLE_USE_MIMALLOC
  return reinterpret_cast<std::uintptr_t>(address) - alloc::the_arena.base < alloc::the_arena.bytes;
#else
  static_cast<void>(address);
  return false;
#endif
}

std::size_t arena::reserved_bytes() noexcept {
#ifdef TRICYCLE_USE_MIMALLOC
  return alloc::the_arena.bytes;
#else
  return 0;
#endif
}

}  // namespace v1
}  // namespace tricycle
