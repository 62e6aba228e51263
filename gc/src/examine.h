// Examine: the whole of a collection for one candidate whose reach is small. Nothing interrupts it,
// so all it finds is exact; what the general phases do in five passes over the objects is done here
// in one, and the rest on a copy of the edges (small_graph.h).
//
// A candidate that reaches more goes on in the general phases, with nothing done twice.
#ifndef TRICYCLE_GC_EXAMINE_H_
#define TRICYCLE_GC_EXAMINE_H_

#include <array>
#include <span>

#include "collector.h"
#include "complain.h"
#include "condense_flags.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

/// As node `i`.
template <class Counting>
[[gnu::always_inline]] inline void collector<Counting>::add_small(header* h,
                                                                  std::size_t i) noexcept {
  const std::uint64_t word = h->word;
  if ((word & place_mask) == static_cast<std::uint64_t>(place::buffered) &&
      !forgotten_.erase(h->trial))
    heap_.candidates[generation_of(h)].erase(h->trial);
  how::enter_from(h, word, mine_);
  h->trial = static_cast<std::uint32_t>(i);
  small_.held[i] = count_of(h);
  h->count |= unwanted;
  small_.words |= word;
  small_.node[i] = h;
}

/// It is too large: the copy becomes the working set, and subtract goes on with it.
template <class Counting>
void collector<Counting>::spill() noexcept {
  forgotten_.end();
  spilled_ = true;
  for (std::uint32_t i = 0; i < small_.nodes; ++i) {
    header* h = small_.node[i];
    h->trial = count_of(h) - small_.held[i];
    if (failed_ || !working_.push(h, /*tag=*/i == 0)) {
      failed_ = true;
      settle_one({reinterpret_cast<std::uintptr_t>(h) | 1}, /*age=*/false);
    }
  }
}

/// What was gathered since the last time leads from the node being read. Slots that hold no edge of
/// the graph leave the visitor. False: it has become too large.
template <class Counting>
inline bool collector<Counting>::take_edges(edge_visitor& visit) noexcept {
  small_graph& g = small_;
  // In registers: the compiler can't know that a header is no part of the graph.
  const std::size_t from = g.reading;
  const std::uint64_t mine = mine_key_;
  std::size_t nodes = g.nodes;
  std::size_t edges = g.edges;
  void*** const slots = visit.slots();
  const std::size_t gathered = visit.size();
  bool leads_back = false;
  for (std::size_t at = edges; at != gathered; ++at) {
    void** const slot = slots[at];
    header* h = target_of(slot);
    if (h == nullptr) continue;
    const std::uint64_t differs = (word_of(h) ^ mine) & (mine_mask | mark_mask);
    if (differs != 0) {
      if (!in_scope(h)) {
        if ((differs & mine_mask) == 0)  // found alive before
          doubtful_ = true;
        else
          pass(h);
        continue;
      }
      if (nodes == small_graph::max_nodes) [[unlikely]] {
        g.nodes = static_cast<std::uint32_t>(nodes);
        g.edges = static_cast<std::uint32_t>(at);
        spill();
        meet_edges(visit);
        return false;
      }
      add_small(h, nodes++);
    }
    const std::size_t to = h->trial;
    leads_back |= to < from;
    --g.held[to];
    g.to[edges] = static_cast<std::uint16_t>(to);
    slots[edges++] = slot;
  }
  g.nodes = static_cast<std::uint32_t>(nodes);
  g.edges = static_cast<std::uint32_t>(edges);
  g.leading_back += leads_back ? 1U : 0U;
  visit.keep(edges);
  return true;
}

/// After a spill: what was gathered and not yet taken.
template <class Counting>
void collector<Counting>::meet_edges(const edge_visitor& visit) noexcept {
  for (std::size_t at = small_.edges; at < visit.size(); ++at)
    if (header* h = target_of(visit.begin()[at])) meet(h);
}

/// The node that is being read has more edges than there is room for.
template <class Counting>
void collector<Counting>::examine_edges(edge_visitor& visit, void* self) {
  auto& c = *static_cast<collector<Counting>*>(self);
  c.followed_ = visit.size() - c.small_.first_edge[c.small_.reading];
  if (c.spilled_) {
    c.meet_edges(visit);
  } else {
    if (c.take_edges(visit)) c.spill();
  }
  visit.cut();
}

