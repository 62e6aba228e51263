// Question: what does a full collection of a heap cost in which all is alive?
//
// The operation is one explicit collection to its end, of a random graph of N nodes. Before each, a
// tenth of its edges are turned, unmeasured: a collector that remembers what it has seen must look
// again. Under intrusive_ptr nothing is collected; it stands here for its memory only.
//
// Expected: a mark-sweep collector reads each edge once, ours twice (it subtracts, then restores)
// but in the order of its buffers, and writes a trial count to every node. Not above the Boehm
// collector, which marks with all processors; and with its buffers within 1.3 of the memory of
// intrusive_ptr.
#include <array>
#include <cstddef>
#include <cstdint>

#include "workloads/all.h"
#include "workloads/random_graph.h"

namespace bench {
namespace {

template <class C>
struct graph_node {
  std::array<typename C::template pointer<graph_node>, 3> edges;
  std::uint64_t payload;
};

template <class C>
class collect {
 public:
  static constexpr std::size_t node_bytes = sizeof(graph_node<C>);

  explicit collect(std::size_t nodes) : graph_(nodes) {}

  void prepare(std::uint64_t) {
    for (std::uint64_t i = 0; i < graph_.size() * 3 / 10; ++i) graph_.rewire(i);
  }
  void operate(std::uint64_t) {
    if constexpr (C::collects) C::collect_all();
    treated_ += C::collects ? graph_.size() : 0;
  }
  std::uint64_t nodes() const { return treated_; }
  std::uint64_t alive() const { return graph_.size(); }

 private:
  random_graph<C, graph_node<C>> graph_;
  std::uint64_t treated_ = 0;
};

void add(registry& all, const char* name, std::size_t nodes, occasion runs, const char* operation) {
  all.add<collect, contenders<intrusive, boehm, tricycle_ref>>(
      {.name = name,
       .operation = operation,
       .full = {.warm_up = 1, .operations = 7},
       .quick = {.warm_up = 1, .operations = 3},
       .control_ns = 0,
       .runs = runs,
       .parameters = {{"live", nodes}}},
      nodes);
}

}  // namespace

void add_collect(registry& all) {
  add(all, "collect_1m", 1'000'000, occasion::always,
      "a full collection of a live random graph, 1,000,000 nodes");
  add(all, "collect_5m", 5'000'000, occasion::not_quick,
      "a full collection of a live random graph, 5,000,000 nodes");
}

}  // namespace bench
