// Operations that only compute, for about as long as a real one: whatever latency shows here is the
// machine's own, and no contender can be blamed for it.
#ifndef TRICYCLE_BENCH_CONTENDERS_CONTROL_H_
#define TRICYCLE_BENCH_CONTENDERS_CONTROL_H_

#include <cstddef>
#include <cstdint>

#include "contenders/contender.h"
#include "harness/clock.h"

namespace bench {

struct control {
  static constexpr const char* name = "control";
  static constexpr const char* title = "control (spins)";
  static constexpr bool collects = false;
};

// The control's workload. An operation is a fixed number of steps, not a wait for a time to come:
// such a wait would swallow short interruptions.
class spinning {
 public:
  explicit spinning(double nanoseconds) {
    constexpr std::uint64_t kTrial = 2'000'000;
    const double per_ns = calibrate_ticks_per_ns();
    const std::uint64_t begin = ticks();
    spin(kTrial);
    const double trial_ns = static_cast<double>(ticks() - begin) / per_ns;
    steps_ = static_cast<std::uint64_t>(nanoseconds / trial_ns * static_cast<double>(kTrial)) + 1;
  }

  void operate(std::uint64_t) {
    spin(steps_);
    ++done_;
  }
  std::uint64_t nodes() const { return done_; }
  std::uint64_t alive() const { return 0; }
  static constexpr std::size_t node_bytes = 0;

 private:
  static void spin(std::uint64_t steps) {
    std::uint64_t x = steps;
    for (std::uint64_t i = 0; i < steps; ++i) {
      x = x * 6364136223846793005U + 1;
      asm volatile("" : "+r"(x));
    }
  }

  std::uint64_t steps_ = 1;
  std::uint64_t done_ = 0;
};

}  // namespace bench

#endif  // TRICYCLE_BENCH_CONTENDERS_CONTROL_H_
