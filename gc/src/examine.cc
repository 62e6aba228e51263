// Examine: the whole of a collection for one candidate whose reach is small. Nothing interrupts it,
// so all it finds is exact; what the general phases do in five passes over the objects is done here
// in one, and the rest on a copy of the edges (small_graph.h).
//
// A candidate that reaches more goes on in the general phases, with nothing done twice.
#include "collector.h"
#include "complain.h"
#include "condense_flags.h"
#include "heap_core.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

void collector::add_small(header* h) noexcept {
  if (place_of(h) == place::buffered) heap_.forget_candidate(h);
  set_place(h, mine_);
  h->trial = small_.nodes;
  h->count |= unwanted;
  small_.in[small_.nodes] = 0;
  small_.node[small_.nodes++] = h;
}

/// It is too large: the copy becomes the working set, and subtract goes on with it.
void collector::spill() noexcept {
  spilled_ = true;
  for (std::uint32_t i = 0; i < small_.nodes; ++i) {
    header* h = small_.node[i];
    h->trial = small_.in[i];
    if (failed_ || !working_.push(h, /*tag=*/i == 0)) {
      failed_ = true;
      settle_one({reinterpret_cast<std::uintptr_t>(h) | 1}, /*age=*/false);
    }
  }
}

void collector::examine_edges(edge_visitor& visit, void* self) {
  auto& c = *static_cast<collector*>(self);
  small_graph& g = c.small_;
  c.work_ += static_cast<std::uint32_t>(visit.size());
  for (void** slot : visit) {
    if (*slot == nullptr) continue;
    header* h = header_of(*slot);
    if (c.spilled_) {
      c.meet(h);
      continue;
    }
    const bool known = c.is_mine(h);
    if (known && mark_of(h) != mark::met) {
      c.doubtful_ = true;
      continue;
    }
    if (!known && !c.in_scope(h)) {
      c.pass(h);
      continue;
    }
    if (g.edges == small_graph::max_edges || (!known && g.nodes == small_graph::max_nodes)) {
      c.spill();
      c.meet(h);
      continue;
    }
    if (!known) c.add_small(h);
    ++g.in[h->trial];
    g.to[g.edges] = static_cast<std::uint8_t>(h->trial);
    g.slot[g.edges++] = slot;
  }
}

/// False when it became too large, or memory is out (`failed_`).
bool collector::examine(header* candidate) {
  small_graph& g = small_;
  g.nodes = g.edges = 0;
  spilled_ = false;
  exact_ = true;
  doubtful_ = reaches_out_ = false;
  add_small(candidate);
  edge_visitor visit(&examine_edges, this);
  for (std::uint32_t i = 0; i < g.nodes; ++i) {
    g.first_edge[i] = static_cast<std::uint16_t>(g.edges);
    follow_window(g.node[i], visit);
    if (followed_ != 0 && !spilled_) spill();
    if (spilled_) {
      scanned_ = working_.nth(followed_ == 0 ? i + 1 : i);
      return false;
    }
    // The last of the edges are those to objects met last.
    if (i + 1 < g.nodes) __builtin_prefetch(g.node[i + 1] + 1);
  }
  g.first_edge[g.nodes] = static_cast<std::uint16_t>(g.edges);
  counts_.examined += g.nodes;
  for (std::uint32_t i = 0; exact_ && i < g.nodes; ++i)
    if (g.in[i] > count_of(g.node[i])) [[unlikely]]
      complain_edge_twice(g.node[i]);

  // A trace function that threw hides edges: all that was met counts as live.
  if (!exact_) g.live.fill(true);
  const bool any_live = !exact_ || g.find_live();
  if (any_live) {
    bool all = true;
    for (std::uint32_t i = 0; i < g.nodes; ++i) {
      if (g.live[i])
        keep_live({reinterpret_cast<std::uintptr_t>(g.node[i]) | (i == 0 ? 1U : 0U)});
      else
        all = false;
    }
    if (all) return true;
  }
  if (any_live || !g.is_one_component()) g.find_components();
  reclaim_small();
  return true;
}

/// In an old collection, who lives stays marked until its end: else a list whose every node is a
/// candidate would be followed from each of them again.
void collector::keep_live(pile::entry e) noexcept {
  if (oldest_ < 2 || !live_.push(e)) return settle_one(e, exact_);
  set_mark(e.object(), mark::live);
  e.object()->trial = 0;
  look_again_if_stale(e);
}

/// Whether nothing that runs before this component's turn can reach it: then it is dead as it is.
bool collector::is_out_of_reach(std::uint32_t c) const noexcept {
  const small_graph& g = small_;
  if (g.has_upstream[c]) return false;
  for (std::uint32_t m = g.first_member[c]; m < g.first_member[c + 1]; ++m)
    if (is_weak(g.node[g.order[m]])) return false;
  return true;
}

void collector::reclaim_small() {
  const small_graph& g = small_;
  // Those that must be proved, when those before them are gone: reclaim.cc does that next.
  for (std::uint32_t c = 0; c < g.components; ++c) {
    if (!g.is_cycle[c] || is_out_of_reach(c)) continue;
    for (std::uint32_t m = g.first_member[c]; m < g.first_member[c + 1]; ++m) {
      header* h = g.node[g.order[m]];
      const bool first = m == g.first_member[c];
      if (failed_ || !components_.push(h, first)) {
        failed_ = true;
        settle_one({reinterpret_cast<std::uintptr_t>(h) | 1}, /*age=*/false);
        continue;
      }
      set_mark(h, mark::condensed);
      h->trial = has_self_edge | has_upstream;
    }
  }
  for (std::uint32_t c = g.components; c-- != 0;) {
    if (!g.is_cycle[c]) {  // it dies, or died, by counting
      settle_one({reinterpret_cast<std::uintptr_t>(g.node[g.order[g.first_member[c]]])}, true);
    } else if (mark_of(g.node[g.order[g.first_member[c]]]) == mark::met && is_out_of_reach(c)) {
      free_small(c);
    }
  }
}

void collector::free_small(std::uint32_t c) {
  const small_graph& g = small_;
  const std::uint32_t begin = g.first_member[c];
  const std::uint32_t end = g.first_member[c + 1];
  for (std::uint32_t m = begin; m < end; ++m) {
    header* h = g.node[g.order[m]];
    h->word |= dead_bit;
    h->count &= ~unwanted;
  }
  for (std::uint32_t m = begin; m < end; ++m) {
    const std::uint8_t v = g.order[m];
    for (std::uint32_t e = g.first_edge[v]; e < g.first_edge[v + 1U]; ++e) {
      if (g.component_of[g.to[e]] != c) continue;
      *g.slot[e] = nullptr;
      --g.node[g.to[e]]->count;
    }
  }
  for (std::uint32_t m = begin; m < end; ++m) {
    header* h = g.node[g.order[m]];
    type_of_object(h)->destroy(object_of(h));
  }
  ++counts_.components;
  for (std::uint32_t m = begin; m < end; ++m) {
    header* h = g.node[g.order[m]];
    set_place(h, place::none);
    heap_.bury(h);
  }
}

}  // namespace gc
}  // namespace v1
}  // namespace tricycle
