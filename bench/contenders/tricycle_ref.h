// tricycle::ref: the program lets go and does nothing else.
#ifndef TRICYCLE_BENCH_CONTENDERS_TRICYCLE_REF_H_
#define TRICYCLE_BENCH_CONTENDERS_TRICYCLE_REF_H_

#include <tricycle/tricycle.h>

#include <chrono>
#include <cstddef>
#include <utility>
#include <vector>

#include "contenders/contender.h"

namespace bench {

struct tricycle_ref {
  static constexpr const char* name = "tricycle";
  static constexpr const char* title = "tricycle::ref";
  static constexpr bench::cleanup cleanup = bench::cleanup::nothing;
  static constexpr bool collects = true;

  template <class T>
  using pointer = tricycle::ref<T>;
  template <class T>
  using roots = std::vector<pointer<T>>;

  template <class T, class... Args>
  static pointer<T> make(Args&&... args) {
    return tricycle::make<T>(std::forward<Args>(args)...);
  }
  template <class T>
  static T* raw(const pointer<T>& p) {
    return p.get();
  }
  /// An object has taken memory that the collector does not see: a program that does so says so.
  static void say_bytes(std::size_t bytes) { tricycle::add_memory_pressure(bytes); }
  static void collect_all() { tricycle::collect(); }
  static bool collect_slice(std::chrono::nanoseconds budget) {
    return tricycle::collect_for(budget);
  }
  static observation observe() {
    const auto s = tricycle::stats();
    return {
        .live_objects = s.live_objects,
        .live_bytes = s.live_bytes,
        .pauses = s.pauses.count,
        .pause_max = s.pauses.max,
        .pause_p99 = s.pauses.quantile(0.99),
        .pause_total = s.pauses.total,
    };
  }
};

// The same, told to stop the program no longer for freeing than for searching.
struct tricycle_budgeted : tricycle_ref {
  static constexpr const char* name = "tricycle_budgeted";
  static constexpr const char* title = "tricycle::ref, budget 100 us";

  static void start() {
    auto s = tricycle::configuration();
    s.release_budget = std::chrono::microseconds(100);
    tricycle::configure(s);
  }
};

}  // namespace bench

#endif  // TRICYCLE_BENCH_CONTENDERS_TRICYCLE_REF_H_
