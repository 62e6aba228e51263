// A small part of the heap as the collector sees it: a candidate and all that it reaches, up to 128
// objects, with the edges between them, read once. All that a search decides is decided on this
// copy, which lies in the first-level cache; the objects are touched again only to be freed.
//
// Thread safety: a member of a collector, and as confined as that.
//
// Invariants
// I1. Node i is in the heap with place `one` or `two`, mark `met`, and `trial` == i.
// I2. `held[i]` is the number of references to node i that are none of the edges read so far; edges
//     leave the nodes in their order.
#ifndef TRICYCLE_GC_SMALL_GRAPH_H_
#define TRICYCLE_GC_SMALL_GRAPH_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "tricycle/detail/header.h"
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
  std::uint64_t words = 0;         // all their headers' words, or-ed
  std::array<header*, max_nodes> node;
  std::array<std::uint32_t, max_nodes> held;
  std::array<std::uint16_t, max_nodes + 1>
      first_edge;                           // of node i: [first_edge[i], first_edge[i+1])
  std::array<std::uint16_t, max_edges> to;  // not bytes: a byte that is written may alias anything
  void*** slot = nullptr;  // where each edge's pointer is: in the visitor that gathered them

  /// Nodes that are held from outside, or reached from one that is. Returns whether there are any;
  /// if not, `live` is not written.
  bool find_live() noexcept;
  std::array<bool, max_nodes> live;

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

}  // namespace gc
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_GC_SMALL_GRAPH_H_
