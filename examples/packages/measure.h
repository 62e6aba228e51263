// Build the graph, drop it, count what is left: once for each policy of pointers.h.
#ifndef TRICYCLE_EXAMPLES_PACKAGES_MEASURE_H_
#define TRICYCLE_EXAMPLES_PACKAGES_MEASURE_H_

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <type_traits>

#include "child.h"
#include "graph.h"
#include "model.h"
#include "pointers.h"

namespace packages {

struct measurement {
  std::chrono::nanoseconds build{0};
  std::chrono::nanoseconds drop{0};
  std::size_t objects = 0;
  std::size_t left_by_counting = 0;  // alive after the drop, before the collector
  std::size_t leaked_objects = 0;    // alive after everything
  std::size_t leaked_bytes = 0;
  std::size_t peak_growth_bytes = 0;  // of resident memory, over the whole measurement
  bool collects = false;              // or only counts
  collector_report collector;

  /// The longest time for which the program stood still: in the drop or in the collector.
  [[nodiscard]] std::chrono::nanoseconds longest_pause() const {
    return std::max(drop, collector.longest_pause);
  }

  void write_to(pipe_end to) const { write_bytes(to, this, sizeof *this); }
  void read_from(pipe_end from) { read_bytes(from, this, sizeof *this); }
};
static_assert(std::is_trivially_copyable_v<measurement>);

/// Resident memory of this process. Zero where the system does not tell.
struct resident_memory {
  std::size_t now = 0;
  std::size_t peak = 0;
};
[[nodiscard]] resident_memory read_resident_memory();

/// Best called in a process that has done nothing else yet (child.h).
template <class Pointers>
[[nodiscard]] measurement measure(const model& graph) {
  using clock = std::chrono::steady_clock;
  measurement result;
  const resident_memory before = read_resident_memory();
  census<Pointers> registry(graph.packages());

  const auto start = clock::now();
  archive<Pointers> owner(graph, registry);
  const auto built = clock::now();
  result.objects = registry.count();
  const auto drop_begins = clock::now();
  owner.drop();
  const auto dropped = clock::now();
  result.build = built - start;
  result.drop = dropped - drop_begins;
  result.left_by_counting = registry.count();
  result.collects = Pointers::collects;
  result.collector = Pointers::collect();

  result.leaked_objects = registry.count();
  result.leaked_bytes = registry.bytes();
  result.peak_growth_bytes = read_resident_memory().peak - before.now;

  // The numbers are taken. Break what leaked, or a leak checker would rightly stop this program.
  registry.disconnect_all();
  return result;
}

}  // namespace packages

#endif  // TRICYCLE_EXAMPLES_PACKAGES_MEASURE_H_
