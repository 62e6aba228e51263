// A random graph that lives: nodes with three edges each, all held by a vector, so that nobody has
// to search for what is dead in it. Shared by the workloads that ask what a live heap costs.
#ifndef TRICYCLE_BENCH_WORKLOADS_RANDOM_GRAPH_H_
#define TRICYCLE_BENCH_WORKLOADS_RANDOM_GRAPH_H_

#include <cstddef>
#include <cstdint>

#include "harness/random.h"

namespace bench {

// Node needs a member `edges`, an array of three pointers.
template <class C, class Node>
class random_graph {
 public:
  explicit random_graph(std::size_t nodes) : nodes_(nodes) {
    for (auto& node : nodes_) node = C::template make<Node>();
    for (auto& node : nodes_) {
      for (auto& edge : node->edges) edge = nodes_[random_.below(nodes_.size())];
    }
  }

  // Turns one edge to another node. Without that, a collector could put the graph aside for good.
  void rewire(std::uint64_t i) {
    nodes_[random_.below(nodes_.size())]->edges[i % 3] = nodes_[random_.below(nodes_.size())];
  }
  std::size_t size() const { return nodes_.size(); }

 private:
  typename C::template roots<Node> nodes_;
  random_numbers random_;
};

}  // namespace bench

#endif  // TRICYCLE_BENCH_WORKLOADS_RANDOM_GRAPH_H_
