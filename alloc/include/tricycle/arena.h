// The arena: the one stretch of address space in which every tricycle object lives.
//
// Thread safety: every function here may be called from any thread at any time.
// User code: none runs inside.
//
// Invariants
// I1. The arena is reserved once per process and never moves, grows or goes away.
// I2. A block of a tricycle heap lies inside the arena, and nothing else does.
#ifndef TRICYCLE_ARENA_H_
#define TRICYCLE_ARENA_H_

#include <cstddef>

namespace tricycle {
inline namespace v1 {

/// Facts about the memory that all heaps of the process share.
struct arena {
  /// Whether `address` lies in memory that tricycle's objects are taken from. O(1), one compare.
  /// With the `malloc` allocator build there is no arena, and the answer is always false.
  [[nodiscard]] static bool owns(const void* address) noexcept;

  /// Bytes of address space reserved; they cost no memory until blocks are made in them. O(1).
  /// 0 before the first object is made, and in the `malloc` allocator build.
  [[nodiscard]] static std::size_t reserved_bytes() noexcept;
};

}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_ARENA_H_
