// Which workloads there are, and under which contenders each runs.
//
// A workload file ends in one `add_...(registry&)`; workloads/all.h lists them.
#ifndef TRICYCLE_BENCH_HARNESS_REGISTRY_H_
#define TRICYCLE_BENCH_HARNESS_REGISTRY_H_

#include <cstdint>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "contenders/all.h"
#include "harness/measure.h"

namespace bench {

// A build with a sanitizer, which runs each workload for a moment and wants everything back.
#ifdef TRICYCLE_BENCH_LEAKS
inline constexpr bool looks_for_leaks = true;
#else
inline constexpr bool looks_for_leaks = false;
#endif

// When a workload runs: always, not in a quick run, with --grid, or only with --grid=full.
enum class occasion { always, not_quick, grid, full_grid };

struct workload_info {
  std::string name;
  std::string operation;  // what one operation is, as the table's caption
  plan full;
  plan quick;
  // About what an operation takes: the control contender spins for as long. 0: no control.
  double control_ns = 300;
  occasion runs = occasion::always;
  bool quick_has_all = false;   // a quick run has the minor contenders too
  std::uint64_t needs_mib = 0;  // it is left out on a machine with less memory than that
  // What the plots need to know of it: pairs of name and value.
  std::vector<std::pair<std::string, std::uint64_t>> parameters{};
};

struct entry {
  workload_info info;
  occasion runs;
  std::string contender;
  std::string title;  // the contender, as the table names it
  std::function<row(const plan&)> run;
};

class registry {
 public:
  // Adds Workload<C>(args...) for every contender C of the set, and the control.
  template <template <class> class Workload, class Set, class... Args>
  void add(const workload_info& info, Args... args) {
    if (info.control_ns > 0 && !looks_for_leaks) {
      entries_.push_back(
          {info, info.runs, control::name, control::title,
           [ns = info.control_ns](const plan& p) { return measure<control, spinning>(p, ns); }});
    }
    for_each_contender(Set{}, [&]<class C>() {
      if constexpr (!looks_for_leaks || std::is_base_of_v<tricycle_ref, C>)
        add_pair<Workload, C>(info, args...);
    });
  }

  const std::vector<entry>& entries() const { return entries_; }

 private:
  template <template <class> class Workload, class C, class... Args>
  void add_pair(const workload_info& info, Args... args) {
    const bool is_minor = requires { C::minor; };
    const bool skips = is_minor && !info.quick_has_all && info.runs == occasion::always;
    entries_.push_back({info, skips ? occasion::not_quick : info.runs, C::name, C::title,
                        [args...](const plan& p) { return measure<C, Workload<C>>(p, args...); }});
  }

  std::vector<entry> entries_;
};

}  // namespace bench

#endif  // TRICYCLE_BENCH_HARNESS_REGISTRY_H_
