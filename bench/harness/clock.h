// The clock that brackets every operation.
//
// Role: one read costs a few nanoseconds, so that it can stand between any two operations.
// Thread safety: ticks() anywhere; calibration once, before measuring.
// Invariants:
//   I1  A read waits for all earlier instructions (lfence), so that the work of an operation is
//       never charged to the next one.
//   I2  Ticks are converted to time only when results are printed.
#ifndef TRICYCLE_BENCH_HARNESS_CLOCK_H_
#define TRICYCLE_BENCH_HARNESS_CLOCK_H_

#include <chrono>
#include <cstdint>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace bench {

inline std::uint64_t ticks() {
#if defined(__x86_64__)
  _mm_lfence();  // I1
  return __rdtsc();
#else
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::nanoseconds(now).count());
#endif
}

// Compares the ticks with the system's steady clock for a twentieth of a second.
inline double calibrate_ticks_per_ns() {
  using clock = std::chrono::steady_clock;
  const auto wall_begin = clock::now();
  const std::uint64_t begin = ticks();
  auto wall_end = wall_begin;
  while (wall_end - wall_begin < std::chrono::milliseconds(50)) wall_end = clock::now();
  const std::uint64_t end = ticks();
  const std::chrono::duration<double, std::nano> wall = wall_end - wall_begin;
  return static_cast<double>(end - begin) / wall.count();
}

// The cheapest distance between two reads: what the clock itself adds to every operation.
inline std::uint64_t clock_cost_in_ticks() {
  std::uint64_t cheapest = ~std::uint64_t{0};
  for (int i = 0; i < 10'000; ++i) {
    const std::uint64_t begin = ticks();
    const std::uint64_t cost = ticks() - begin;
    if (cost < cheapest) cheapest = cost;
  }
  return cheapest;
}

}  // namespace bench

#endif  // TRICYCLE_BENCH_HARNESS_CLOCK_H_
