// What an allocation of a shared object does for the collector: it counts bytes, and it is a
// safepoint.
//
// Thread safety: any thread. User code: `pace` may run a slice of the collector, and with it
// destructors of objects found dead.
#ifndef TRICYCLE_DETAIL_SHARED_PACE_H_
#define TRICYCLE_DETAIL_SHARED_PACE_H_

#include <cstddef>
#include <cstdint>

#include "tricycle/detail/shared_atomics.h"

namespace tricycle {
inline namespace v1 {
namespace shared {

struct mutator;

/// What a thread keeps for itself. Written by the thread only, so that the common path shares
/// nothing; the books are read by others, too (relaxed: they are sums, not conditions).
struct local_state {
  std::int64_t credit;  // bytes until the collector wants to be asked
  mutator* me;          // null: not known to the collector yet, or any more
  bool ended;
  std::uint64_t made;  // tracked objects, as weights
  std::uint64_t dead;
};

/// An object and its bytes, in one number that can be summed: sixteenths of the bytes below,
/// objects from bit 36 on. Right for differences of up to 2^28 objects and a terabyte.
inline constexpr unsigned objects_shift = 36;
[[nodiscard]] constexpr std::uint64_t weight_of(std::size_t block_bytes) noexcept {
  return (std::uint64_t{1} << objects_shift) + (block_bytes + 15) / 16;
}
[[nodiscard]] constexpr std::size_t objects_in(std::uint64_t weight) noexcept {
  return weight >> objects_shift;
}
[[nodiscard]] constexpr std::size_t bytes_in(std::uint64_t weight) noexcept {
  return (weight & ((std::uint64_t{1} << objects_shift) - 1)) * 16;
}
extern constinit thread_local local_state local [[gnu::tls_model("initial-exec")]];

/// Not 0: threads are asked to come to a safepoint.
extern constinit std::uint32_t attention;

[[gnu::noinline]] void pace() noexcept;

/// Before a block is taken. O(1), or a slice.
inline void before_allocation(std::size_t bytes) noexcept {
  local.credit -= static_cast<std::int64_t>(bytes);
  // Relaxed: who sees it late comes to a safepoint late. What is done there is ordered there.
  if (local.credit < 0 || atomics::load<relaxed>(attention) != 0) [[unlikely]]
    pace();
}

inline void add_to_book(std::uint64_t& book, std::uint64_t n) noexcept {
  atomics::store<relaxed>(book, atomics::load<relaxed>(book) + n);
}

}  // namespace shared
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_DETAIL_SHARED_PACE_H_
