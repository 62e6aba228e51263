// When and how the collector runs, and what it says of its work.
#include <tricycle/tricycle.h>

#include <chrono>
#include <cstddef>

#include "check.h"

namespace {

struct Node {
  tricycle::ref<Node> next;
};

void drop_a_ring(int nodes) {
  auto first = tricycle::make<Node>();
  auto last = first;
  for (int i = 1; i < nodes; ++i) {
    last->next = tricycle::make<Node>();
    last = last->next;
  }
  last->next = first;
}

void to_the_end() {
  drop_a_ring(100);
  const tricycle::collection done = tricycle::collect();
  check(done.objects == 100);
  check(done.components == 1);
  check(done.bytes >= 100 * (sizeof(Node) + 16));

  drop_a_ring(10);
  check(tricycle::collect(tricycle::generation::young).objects == 10);
}

void in_slices() {
  using namespace std::chrono_literals;
  drop_a_ring(10'000);
  while (tricycle::collect_for(200us)) {
    // Work is left: the program may do something else before the next slice.
  }
  check(tricycle::stats().live_objects == 0);
}

void by_itself() {
  const std::size_t before = tricycle::stats().slices;
  for (int i = 0; i < 100'000; ++i) drop_a_ring(8);  // `make` runs the slices
  check(tricycle::stats().slices > before);
  check(tricycle::stats().live_bytes < 2 * tricycle::configuration().trash_floor);
}

void settings() {
  using namespace std::chrono_literals;
  tricycle::settings wanted = tricycle::configuration();
  wanted.pause_target = 50us;    // no slice longer
  wanted.trash_floor = 4 << 20;  // garbage below 4 MiB,
  wanted.trash_fraction = 0.1;   // or below a tenth of what lives
  wanted.release_budget = 1ms;   // dropping a huge structure: no stop longer
  tricycle::configure(wanted);
  check(tricycle::configuration().pause_target == 50us);

  tricycle::collect();

  wanted.automatic = false;  // from now on only collect() and collect_for() trace
  tricycle::configure(wanted);
  drop_a_ring(8);
  check(tricycle::stats().candidates > 0);
  check(tricycle::collect().objects == 8);
}

void reading_the_statistics() {
  const tricycle::statistics s = tricycle::stats();
  check(s.live_objects == 0);
  check(s.generations[0].collected > 0);
  check(s.pauses.quantile(0.99) <= s.pauses.max);
  check(s.pauses.total.count() > 0);
}

}  // namespace

int main() {
  to_the_end();
  in_slices();
  by_itself();
  settings();
  reading_the_statistics();
}
