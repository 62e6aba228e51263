// Slabs without a block in use: kept for the next class that wants one; what stays idle gives its
// pages back to the system, one slab at a time.
//
// mimalloc would do it in pieces of up to 32 MiB, which stop the program for most of a millisecond
// (docs/decisions/0008-empty-slabs.md).
//
// Thread safety: as the block store that it belongs to.
//
// Invariants
// I1. Every slab here is one block of mimalloc, which goes back by raw_free.
// I2. `ready_` is a stack, linked through slab::next: what was given last is taken first, warm.
// I3. Idle slabs have no pages, so nothing is written in them; their addresses stand in the first
//     pages of those on the stack `indexes_`, each of which has given up its other pages.
#ifndef TRICYCLE_ALLOC_EMPTY_SLABS_H_
#define TRICYCLE_ALLOC_EMPTY_SLABS_H_

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace tricycle {
inline namespace v1 {
namespace alloc {

struct slab;

class empty_slabs {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// A slab; null when there is none. O(1).
  [[nodiscard]] slab* take() noexcept;
  /// O(1).
  void give(slab* s) noexcept;
  /// To be called often: gives back the pages of at most one slab that has not been needed for
  /// `idle_time`. O(1).
  void tidy() noexcept {
    if (ready_ != nullptr) [[unlikely]]
      tidy_at(std::chrono::steady_clock::now());
  }
  /// All of them, to mimalloc. O(slabs).
  void give_all_back() noexcept;

 private:
  struct index;
  static constexpr auto idle_time = std::chrono::milliseconds(100);

  void tidy_at(time_point now) noexcept;
  void make_idle(slab* s) noexcept;

  slab* ready_ = nullptr;
  index* indexes_ = nullptr;
  std::size_t ready_count_ = 0;
  std::size_t least_ready_ = 0;  // in this period: so many were not needed
  std::size_t to_idle_ = 0;      // what is left of the last period's
  time_point period_end_{};
};

}  // namespace alloc
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_ALLOC_EMPTY_SLABS_H_
