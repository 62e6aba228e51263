#include "tricycle/detail/small_memory.h"

#include <cstdint>

#include "block_store.h"

namespace tricycle {
inline namespace v1 {
namespace gc {
namespace {

constexpr std::size_t record_bytes = 32;  // and their alignment: the header's word has no more bits

#ifdef TRICYCLE_USE_MIMALLOC

constexpr std::size_t class_bytes = 16;
constexpr std::size_t classes = 17;                        // up to 256 bytes
constexpr std::size_t kept_bytes = std::size_t{32} << 10;  // of a class, at most

struct free_block {
  free_block* next;
};

/// Of the thread, not of a heap: records outlive heaps.
struct blocks_at_hand {
  struct size_class {
    free_block* first;
    std::uint32_t count;
  } of[classes];
  bool open;    // `at_exit` is going to see to them
  bool closed;  // it has
};
constinit thread_local blocks_at_hand at_hand [[gnu::tls_model("initial-exec")]]{};

struct blocks_at_exit {
  ~blocks_at_exit() {
    at_hand.closed = true;
    for (auto& c : at_hand.of)
      while (free_block* block = c.first) {
        c.first = block->next;
        mi_free(block);
      }
  }
};

[[gnu::noinline]] void open_at_hand() {
  static thread_local blocks_at_exit at_exit;
  static_cast<void>(&at_exit);
  at_hand.open = true;
}

constexpr std::size_t class_of(std::size_t bytes) noexcept {
  if (bytes <= record_bytes) return record_bytes / class_bytes;
  return (bytes + class_bytes - 1) / class_bytes;
}

[[gnu::noinline]] void* allocate(std::size_t bytes) {
  void* memory =
      bytes <= record_bytes ? mi_malloc_aligned(record_bytes, record_bytes) : mi_malloc(bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

#endif

}  // namespace

#ifdef TRICYCLE_USE_MIMALLOC

void* take_small(std::size_t bytes) {
  if (alloc::fault_point()) throw std::bad_alloc();
  const std::size_t which = class_of(bytes);
  if (which >= classes) [[unlikely]]
    return allocate(bytes);
  auto& c = at_hand.of[which];
  free_block* block = c.first;
  if (block == nullptr) [[unlikely]]
    return allocate(which * class_bytes);
  c.first = block->next;
  --c.count;
  return block;
}

void give_small(void* memory, std::size_t bytes) noexcept {
  const std::size_t which = class_of(bytes);
  if (which >= classes) [[unlikely]]
    return mi_free(memory);
  auto& c = at_hand.of[which];
  if (c.count == kept_bytes / (which * class_bytes) || at_hand.closed) [[unlikely]]
    return mi_free(memory);
  if (!at_hand.open) [[unlikely]]
    open_at_hand();
  c.first = ::new (memory) free_block{c.first};
  ++c.count;
}

#else

void* take_small(std::size_t bytes) {
  if (alloc::fault_point()) throw std::bad_alloc();
  void* memory =
      bytes <= record_bytes ? std::aligned_alloc(record_bytes, record_bytes) : std::malloc(bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void give_small(void* memory, std::size_t /*bytes*/) noexcept { std::free(memory); }

#endif

}  // namespace gc
}  // namespace v1
}  // namespace tricycle
