#include "spare_blocks.h"

#include <new>

#include "block_store.h"

namespace tricycle {
inline namespace v1 {
namespace shared {
namespace {

/// What a thread starts with, and what it ends with: no blocks, no room.
constinit spare_blocks not_yet{};
constinit spare_blocks no_more{};

constexpr std::size_t kept_bytes = std::size_t{32} << 10;  // of a class, at most

/// The thread ends: what it has at hand goes back. Drops after that, in destructors of other
/// thread_local objects, go past this (I1).
struct thread_end {
  ~thread_end() {
    spare_blocks* mine = spares;
    spares = &no_more;
    for (spare_blocks::size_class& c : mine->classes)
      while (c.blocks != nullptr) {
        spare_blocks::block* block = c.blocks;
        c.blocks = block->next;
        alloc::raw_free(block);
      }
    alloc::raw_free(mine);
  }
};

void have_spares() noexcept {
  auto* mine = static_cast<spare_blocks*>(alloc::raw_allocate(sizeof(spare_blocks)));
  if (mine == nullptr) return;
  for (std::size_t which = 0; which < gc::size_classes; ++which)
    mine->classes[which] = {nullptr, which == 0 ? 0 : kept_bytes / (which * gc::size_class_bytes)};
  spares = mine;
  static thread_local thread_end end;
  static_cast<void>(&end);
}

}  // namespace

constinit thread_local spare_blocks* spares = &not_yet;

void give_block_slow(void* block, std::uint8_t which) noexcept {
  if (spares == &not_yet) {
    have_spares();
    if (spares != &not_yet) return give_block(block, which);
  }
  alloc::raw_free(block);
}

void* allocate(std::size_t bytes) noexcept { return alloc::raw_allocate(bytes); }

void* allocate_aligned(std::size_t bytes, std::size_t align) noexcept {
  if (alloc::fault_point()) return nullptr;
#ifdef TRICYCLE_USE_MIMALLOC
  // Not mi_malloc_aligned: see block_store.cc.
  return mi_malloc_aligned_at(bytes, align, 0);
#else
  return std::aligned_alloc(align, (bytes + align - 1) / align * align);
#endif
}

void deallocate(void* block) noexcept { alloc::raw_free(block); }

void throw_bad_alloc() { throw std::bad_alloc(); }

}  // namespace shared
}  // namespace v1
}  // namespace tricycle
