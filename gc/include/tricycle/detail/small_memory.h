// Memory for what comes and goes with weak references: side records, callbacks, entries of maps.
//
// Thread safety: each thread has free blocks of its own at hand. A block may be given back on
// another thread than took it.
//
// What a cache drops next it has entered long ago: through a general allocator each such block is
// cold, and so is the one that comes in its place. The last ones given back are the next ones taken
// here.
#ifndef TRICYCLE_DETAIL_SMALL_MEMORY_H_
#define TRICYCLE_DETAIL_SMALL_MEMORY_H_

#include <cstddef>
#include <new>

namespace tricycle {
inline namespace v1 {
namespace gc {

/// At least `bytes`, aligned to 32 if that is 32 at most, else to 16. Throws std::bad_alloc. O(1).
[[nodiscard]] void* take_small(std::size_t bytes);
/// `bytes` as it was asked for. O(1).
void give_small(void* memory, std::size_t bytes) noexcept;

/// A base for what lives in such memory.
struct in_small_memory {
  static void* operator new(std::size_t bytes) { return take_small(bytes); }
  static void* operator new(std::size_t bytes, std::align_val_t align) {
    return ::operator new(bytes, align);
  }
  static void operator delete(void* memory, std::size_t bytes) noexcept {
    give_small(memory, bytes);
  }
  static void operator delete(void* memory, std::size_t /*bytes*/,
                              std::align_val_t align) noexcept {
    ::operator delete(memory, align);
  }
};

}  // namespace gc
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_DETAIL_SMALL_MEMORY_H_
