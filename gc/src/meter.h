// The clock of a slice: how much work may still be done before the program must go on.
#ifndef TRICYCLE_GC_METER_H_
#define TRICYCLE_GC_METER_H_

#include <chrono>
#include <cstdint>

#include "fault.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

using clock = std::chrono::steady_clock;

/// Units of work between two looks at the clock, and edges of one object that are followed between
/// them. Where tests can stop a slice at every point, they do so with 1.
#ifdef TRICYCLE_HAS_FAULT_POINTS
inline thread_local std::uint32_t meter_stride = 256;
inline thread_local std::size_t edge_window = 256;
#else
inline constexpr std::uint32_t meter_stride = 256;
inline constexpr std::size_t edge_window = 256;
#endif

class meter {
 public:
  /// Without an end: a collection that the caller waits for.
  meter() noexcept = default;
  explicit meter(clock::time_point deadline) noexcept : deadline_(deadline), limited_(true) {}

  /// Records `units` of work (an edge, an object: some nanoseconds each, tens when the cache
  /// misses). True when the time is up. Reads the clock once in `meter_stride` units.
  [[nodiscard]] bool spend(std::uint32_t units) noexcept {
    units_ += units + 1;  // so that no loop that asks goes without end
    if (units_ < meter_stride) [[likely]]
      return false;
    units_ = 0;
    return limited_ && clock::now() >= deadline_;
  }
  [[nodiscard]] bool limited() const noexcept { return limited_; }
  [[nodiscard]] clock::time_point deadline() const noexcept { return deadline_; }

 private:
  clock::time_point deadline_{};
  std::uint32_t units_ = 0;
  bool limited_ = false;
};

}  // namespace gc
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_GC_METER_H_
