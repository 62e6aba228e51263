// The one loop that measures every workload under every contender.
//
// A workload is a class template over the contender, with
//   void operate(std::uint64_t i)      one operation: what is measured
//   void prepare(std::uint64_t i)      optional: runs before it, unmeasured
//   bool done() const                  optional: ends the measurement early
//   std::uint64_t nodes() const        nodes allocated (or else treated) by the operations so far
//   std::uint64_t alive() const        nodes that the workload can still reach
//   static constexpr node_bytes        the size of a node, as the program wrote it
//   outline_bytes(), outline_alive_bytes()   optional: bytes that nodes hold beside themselves, all
//                                      that were not yet freed, and those of nodes in reach
// Its constructor is the setup.
//
// Invariants:
//   I1  Each operation's end is the next one's start: no stop of the program falls in a gap. What
//       is not an operation (a sample, a preparation) starts the clock anew.
//   I2  The loop allocates nothing.
//   I3  What other processes and other virtual machines took during an operation is known and is
//   not
//       charged to it. Only slow operations pay for the question, and after their end: who lost the
//       processor has not been fast.
#ifndef TRICYCLE_BENCH_HARNESS_MEASURE_H_
#define TRICYCLE_BENCH_HARNESS_MEASURE_H_

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <memory>
#include <vector>

#include "contenders/contender.h"
#include "harness/clock.h"
#include "harness/latency_histogram.h"
#include "harness/proc_file.h"
#include "harness/row.h"
#include "harness/trash_watch.h"

namespace bench {

struct plan {
  std::uint64_t warm_up = 0;  // operations that run before the measurement
  std::uint64_t operations = 0;
  std::uint64_t samples = 1'000;
};

template <class Workload>
constexpr bool needs_preparation = requires(Workload w) {
  w.prepare(0U);
};

template <class Workload>
void prepare(Workload& workload, std::uint64_t i) {
  if constexpr (needs_preparation<Workload>) workload.prepare(i);
}

template <class Workload>
bool is_done(const Workload& workload) {
  if constexpr (requires { workload.done(); }) {
    return workload.done();
  } else {
    return false;
  }
}

// The workload of this process. It ends with its row, and taking a graph down is not the question;
// but a build that looks for leaks does.
inline std::shared_ptr<void> at_hand;

template <class Contender, class Workload, class... Args>
Workload& set_up(const Args&... args) {
  if constexpr (requires { Contender::start(); }) Contender::start();
  if constexpr (requires { Contender::template keep<Workload>(args...); }) {
    return Contender::template keep<Workload>(args...);
  } else {
    auto workload = std::make_shared<Workload>(args...);
    at_hand = workload;
    return *workload;
  }
}

// Thinned for a plot: one value for each step down to a single operation.
inline std::vector<std::uint64_t> tail_of(const latency_histogram& latencies) {
  std::vector<std::uint64_t> tail;
  for (int i = 0;; ++i) {
    const double share = std::pow(10.0, -static_cast<double>(i) / kTailSteps);
    if (share * static_cast<double>(latencies.count()) < 1) break;
    tail.push_back(latencies.quantile(1 - share));
  }
  tail.push_back(latencies.max());
  return tail;
}

template <class Contender, class Workload, class... Args>
row measure(const plan& p, const Args&... args) {
  const double per_ns = calibrate_ticks_per_ns();
  const auto to_us = [per_ns](std::uint64_t t) { return static_cast<double>(t) / per_ns / 1000; };
  const auto setup_begin = std::chrono::steady_clock::now();
  Workload& workload = set_up<Contender, Workload>(args...);
  for (std::uint64_t i = 0; i < p.warm_up; ++i) {
    prepare(workload, i);
    workload.operate(i);
  }
  const std::chrono::duration<double> setup = std::chrono::steady_clock::now() - setup_begin;

  static latency_histogram latencies;
  trash_watch<Contender, Workload> trash;
  resident_memory resident;
  timeline course(p.samples + 1);
  const std::uint64_t sample_every = std::max<std::uint64_t>(p.operations / p.samples, 1);
  const std::uint64_t end = p.warm_up + p.operations;
  const std::uint64_t nodes_before = workload.nodes();
  const auto slow = static_cast<std::uint64_t>(20'000 * per_ns);
  std::uint64_t until_sample = sample_every;
  std::uint64_t longest = 0;  // since the last sample
  std::uint64_t longest_wall = 0;
  std::uint64_t lost = 0;
  prepare(workload, p.warm_up);
  lost_time losses;
  std::uint64_t last = ticks();
  for (std::uint64_t i = p.warm_up; i < end && !is_done(workload); ++i) {
    workload.operate(i);
    const std::uint64_t now = ticks();
    std::uint64_t latency = now - last;
    last = now;                          // I1
    if (latency >= slow) [[unlikely]] {  // I3
      longest_wall = std::max(longest_wall, latency);
      const auto missed = std::min(
          latency, static_cast<std::uint64_t>(static_cast<double>(losses.since_last()) * per_ns));
      lost += missed;
      latency -= missed;
      last = ticks();
    }
    latencies.record(latency);
    longest = std::max(longest, latency);
    if (--until_sample == 0) {
      until_sample = sample_every;
      const double seconds = to_us(latencies.sum()) * 1e-6;
      course.add({seconds, to_us(longest), trash.sample(workload), resident.mib()});
      longest = 0;
      losses.since_last();
      last = ticks();
    }
    if constexpr (needs_preparation<Workload>) {
      if (i + 1 < end && !is_done(workload)) prepare(workload, i + 1);
      losses.since_last();
      last = ticks();
    }
  }

  row r{
      .operations = latencies.count(),
      .nodes = workload.nodes() - nodes_before,
      .setup_s = setup.count(),
      .elapsed_s = to_us(latencies.sum()) * 1e-6,
      .lost_s = to_us(lost) * 1e-6,
      .p50_us = to_us(latencies.quantile(0.5)),
      .p99_us = to_us(latencies.quantile(0.99)),
      .p999_us = to_us(latencies.quantile(0.999)),
      .p9999_us = to_us(latencies.quantile(0.9999)),
      .max_us = to_us(latencies.max()),
      .max_wall_us = to_us(std::max(latencies.max(), longest_wall)),
      .clock_ns = to_us(clock_cost_in_ticks()) * 1000,
      .peak_mib = peak_memory_mib(),
      .collector = trash.figures(),
      .course = course.thinned(200),
  };
  for (const std::uint64_t t : tail_of(latencies)) r.tail_us.push_back(to_us(t));
  return r;
}

}  // namespace bench

#endif  // TRICYCLE_BENCH_HARNESS_MEASURE_H_
