// The kinds of pointer, as policies: the one thing that differs between the graphs.
#ifndef TRICYCLE_EXAMPLES_PACKAGES_POINTERS_H_
#define TRICYCLE_EXAMPLES_PACKAGES_POINTERS_H_

#include <tricycle/tricycle.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <utility>

namespace packages {

/// What a collector did; all zero where there is none.
struct collector_report {
  std::size_t freed = 0;                      // by its heap's own account
  std::chrono::nanoseconds duration{0};       // of all its work after the drop
  std::chrono::nanoseconds longest_pause{0};  // as the program felt it, since the process began
  std::size_t pauses = 0;                     // after the drop
};

struct std_pointers {
  static constexpr const char* name = "std::shared_ptr";
  static constexpr bool collects = false;
  template <class T>
  using pointer = std::shared_ptr<T>;

  template <class T, class... Args>
  [[nodiscard]] static pointer<T> make(Args&&... args) {
    return std::make_shared<T>(std::forward<Args>(args)...);
  }
  [[nodiscard]] static collector_report collect() { return {}; }
};

/// `ref`, and a program that says: now, and all of it.
struct tricycle_pointers {
  static constexpr const char* name = "tricycle::ref";
  static constexpr bool collects = true;
  template <class T>
  using pointer = tricycle::ref<T>;

  template <class T, class... Args>
  [[nodiscard]] static pointer<T> make(Args&&... args) {
    return tricycle::make<T>(std::forward<Args>(args)...);
  }
  [[nodiscard]] static collector_report collect() {
    return collect_by([] { return tricycle::collect(), false; });
  }

 protected:
  /// Calls `step` until it returns false: each call is one pause.
  template <class Step>
  [[nodiscard]] static collector_report collect_by(Step step) {
    using clock = std::chrono::steady_clock;
    collector_report report;
    // Slices that ran by themselves while the graph was built could be timed by the collector only.
    report.longest_pause = tricycle::stats().pauses.max;
    const std::size_t live_before = tricycle::stats().live_objects;
    for (bool more = true; more;) {
      const auto start = clock::now();
      more = step();
      const std::chrono::nanoseconds pause = clock::now() - start;
      report.duration += pause;
      report.longest_pause = std::max(report.longest_pause, pause);
      ++report.pauses;
    }
    report.freed = live_before - tricycle::stats().live_objects;
    return report;
  }
};

/// The same, and a program that gives the collector a slice of time whenever it has nothing to do.
struct sliced_tricycle_pointers : tricycle_pointers {
  static constexpr const char* name = "tricycle::ref/slices";
  [[nodiscard]] static collector_report collect() {
    const auto slice = tricycle::configuration().pause_target;
    return collect_by([=] { return tricycle::collect_for(slice); });
  }
};

}  // namespace packages

#endif  // TRICYCLE_EXAMPLES_PACKAGES_POINTERS_H_
