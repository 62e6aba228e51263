// Question: do pauses and costs grow with the live heap that the garbage lies beside?
//
// Rings as in rings.cc, through a window of 1,024, beside a random graph of N nodes that never
// dies. Every operation also turns one random edge of the graph to another node.
//
// Expected: the rewiring alone costs three cache misses, the same for all who count. A collector
// that scans the heap shows as a longest operation, and an ns/node, that is five times as large at
// 5M as at 1M. Ours should show the same for both, near its budget of 100 us.
#include <array>
#include <cstddef>
#include <cstdint>

#include "workloads/all.h"
#include "workloads/random_graph.h"
#include "workloads/ring.h"

namespace bench {
namespace {

template <class C>
struct graph_node {
  std::array<typename C::template pointer<graph_node>, 3> edges;
  std::uint64_t payload;
};

template <class C>
class rings_live {
 public:
  static constexpr std::size_t node_bytes = sizeof(ring_node<C>);
  static_assert(sizeof(graph_node<C>) == sizeof(ring_node<C>) || !C::collects,
                "trash is computed on the assumption that all nodes of a workload have one size");

  explicit rings_live(std::size_t graph_nodes) : window_(kWindow), graph_(graph_nodes) {
    for (auto& slot : window_) slot = make_ring<C>(0);
  }

  void operate(std::uint64_t i) {
    auto ring = make_ring<C>(i);
    auto& slot = window_[i % kWindow];
    drop_ring<C>(slot);
    slot = std::move(ring);
    graph_.rewire(i);
    ++built_;
  }
  std::uint64_t nodes() const { return built_ * kRingNodes; }
  std::uint64_t alive() const { return kWindow * kRingNodes + graph_.size(); }

 private:
  static constexpr std::size_t kWindow = 1'024;

  typename C::template roots<ring_node<C>> window_;
  random_graph<C, graph_node<C>> graph_;
  std::uint64_t built_ = 0;
};

void add(registry& all, const char* name, std::size_t graph_nodes, const char* operation) {
  all.add<rings_live, every_contender>({.name = name,
                                        .operation = operation,
                                        .full = {.warm_up = 2'048, .operations = 3'000'000},
                                        .quick = {.warm_up = 2'048, .operations = 300'000},
                                        .control_ns = 500,
                                        .quick_has_all = graph_nodes == 1'000'000,
                                        .parameters = {{"live", graph_nodes}}},
                                       graph_nodes);
}

}  // namespace

void add_rings_live(registry& all) {
  add(all, "rings_live_1m", 1'000'000,
      "as rings_1k beside 1,000,000 live nodes with 3 edges, one of them rewired");
  add(all, "rings_live_5m", 5'000'000,
      "as rings_1k beside 5,000,000 live nodes with 3 edges, one of them rewired");
}

}  // namespace bench
