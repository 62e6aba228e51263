// What one process measured: one workload, one contender, one line of JSON.
//
// Any program that answers `--list` and prints such lines can stand beside ours in the table; that
// is how contenders in other languages come in.
#ifndef TRICYCLE_BENCH_HARNESS_ROW_H_
#define TRICYCLE_BENCH_HARNESS_ROW_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/timeline.h"

namespace bench {

// The collector's own figures. Contenders without a collector have none.
struct collector_figures {
  std::uint64_t pauses = 0;
  double pause_max_us = 0;  // since the process began, its setup included
  double pause_p99_us = 0;
  double pause_total_us = 0;
  // The most that was allocated though the workload could no longer reach it, when sampled.
  double trash_mib = 0;
  double trash_of_bound = 0;  // the most of it, as a share of what was allowed at that moment
};

// Latencies and times leave out what other processes took meanwhile, except where `wall` is in the
// name.
struct row {
  std::string workload{};
  std::string contender{};
  std::uint64_t operations = 0;
  std::uint64_t nodes = 0;
  double setup_s = 0;
  double elapsed_s = 0;  // the sum of the operations, without samples and preparations
  double lost_s = 0;     // what was left out of it
  double p50_us = 0;
  double p99_us = 0;
  double p999_us = 0;
  double p9999_us = 0;
  double max_us = 0;
  double max_wall_us = 0;
  double clock_ns = 0;  // what reading the clock adds to each operation
  double peak_mib = 0;
  std::optional<collector_figures> collector{};
  std::vector<double> tail_us{};  // tail_us[i]: exceeded by a share of 10^(-i/kTailSteps) of all
  std::vector<moment> course{};
};

inline constexpr int kTailSteps = 8;

std::string to_json(const row& r);

// The most memory that was ever resident in this process (VmHWM).
double peak_memory_mib();

}  // namespace bench

#endif  // TRICYCLE_BENCH_HARNESS_ROW_H_
