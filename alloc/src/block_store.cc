// The reservation of the arena, and what of a block store is not on the hot path.
#include "block_store.h"

#include <mutex>
#include <new>

#include "tricycle/arena.h"

#ifdef TRICYCLE_USE_MIMALLOC
#include <sys/mman.h>
#endif

namespace tricycle {
inline namespace v1 {
namespace alloc {

#ifdef TRICYCLE_HAS_FAULT_POINTS
thread_local std::int64_t faults_after = -1;
#endif

#ifdef TRICYCLE_USE_MIMALLOC

constinit arena_state the_arena;

namespace {

/// Zeroed memory that costs nothing until it is touched.
void* reserve_zeroed(std::size_t bytes) noexcept {
  void* at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return at == MAP_FAILED ? nullptr : at;
}

/// Address space is free, but limits (RLIMIT_AS, containers, valgrind) exist: ask for much, take
/// what there is.
bool reserve_arena() noexcept {
  constexpr std::size_t most = std::size_t{1} << 40;
  constexpr std::size_t least = std::size_t{1} << 27;
  for (std::size_t bytes = most; bytes >= least; bytes /= 2) {
    mi_arena_id_t id = 0;
    if (mi_reserve_os_memory_ex(bytes, /*commit=*/false, /*allow_large=*/false,
                                /*exclusive=*/true, &id) != 0)
      continue;
    std::size_t size = 0;
    const auto base = reinterpret_cast<std::uintptr_t>(mi_arena_area(id, &size));
    void* registry = reserve_zeroed((size >> arena_state::word_shift) * sizeof(std::uint64_t));
    void* owners = reserve_zeroed((size >> arena_state::slice_shift) * sizeof(std::uint16_t));
    if (base == 0 || registry == nullptr || owners == nullptr) return false;
    the_arena.registry = static_cast<std::uint64_t*>(registry);
    the_arena.slice_owner = static_cast<std::uint16_t*>(owners);
    the_arena.bytes = size;
    the_arena.arena_id = id;
    the_arena.base = base;
    return true;
  }
  return false;
}

bool arena_is_there() {
  static const bool there = reserve_arena();
  return there;
}

}  // namespace

block_store::block_store(std::uint16_t owner) : heap_(nullptr), owner_(owner) {
  if (fault_point() || !arena_is_there()) throw std::bad_alloc();
  heap_ = mi_heap_new_in_arena(the_arena.arena_id);
  if (heap_ == nullptr) throw std::bad_alloc();
}

block_store::~block_store() {
  if (heap_ != nullptr) mi_heap_delete(heap_);
}

#else

void* block_store::allocate(std::size_t bytes, std::size_t align,
                            std::size_t header_offset) noexcept {
  if (fault_point()) return nullptr;
  void* block = align <= 16 ? std::malloc(bytes)
                            : std::aligned_alloc(align, (bytes + align - 1) / align * align);
  if (block == nullptr) return nullptr;
  try {
    headers_.insert(static_cast<char*>(block) + header_offset);
  } catch (const std::bad_alloc&) {
    std::free(block);
    return nullptr;
  }
  return block;
}

void block_store::release(void* block, std::size_t header_offset) noexcept {
  headers_.erase(static_cast<char*>(block) + header_offset);
  std::free(block);
}

#endif

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
