// The workloads, in the order in which they run. A new one is a file beside this one and two lines
// here.
#ifndef TRICYCLE_BENCH_WORKLOADS_ALL_H_
#define TRICYCLE_BENCH_WORKLOADS_ALL_H_

#include "harness/registry.h"

namespace bench {

void add_rings(registry& all);
void add_rings_live(registry& all);
void add_grid(registry& all);
void add_trees(registry& all);
void add_drop(registry& all);
void add_release(registry& all);
void add_collect(registry& all);
void add_trash(registry& all);
void add_giant(registry& all);
void add_cache(registry& all);

inline void add_all_workloads(registry& all) {
  add_rings(all);
  add_rings_live(all);
  add_trees(all);
  add_collect(all);
  add_trash(all);
  add_drop(all);
  add_release(all);
  add_giant(all);
  add_cache(all);
  add_grid(all);
}

}  // namespace bench

#endif  // TRICYCLE_BENCH_WORKLOADS_ALL_H_
