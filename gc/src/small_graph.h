// A small part of the heap as the collector sees it: a candidate and all that it reaches, up to 128
// objects, with the edges between them, read once. All that a search decides is decided on this
// copy, which lies in the first-level cache; the objects are touched again only to be freed.
//
// Thread safety: a member of a collector, and as confined as that.
//
// Invariants
// I1. Node i is in the heap with place `one` or `two`, mark `met`, and `trial` == i.
// I2. `in[i]` is the number of edges that lead to node i; edges leave the nodes in their order.
#ifndef TRICYCLE_GC_SMALL_GRAPH_H_
#define TRICYCLE_GC_SMALL_GRAPH_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "complain.h"
#include "counting.h"
#include "tricycle/trace.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

struct small_graph {
  static constexpr std::size_t max_nodes = 128;
  static constexpr std::size_t max_edges = edge_visitor::capacity;

  std::uint32_t nodes = 0;
  std::uint32_t edges = 0;
  std::uint32_t reading = 0;       // the node whose edges are being read
  std::uint32_t leading_back = 0;  // nodes that have one
  std::array<header*, max_nodes> node;
  std::array<std::uint32_t, max_nodes> in;
  std::array<std::uint16_t, max_nodes + 1>
      first_edge;  // of node i: [first_edge[i], first_edge[i+1])
  std::array<std::uint8_t, max_edges> to;
  void*** slot = nullptr;  // where each edge's pointer is: in the visitor that gathered them

  /// Nodes that are held from outside, or reached from one that is. Returns whether there are any;
  /// if not, `live` is not written.
  template <class Counting>
  bool find_live() noexcept;
  std::array<bool, max_nodes> live;
  bool any_last_words = false;  // one of them has weak references, or a finalizer

  /// Whether all nodes, none of them live, are one component: cheaper to see than to search, and
  /// the most frequent answer. May say no where the answer is yes.
  [[nodiscard]] bool is_one_component() const noexcept;
  /// Writes that down as find_components does.
  void make_one_component() noexcept;

  /// The strongly connected components of the nodes that are not live, sinks first; Tarjan 1972.
  void find_components() noexcept;
  std::uint32_t components = 0;
  std::array<std::uint8_t, max_nodes> order;             // members, component by component
  std::array<std::uint8_t, max_nodes + 1> first_member;  // of component c, in `order`
  std::array<std::uint8_t, max_nodes> component_of;
  std::array<bool, max_nodes> has_upstream;  // of a component: an edge of another one leads to it
  std::array<bool, max_nodes> is_cycle;      // of a component: it has an edge of its own

 private:
  static constexpr std::uint8_t none = 0xff;
};

template <class Counting>
bool small_graph::find_live() noexcept {
  using how = counted<Counting>;
  std::uint64_t words = 0;
  std::uint32_t differ = 0;
  for (std::uint32_t i = 0; i < nodes; ++i) {
    words |= how::last_words_of_all(node[i]);
    differ |= how::count_of(node[i]) ^ in[i];
  }
  any_last_words = words != 0;
  if (differ == 0) return false;
  std::array<std::uint8_t, max_nodes> reached;
  std::size_t waiting = 0;
  for (std::uint32_t i = 0; i < nodes; ++i) {
    const std::uint32_t count = how::count_of(node[i]);
    live[i] = count != in[i];
    if (!live[i]) continue;
    if (count < in[i]) [[unlikely]]
      complain_edge_twice(node[i]);
    reached[waiting++] = static_cast<std::uint8_t>(i);
  }
  while (waiting != 0) {
    const std::uint8_t from = reached[--waiting];
    for (std::uint32_t e = first_edge[from]; e < first_edge[from + 1U]; ++e) {
      if (live[to[e]]) continue;
      live[to[e]] = true;
      reached[waiting++] = to[e];
    }
  }
  return true;
}

}  // namespace gc
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_GC_SMALL_GRAPH_H_
