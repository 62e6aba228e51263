// Hot paths, one at a time, for counting their instructions: bench/gate/run runs this program under
// callgrind and compares with what is committed.
//
//   gate --list          name, a number of iterations, and items in an iteration
//   gate NAME ITERATIONS
//
// Question: has a change made a hot path longer? Wall time cannot tell: it differs by more from day
// to day. Instructions do not see caches, so what they cannot tell is whether it became slower.
//
// The collector does nothing by itself here: when its slices run depends on the clock, and under
// callgrind the clock runs fifty times too fast.
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <utility>
#include <vector>

#include "contenders/tricycle_ref.h"
#include "workloads/random_graph.h"
#include "workloads/ring.h"

namespace bench {
namespace {

struct node {
  tricycle::ref<node> left;
  tricycle::ref<node> right;
  std::uint64_t value = 0;
};

// The compiler must assume that this value is looked at, and changed.
template <class T>
void touch(T& value) {
  asm volatile("" : : "r"(&value) : "memory");
}

void make_drop(std::uint64_t iterations) {
  for (std::uint64_t i = 0; i < iterations; ++i) {
    auto p = tricycle::make<node>();
    touch(p);
  }
}

void copy_drop(std::uint64_t iterations) {
  auto p = tricycle::make<node>();
  for (std::uint64_t i = 0; i < iterations; ++i) {
    auto copy = p;
    touch(copy);
  }
}

void move(std::uint64_t iterations) {
  auto p = tricycle::make<node>();
  for (std::uint64_t i = 0; i < iterations; ++i) {
    auto q = std::move(p);
    touch(q);
    p = std::move(q);
    touch(p);
  }
}

void dereference(std::uint64_t iterations) {
  auto p = tricycle::make<node>();
  std::uint64_t sum = 0;
  for (std::uint64_t i = 0; i < iterations; ++i) {
    touch(p);
    sum += p->value;
  }
  touch(sum);
}

void weak_lock(std::uint64_t iterations) {
  const auto p = tricycle::make<node>();
  tricycle::weak_ref<node> weak = p;
  for (std::uint64_t i = 0; i < iterations; ++i) {
    touch(weak);
    auto locked = weak.lock();
    touch(locked);
  }
}

struct shared_node {
  tricycle::shared_ptr<shared_node> next;
  std::uint64_t value = 0;
};

// From here on the process counts as one with threads: counts are atomic.
void have_threads() {
  std::thread([] {}).join();
}

void shared_make_drop(std::uint64_t iterations) {
  have_threads();
  for (std::uint64_t i = 0; i < iterations; ++i) {
    auto p = tricycle::make_shared<shared_node>();
    touch(p);
  }
}

void shared_copy_drop(std::uint64_t iterations) {
  have_threads();
  const auto p = tricycle::make_shared<shared_node>();
  for (std::uint64_t i = 0; i < iterations; ++i) {
    auto copy = p;
    touch(copy);
  }
}

void shared_lock_drop(std::uint64_t iterations) {
  have_threads();
  const auto p = tricycle::make_shared<shared_node>();
  tricycle::weak_ptr<shared_node> weak = p;
  for (std::uint64_t i = 0; i < iterations; ++i) {
    touch(weak);
    auto locked = weak.lock();
    touch(locked);
  }
}

tricycle::ref<node> tree(unsigned depth) {
  auto root = tricycle::make<node>();
  if (depth > 0) {
    root->left = tree(depth - 1);
    root->right = tree(depth - 1);
  }
  return root;
}

constexpr unsigned kDepth = 10;

void tree_build_drop(std::uint64_t iterations) {
  for (std::uint64_t i = 0; i < iterations; ++i) {
    auto root = tree(kDepth);
    touch(root);
  }
}

constexpr std::uint64_t kRings = 1'000;

void ring_churn(std::uint64_t iterations) {
  for (std::uint64_t i = 0; i < iterations; ++i) {
    for (std::uint64_t ring = 0; ring < kRings; ++ring) {
      auto first = make_ring<tricycle_ref>(ring);
      touch(first);
    }
    if (tricycle::collect().objects != kRings * kRingNodes) std::abort();
  }
}

struct graph_node {
  std::array<tricycle::ref<graph_node>, 3> edges;
  std::uint64_t payload = 0;
};

constexpr std::size_t kGraphNodes = 100'000;

void full_collection(std::uint64_t iterations) {
  random_graph<tricycle_ref, graph_node> graph(kGraphNodes);
  tricycle::collect();
  for (std::uint64_t i = 0; i < iterations; ++i) {
    for (std::uint64_t edge = 0; edge < kGraphNodes / 10; ++edge) graph.rewire(edge);
    tricycle::collect();
  }
}

struct path {
  const char* name;
  void (*run)(std::uint64_t iterations);
  std::uint64_t iterations;
  std::uint64_t items;
};

constexpr path kPaths[] = {
    {"make_drop", make_drop, 50'000, 1},
    {"copy_drop", copy_drop, 100'000, 1},
    {"move", move, 100'000, 2},
    {"dereference", dereference, 100'000, 1},
    {"weak_lock", weak_lock, 100'000, 1},
    {"shared_make_drop", shared_make_drop, 50'000, 1},
    {"shared_copy_drop", shared_copy_drop, 100'000, 1},
    {"shared_lock_drop", shared_lock_drop, 100'000, 1},
    {"tree_build_drop", tree_build_drop, 25, (std::uint64_t{2} << kDepth) - 1},
    {"ring_churn", ring_churn, 10, (kRings * kRingNodes)},
    {"full_collection", full_collection, 2, kGraphNodes},
};

int run(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], "--list") == 0) {
    for (const path& p : kPaths) {
      std::printf("%s %llu %llu\n", p.name, static_cast<unsigned long long>(p.iterations),
                  static_cast<unsigned long long>(p.items));
    }
    return 0;
  }
  if (argc == 3) {
    auto s = tricycle::configuration();
    s.automatic = false;
    tricycle::configure(s);
    for (const path& p : kPaths) {
      if (std::strcmp(p.name, argv[1]) != 0) continue;
      p.run(std::strtoull(argv[2], nullptr, 10));
      std::fflush(stdout);
      std::_Exit(0);  // taking down is not a hot path
    }
  }
  std::fputs("usage: gate --list | gate NAME ITERATIONS\n", stderr);
  return 2;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) { return bench::run(argc, argv); }
