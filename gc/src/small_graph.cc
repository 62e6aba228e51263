#include "small_graph.h"

#include "complain.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

bool small_graph::find_live() noexcept {
  std::uint32_t any = 0;
  for (std::uint32_t i = 0; i < nodes; ++i) any |= held[i];
  if (any == 0) return false;
  std::array<std::uint8_t, max_nodes> reached;
  std::size_t waiting = 0;
  for (std::uint32_t i = 0; i < nodes; ++i) {
    live[i] = held[i] != 0;
    if (!live[i]) continue;
    if (static_cast<std::int32_t>(held[i]) < 0) [[unlikely]]
      complain_edge_twice(node[i]);
    reached[waiting++] = static_cast<std::uint8_t>(i);
  }
  while (waiting != 0) {
    const std::uint8_t from = reached[--waiting];
    for (std::uint32_t e = first_edge[from]; e < first_edge[from + 1U]; ++e) {
      if (live[to[e]]) continue;
      live[to[e]] = true;
      reached[waiting++] = static_cast<std::uint8_t>(to[e]);
    }
  }
  return true;
}

/// Node 0 reaches every node: that is how they were found. If each reaches node 0, they are one
/// component. It does if each leads to one before it. Else, one pass down and one up see it in
/// rings and most that is like them.
bool small_graph::is_one_component() const noexcept {
  if (leading_back == nodes - 1) return true;
  std::array<bool, max_nodes> back;
  for (std::uint32_t i = 1; i < nodes; ++i) back[i] = false;
  back[0] = true;
  std::uint32_t left = nodes - 1;
  const auto look = [&](std::uint32_t i) {
    if (back[i]) return;
    for (std::uint32_t e = first_edge[i]; e < first_edge[i + 1]; ++e) {
      if (!back[to[e]]) continue;
      back[i] = true;
      --left;
      return;
    }
  };
  for (std::uint32_t i = nodes; left != 0 && i-- > 1;) look(i);
  for (std::uint32_t i = 1; left != 0 && i < nodes; ++i) look(i);
  return left == 0;
}

void small_graph::make_one_component() noexcept {
  components = 1;
  for (std::uint32_t i = 0; i < nodes; ++i) {
    order[i] = static_cast<std::uint8_t>(i);
    component_of[i] = 0;
  }
  first_member[0] = 0;
  first_member[1] = static_cast<std::uint8_t>(nodes);
  has_upstream[0] = false;
  is_cycle[0] = edges != 0;
}

void small_graph::find_components() noexcept {
  std::array<std::uint8_t, max_nodes> found;   // number in the order of discovery, or none
  std::array<std::uint8_t, max_nodes> lowest;  // number reachable through the subtree
  std::array<std::uint8_t, max_nodes> stack;   // members of components not yet complete
  std::array<std::uint8_t, max_nodes> path;    // the nodes being visited
  std::array<std::uint16_t, max_nodes> next;   // the edge to look at next, of a node being visited
  std::uint8_t number = 0;
  std::size_t stacked = 0;
  std::uint32_t emitted = 0;
  components = 0;
  for (std::uint32_t i = 0; i < nodes; ++i) {
    found[i] = none;
    component_of[i] = none;
  }
  for (std::uint32_t root = 0; root < nodes; ++root) {
    if (live[root] || found[root] != none) continue;
    std::size_t depth = 0;
    const auto visit = [&](std::uint8_t v) {
      found[v] = lowest[v] = number++;
      stack[stacked++] = path[depth++] = v;
      next[v] = first_edge[v];
    };
    visit(static_cast<std::uint8_t>(root));
    while (depth != 0) {
      const std::uint8_t v = path[depth - 1];
      if (next[v] < first_edge[v + 1U]) {
        const auto w = static_cast<std::uint8_t>(to[next[v]++]);
        if (live[w]) continue;  // garbage may well point to what is not
        if (found[w] == none) {
          visit(w);
        } else if (component_of[w] == none && found[w] < lowest[v]) {
          lowest[v] = found[w];
        }
        continue;
      }
      --depth;
      if (depth != 0 && lowest[v] < lowest[path[depth - 1]]) lowest[path[depth - 1]] = lowest[v];
      if (lowest[v] != found[v]) continue;
      const auto c = static_cast<std::uint8_t>(components++);
      first_member[c] = static_cast<std::uint8_t>(emitted);
      has_upstream[c] = false;
      std::uint8_t member = none;
      do {
        member = stack[--stacked];
        component_of[member] = c;
        order[emitted++] = member;
      } while (member != v);
      is_cycle[c] = emitted - first_member[c] > 1;
    }
  }
  first_member[components] = static_cast<std::uint8_t>(emitted);
  for (std::uint32_t v = 0; v < nodes; ++v) {
    if (live[v]) continue;
    for (std::uint32_t e = first_edge[v]; e < first_edge[v + 1U]; ++e) {
      if (live[to[e]]) continue;
      if (component_of[to[e]] != component_of[v]) has_upstream[component_of[to[e]]] = true;
      if (to[e] == v) is_cycle[component_of[v]] = true;
    }
  }
}

}  // namespace gc
}  // namespace v1
}  // namespace tricycle
