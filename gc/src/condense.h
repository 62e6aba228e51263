// Condense: the strongly connected components of the suspects.
//
// Gabow 2000, "Path-based depth-first search for strong and biconnected components" (a form of
// Tarjan 1972 that needs one number per object, for which the header's `trial` serves). We differ:
// recursion is three piles, so that it can stop and go on; edges lie on a pile as the objects they
// lead to, never as places in an object, which the program may change between two slices.
//
// The numbers: `trial` is 0 before an object is discovered; then its number in the order of
// discovery, times 2, plus 1 if it has an edge to itself; and when its component is complete, a set
// of flags.
//
// Components are found sinks first, and put on a pile; reclaim takes them from its end: sources
// first.
#ifndef TRICYCLE_GC_CONDENSE_H_
#define TRICYCLE_GC_CONDENSE_H_

#include "collector.h"
#include "condense_flags.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

template <class Counting>
void collector<Counting>::condense_edges(edge_visitor& visit, void* self) {
  auto& c = *static_cast<collector<Counting>*>(self);
  c.work_ += static_cast<std::uint32_t>(visit.size());
  header* from = c.stack_.top().object();
  for (void** slot : visit) {
    header* h = target_of(slot);
    if (h == nullptr) continue;
    if (!c.is_mine(h) || is_dead(h)) continue;
    const mark m = mark_of(h);
    if (m == mark::condensed) {
      h->trial |= has_upstream;
    } else if (m == mark::suspect) {
      if (h == from)
        h->trial |= has_self_edge;
      else if (!c.edges_.push(h))
        c.failed_ = true;
    }
  }
}

/// A suspect met for the first time: it goes on the path, and its edges wait their turn.
template <class Counting>
bool collector<Counting>::discover(header* h) {
  h->trial = ++discovered_ * 2;
  // The tagged entry means: all edges above it have been followed, `h` is finished.
  if (!edges_.push(h, /*tag=*/true) || !stack_.push(h) || !path_.push(h)) return false;
  return gather_edges(h);
}

/// Puts a window of the edges of `h`, on the top of the stack, on their pile.
template <class Counting>
bool collector<Counting>::gather_edges(header* h) {
  edge_visitor visit(&condense_edges, this);
  set_rule(visit, &rule_of_condense);
  // A trace function that throws hides edges: for all we know there was one to itself, and what may
  // be a cycle is proved, or remains a candidate.
  if (is_dead(h))
    followed_ = 0;
  else if (!follow_window(h, visit))
    h->trial |= has_self_edge;
  return !failed_;
}

/// An edge leads back to `to`, on the path: all from there on is one component.
template <class Counting>
void collector<Counting>::contract(const header* to) noexcept {
  while (discovery(path_.top().object()) > discovery(to)) path_.pop();
}

/// All edges of `h` have been followed. If no edge led back beyond it, its component is complete.
template <class Counting>
bool collector<Counting>::finish(header* h) {
  if (path_.top().object() != h) return true;
  path_.pop();
  const bool upstream = !path_.empty();  // it was reached from another component
  bool first = true;
  for (header* member = nullptr; member != h; first = false) {
    member = stack_.pop().object();
    if (!components_.push(member, first)) return false;
    set_mark(member, mark::condensed);
    member->trial &= has_self_edge;
  }
  if (upstream) h->trial |= has_upstream;
  return true;
}

/// A candidate was suspected and then restored: its entry among the living has no tag, so what
/// settle does for those that have is done here. (An older object may hold it, and only an older
/// collection can tell.)
template <class Counting>
void collector<Counting>::keep_candidate(pile::entry e) const noexcept {
  header* h = e.object();
  if (e.tagged() && is_undecided() && !is_dead(h)) h->count &= ~unwanted;
  look_again_if_stale(e);
}

template <class Counting>
step collector<Counting>::condense(meter& time) {
  for (;;) {
    bool ok = true;
    if (followed_ != 0) {  // the object discovered last has more edges
      ok = gather_edges(stack_.top().object());
    } else if (!edges_.empty()) {
      // An edge's target may have died since it was put here; as a suspect it still has its memory.
      const pile::entry e = edges_.pop();
      header* h = e.object();
      if (e.tagged())
        ok = finish(h);
      else if (mark_of(h) == mark::condensed)
        h->trial |= has_upstream;
      else if (discovery(h) == 0)
        ok = discover(h);
      else
        contract(h);
    } else if (!suspects_.at_end(condensed_)) {
      const pile::entry e = suspects_.read(condensed_);
      header* h = e.object();
      if (mark_of(h) == mark::live)
        keep_candidate(e);
      else if (mark_of(h) == mark::suspect)
        ok = discover(h);
    } else {
      break;
    }
    if (!ok) return step::out_of_memory;
    if (spent(time)) return step::out_of_time;
  }
  suspects_.clear();  // each is in a component now
  condensed_ = {};
  discovered_ = 0;
  return step::done;
}

}  // namespace gc
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_GC_CONDENSE_H_
