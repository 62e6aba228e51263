// Random programs over shared_ptr, shared_ref and weak pointers, compared with plain reachability:
// what the roots reach lives, with its edges; after a collection nothing else does.
#include <gtest/gtest.h>
#include <tricycle/tricycle.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace tricycle::testing {
namespace {

/// The nodes of one program. Another thread's collection may destroy them.
class AliveSet {
 public:
  void insert(int n) {
    const std::lock_guard guard(mutex_);
    ids_.insert(n);
  }
  void erase(int n) {
    const std::lock_guard guard(mutex_);
    ids_.erase(n);
  }
  [[nodiscard]] std::set<int> now() const {
    const std::lock_guard guard(mutex_);
    return ids_;
  }

 private:
  mutable std::mutex mutex_;
  std::set<int> ids_;
};

struct Node {
  explicit Node(AliveSet* all, int n) : alive(all), id(n) { alive->insert(id); }
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  ~Node() {
    alive->erase(id);
    for (auto& edge : edges) seen_in_destructor += edge != nullptr && edge->id < 0 ? 1 : 0;
  }
  void trace(auto& visit) { visit(edges, other); }

  AliveSet* alive;
  int id;
  std::array<shared_ptr<Node>, 3> edges;
  shared_ref<Node> other;
  int seen_in_destructor = 0;
};

/// The same graph, in numbers.
struct Shadow {
  std::vector<std::array<int, 4>> edges;  // of each node ever made; -1: none
  std::set<int> Reach(const std::vector<int>& roots) const {
    std::set<int> reached;
    std::vector<int> waiting = roots;
    while (!waiting.empty()) {
      const int n = waiting.back();
      waiting.pop_back();
      if (n < 0 || !reached.insert(n).second) continue;
      for (const int to : edges[static_cast<std::size_t>(n)]) waiting.push_back(to);
    }
    return reached;
  }
};

void RunProgram(unsigned seed, int steps) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::minstd_rand random(seed);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random()) % n; };
  AliveSet alive;
  Shadow shadow;
  std::vector<shared_ptr<Node>> roots(12);
  std::vector<int> root_ids(12, -1);
  std::vector<weak_ptr<Node>> weak(12);
  std::vector<int> weak_ids(12, -1);
  for (int step = 0; step < steps; ++step) {
    const std::size_t a = below(12);
    const std::size_t b = below(12);
    switch (below(10)) {
      case 0:
      case 1:
      case 2: {
        const int id = static_cast<int>(shadow.edges.size());
        shadow.edges.push_back({-1, -1, -1, -1});
        if (below(3) == 0)
          roots[a].reset(new Node(&alive, id));
        else
          roots[a] = make_shared<Node>(&alive, id);
        root_ids[a] = id;
        break;
      }
      case 3:
      case 4: {
        if (roots[a] == nullptr) break;
        const std::size_t e = below(3);
        roots[a]->edges[e] = roots[b];
        shadow.edges[static_cast<std::size_t>(root_ids[a])][e] = root_ids[b];
        break;
      }
      case 5: {
        if (roots[a] == nullptr) break;
        roots[a]->other = to_shared_ref(roots[b]);
        shadow.edges[static_cast<std::size_t>(root_ids[a])][3] =
            roots[a]->other == nullptr ? -1 : root_ids[b];
        break;
      }
      case 6: {  // along an edge
        if (roots[a] == nullptr) break;
        const std::size_t e = below(4);
        const int to = shadow.edges[static_cast<std::size_t>(root_ids[a])][e];
        roots[b] = e < 3 ? roots[a]->edges[e] : shared_ptr<Node>(roots[a]->other);
        root_ids[b] = to;
        ASSERT_EQ(roots[b] == nullptr ? -1 : roots[b]->id, to);
        break;
      }
      case 7: {
        weak[b] = roots[a];
        weak_ids[b] = root_ids[a];
        break;
      }
      case 8: {
        if (auto back = weak[b].lock()) {
          ASSERT_EQ(back->id, weak_ids[b]);
          ASSERT_EQ(alive.now().count(back->id), 1U);
          roots[a] = std::move(back);
          root_ids[a] = weak_ids[b];
        } else if (weak_ids[b] >= 0) {
          ASSERT_EQ(shadow.Reach(root_ids).count(weak_ids[b]), 0U) << "expired, and yet reached";
        }
        break;
      }
      default:
        roots[a].reset();
        root_ids[a] = -1;
    }
    if (below(40) == 0) static_cast<void>(shared_heap::collect_for(std::chrono::microseconds(1)));
    if (below(200) == 0) {
      static_cast<void>(shared_heap::collect(static_cast<generation>(below(2))));
      const std::set<int> living = alive.now();
      for (const int n : shadow.Reach(root_ids)) ASSERT_EQ(living.count(n), 1U);
    }
    if (below(300) == 0) {
      static_cast<void>(shared_heap::collect());
      ASSERT_EQ(alive.now(), shadow.Reach(root_ids));
    }
  }
  roots.clear();
  static_cast<void>(shared_heap::collect());
  EXPECT_TRUE(alive.now().empty());
}

TEST(SharedRandomGraphs, InAProcessWithOneThread) {
  for (unsigned seed = 1; seed <= 60; ++seed) RunProgram(seed, 3000);
}

TEST(SharedRandomGraphs, InTwoAttachedThreads) {
  shared_settings patient;
  patient.collect_wait = std::chrono::minutes(1);
  shared_heap::configure(patient);
  std::thread other([] {
    const attach_thread here("other");
    for (unsigned seed = 100; seed < 120; ++seed) RunProgram(seed, 1500);
  });
  {
    const attach_thread here("main");
    for (unsigned seed = 200; seed < 220; ++seed) RunProgram(seed, 1500);
    const blocking scope;
    other.join();
  }
  shared_heap::configure({});
}

}  // namespace
}  // namespace tricycle::testing
