// What happened when: the course of one measurement, for the plots over time.
//
// Role: collects one point per sample while measuring, in memory that is there from the start, and
// is thinned to what a plot can show when the row is printed.
// Thread safety: none.
#ifndef TRICYCLE_BENCH_HARNESS_TIMELINE_H_
#define TRICYCLE_BENCH_HARNESS_TIMELINE_H_

#include <algorithm>
#include <cstddef>
#include <vector>

namespace bench {

struct moment {
  double seconds = 0;       // of operations since the first one
  double max_us = 0;        // the longest operation since the last moment
  double trash_mib = 0;     // now
  double resident_mib = 0;  // now
};

class timeline {
 public:
  explicit timeline(std::size_t samples) { moments_.reserve(samples); }

  void add(const moment& m) {
    if (moments_.size() < moments_.capacity()) moments_.push_back(m);
  }

  // At most `points` moments. Each carries the maxima of those it stands for.
  std::vector<moment> thinned(std::size_t points) const {
    std::vector<moment> thin;
    const std::size_t step = (moments_.size() + points - 1) / points;
    for (std::size_t i = 0; i < moments_.size(); i += step) {
      moment m = moments_[i];
      for (std::size_t j = i + 1; j < std::min(i + step, moments_.size()); ++j) {
        m.seconds = moments_[j].seconds;
        m.max_us = std::max(m.max_us, moments_[j].max_us);
        m.trash_mib = std::max(m.trash_mib, moments_[j].trash_mib);
        m.resident_mib = std::max(m.resident_mib, moments_[j].resident_mib);
      }
      thin.push_back(m);
    }
    return thin;
  }

 private:
  std::vector<moment> moments_;
};

}  // namespace bench

#endif  // TRICYCLE_BENCH_HARNESS_TIMELINE_H_
