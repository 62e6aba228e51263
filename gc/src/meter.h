// The clock of a slice: how much work may still be done before the program must go on.
#ifndef TRICYCLE_GC_METER_H_
#define TRICYCLE_GC_METER_H_

#include <chrono>
#include <cstdint>

namespace tricycle {
inline namespace v1 {
namespace gc {

using clock = std::chrono::steady_clock;

class meter {
 public:
  /// Without an end: a collection that the caller waits for.
  meter() noexcept = default;
  explicit meter(clock::time_point deadline) noexcept : deadline_(deadline), limited_(true) {}

  /// Records `units` of work (an edge, an object: some nanoseconds each, tens when the cache misses).
  /// True when the time is up. Reads the clock once in `stride` units.
  [[nodiscard]] bool spend(std::uint32_t units) noexcept {
    units_ += units;
    if (units_ < stride) [[likely]] return false;
    units_ = 0;
    return limited_ && clock::now() >= deadline_;
  }
  [[nodiscard]] bool limited() const noexcept { return limited_; }

 private:
  static constexpr std::uint32_t stride = 128;
  clock::time_point deadline_{};
  std::uint32_t units_ = 0;
  bool limited_ = false;
};

}  // namespace gc
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_GC_METER_H_
