// Follows how much lies uncollected, against the bound that tricycle promises.
//
// The workload says what it can reach, the collector what it has allocated; the rest is trash. The
// bound is that of the default settings, a contract of the library: max(24 MiB, live bytes / 4). No
// collector can hold it at the moment in which the program lets go of more than that at once: where
// a workload says how many nodes an operation drops, these are allowed for.
#ifndef TRICYCLE_BENCH_HARNESS_TRASH_WATCH_H_
#define TRICYCLE_BENCH_HARNESS_TRASH_WATCH_H_

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

#include "contenders/contender.h"
#include "harness/row.h"

namespace bench {

// Empty for contenders that free by hand: theirs is none.
template <class Contender, class Workload>
class trash_watch {
 public:
  // Returns the trash of this moment, in MiB.
  double sample(const Workload& workload) {
    if constexpr (Contender::collects) {
      const observation now = Contender::observe();
      const auto alive = static_cast<double>(workload.alive());
      // A collector that counts objects knows what one takes on average. All nodes of a workload
      // have one size.
      double node_bytes = block_bytes_;
      if (now.live_objects > 0) {
        node_bytes = static_cast<double>(now.live_bytes) / static_cast<double>(now.live_objects);
      }
      double live = alive * node_bytes;
      double trash = static_cast<double>(now.live_bytes) - live;
      if constexpr (requires { workload.outline_bytes(); }) {
        // What the nodes hold outside of the collector's memory: garbage is worth that much more.
        live += static_cast<double>(workload.outline_alive_bytes());
        trash += static_cast<double>(workload.outline_bytes()) -
                 static_cast<double>(workload.outline_alive_bytes());
      }
      trash = std::max(trash, 0.0);
      double bound = std::max(24.0 * kMib, live / 4);
      if constexpr (requires { workload.dropped_at_once(); })
        bound += static_cast<double>(workload.dropped_at_once()) * node_bytes;
      figures_.trash_mib = std::max(figures_.trash_mib, trash / kMib);
      figures_.trash_of_bound = std::max(figures_.trash_of_bound, trash / bound);
      return trash / kMib;
    } else {
      return 0;
    }
  }

  std::optional<collector_figures> figures() {
    if constexpr (Contender::collects) {
      const observation now = Contender::observe();
      figures_.pauses = now.pauses;
      figures_.pause_max_us = microseconds(now.pause_max);
      figures_.pause_p99_us = microseconds(now.pause_p99);
      figures_.pause_total_us = microseconds(now.pause_total);
      return figures_;
    } else {
      return std::nullopt;
    }
  }

 private:
  static constexpr double kMib = 1024.0 * 1024.0;

  static double microseconds(std::chrono::nanoseconds time) {
    return std::chrono::duration<double, std::micro>(time).count();
  }

  static double block_bytes() {
    if constexpr (requires { Contender::block_bytes(Workload::node_bytes); }) {
      return static_cast<double>(Contender::block_bytes(Workload::node_bytes));
    } else {
      return static_cast<double>(Workload::node_bytes);
    }
  }

  double block_bytes_ = block_bytes();
  collector_figures figures_;
};

}  // namespace bench

#endif  // TRICYCLE_BENCH_HARNESS_TRASH_WATCH_H_