/// False when it became too large, or memory is out (`failed_`).
template <class Counting>
bool collector<Counting>::examine(header* candidate) {
  small_graph& g = small_;
  g.nodes = 1;
  g.edges = g.leading_back = 0;
  g.words = 0;
  spilled_ = false;
  exact_ = true;
  doubtful_ = reaches_out_ = false;
  search_ = next_search();
  forgotten_.begin(heap_.candidates[generation_of(candidate)]);
  add_small(candidate, 0);
  edge_visitor visit(&examine_edges, this);
  visit.set_window(0, 2 * edge_window);  // for all nodes together
  set_rule(visit, &rule_of_examine);
  g.slot = visit.slots();
  for (std::uint32_t i = 0; i < g.nodes; ++i) {
    g.first_edge[i] = static_cast<std::uint16_t>(g.edges);
    g.reading = i;
    header* h = g.node[i];
#ifdef TRICYCLE_VERIFY
    audit_edges(h);
#endif
    if (!try_trace(visit, [&] { trace_edges(h, visit); })) [[unlikely]]
      g.edges = 0;
    if (spilled_) [[unlikely]]
      meet_edges(visit);  // an ephemeron did it
    if (spilled_ || !take_edges(visit)) [[unlikely]] {
      scanned_ = working_.nth(visit.is_cut() ? i : i + 1);
      return false;
    }
    // The last of the edges are those to objects met last.
    if (i + 1 < g.nodes) __builtin_prefetch(g.node[i + 1] + 1);
  }
  forgotten_.end();
  g.first_edge[g.nodes] = static_cast<std::uint16_t>(g.edges);
  work_ += g.nodes + g.edges;
  counts_.examined += g.nodes;
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
    g.find_components();
  } else if (g.is_one_component()) {
    if (g.edges != 0 && how::last_words_of_all(g.words) == 0) {
      if (how::stops_others && !may_run_user_code())
        condemn_small(0, g.nodes, nullptr);
      else
        free_all();
      return true;
    }
    g.make_one_component();
  } else {
    g.live.fill(false);
    g.find_components();
  }
  reclaim_small();
  return true;
}

/// All of it is one dead cycle: free_small, without what that must look up.
template <class Counting>
void collector<Counting>::free_all() {
  const small_graph& g = small_;
  const std::span all(g.node.data(), g.nodes);
  for (header* h : all) kill_member(h);
  for (void** slot : std::span(g.slot, g.edges)) clear(slot);
  for (header* h : all) destroy_plain(h);
  ++counts_.components;
  heap_.bury_members(all);
}

/// In an old collection, who lives stays marked until its end: else a list whose every node is a
/// candidate would be followed from each of them again.
template <class Counting>
void collector<Counting>::keep_live(pile::entry e) noexcept {
  if (oldest_ < 2 || !live_.push(e)) return settle_one(e, exact_);
  set_mark(e.object(), mark::live);
  e.object()->trial = 0;
  look_again_if_stale(e);
}

/// Whether nothing that runs before this component's turn can reach it: then it is dead as it is.
template <class Counting>
bool collector<Counting>::is_out_of_reach(std::uint32_t c) const noexcept {
  const small_graph& g = small_;
  if (g.has_upstream[c]) return false;
  for (std::uint32_t m = g.first_member[c]; m < g.first_member[c + 1]; ++m)
    if (last_words_of(g.node[g.order[m]]) != 0) return false;
  return true;
}

template <class Counting>
void collector<Counting>::reclaim_small() {
  const small_graph& g = small_;
  // Those that must be proved, when those before them are gone: reclaim.h does that next.
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
      if (how::stops_others && !may_run_user_code())
        condemn_small(g.first_member[c], g.first_member[c + 1], g.order.data());
      else
        free_small(c);
    }
  }
}

template <class Counting>
void collector<Counting>::free_small(std::uint32_t c) {
  const small_graph& g = small_;
  const std::uint32_t begin = g.first_member[c];
  const std::uint32_t end = g.first_member[c + 1];
  std::array<header*, small_graph::max_nodes> of_it;
  for (std::uint32_t m = begin; m < end; ++m) of_it[m - begin] = g.node[g.order[m]];
  const std::span all(of_it.data(), end - begin);
  // All their references are the edges that are nulled next.
  for (header* h : all) kill_member(h);
  for (std::uint32_t m = begin; m < end; ++m) {
    const std::uint8_t v = g.order[m];
    for (std::uint32_t e = g.first_edge[v]; e < g.first_edge[v + 1U]; ++e)
      if (g.component_of[g.to[e]] == c) clear(g.slot[e]);
  }
  for (header* h : all) destroy(h);
  ++counts_.components;
  heap_.bury_members(all);
}

}  // namespace gc
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_GC_EXAMINE_H_
