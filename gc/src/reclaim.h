// Reclaim: component by component, sources first: prove, expire, null, destroy, free. What runs
// between expire and null, for few components, is in last_words.h.
//
// The proof is the one step that the program can't interrupt, and the only one that decides: a set
// of objects all of whose references come from members of the set can be reached by no one, now or
// ever.
#ifndef TRICYCLE_GC_RECLAIM_H_
#define TRICYCLE_GC_RECLAIM_H_

#include "collector.h"
#include "complain.h"
#include "condense_flags.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

template <class Counting>
inline void collector<Counting>::count_edge_to(header* h) noexcept {
  if (!is_mine(h) || mark_of(h) != mark::suspect) return;
  ++h->trial;
  ++found_.edges;
}

template <class Counting>
void collector<Counting>::prove_edges(edge_visitor& visit, void* self) {
  auto& c = *static_cast<collector<Counting>*>(self);
  for (void** slot : visit) {
    header* h = target_of(slot);
    if (h == nullptr) continue;
    h = c.prefetched_.exchange(h);
    if (h != nullptr) c.count_edge_to(h);
  }
}

/// Whether every reference to a member of the component that begins at `from` comes from a member.
/// Their trial counts are 0. An edge is a reference, so no member has more edges than references,
/// and the sums are equal only if all are: one pass tells. (`check_edges` looks at each, later.)
/// Notes whether any has last words. Atomic: O(members + edges), some nanoseconds each.
template <class Counting>
bool collector<Counting>::prove(pile::cursor from) {
  edge_visitor visit(&prove_edges, this);
  set_rule(visit, &rule_of_prove);
  bool traced = true;
  std::size_t references = 0;
  found_.edges = 0;
  for (pile::cursor c = from; !components_.at_end(c);) {
    if (header* ahead = pile::peek(c, prefetch_ahead)) __builtin_prefetch(ahead + 1);
    header* h = components_.read(c).object();
    if (h == nullptr) continue;
    if (is_dead(h)) {  // by counting, since it was marked: so the program knew the component
      prefetched_ = {};
      return false;
    }
    references += count_of(h) - held_;
    found_.last_words |= last_words_of(h);
    traced &= follow(h, visit);
  }
  if (!limbo_.alone()) traced &= follow_entries(limbo_, visit);
  prefetched_.drain([this](header* h) { count_edge_to(h); });
  found_.conditional = visit.has_asked();
  found_.proved = traced && found_.edges >= references;
  return found_.proved;
}

/// `h`, of a component that was proved dead, has as many references as edges. Else there is a
/// member with more edges than references; only trace functions that name an edge twice do that.
template <class Counting>
void collector<Counting>::check_edges(const header* h) const noexcept {
  if (!found_.proved || h->trial == count_of(h) - held_) [[likely]]
    return;
  for (pile::cursor c = component_; !components_.at_end(c);) {
    const header* other = components_.read(c).object();
    if (other != nullptr && other->trial > count_of(other) - held_) h = other;
  }
  complain_edge_twice(h);
}

/// Of all in the pile, only the members of the component at hand are `suspect` after this. False:
/// out of time.
template <class Counting>
bool collector<Counting>::mark_members(meter& time) noexcept {
  while (!components_.at_end(at_)) {
    const pile::cursor here = at_;
    if (header* ahead = pile::peek(at_, prefetch_ahead)) __builtin_prefetch(ahead, 1);
    header* h = components_.read(at_).object();
    if (is_dead(h)) {  // by counting, since it was condensed
      heap_.leave_list_dead(h);
      pile::erase(here);
    } else {
      found_.flags |= std::exchange(h->trial, 0);
      found_.last_words |= last_words_of(h);
      found_.last = h;
      ++found_.members;
      set_mark(h, mark::suspect);
    }
    if (spent(time)) return false;
  }
  return true;
}

/// The component at hand is marked. If it is dead, its weak references have expired then, and the
/// next stage is set. Else it has left the pile, alive.
template <class Counting>
void collector<Counting>::judge_component() {
  const bool has_edge = (found_.flags & has_self_edge) != 0;
  // A single object without an edge to itself is no cycle: it dies by counting when its owner does.
  const bool cycle = found_.members > 1 || (found_.members == 1 && has_edge);
  const bool known = exact_ && (found_.flags & has_upstream) == 0 && found_.last_words == 0;
#ifdef TRICYCLE_VERIFY
  if (cycle && known && !prove(component_) && exact_) complain_not_exact(found_.last);  // nor threw
#endif
  const bool dead = cycle && (known || prove(component_));
  const bool speaks = how::stops_others && dead && (found_.last_words & finalizable_bit) != 0;
  // What holds it may be references of those that are condemned: it is asked again without them.
  // Or the others are let go for its finalizers: then they are destroyed first.
  if (how::stops_others && cycle && (!dead || speaks) && !condemned_.empty()) {
    for (pile::cursor c = component_; !components_.at_end(c);) {
      header* h = components_.read(c).object();
      if (h == nullptr) continue;
      set_mark(h, mark::condensed);
      h->trial = has_self_edge | has_upstream;
    }
    component_ = at_ = {};
    stage_ = stage::null;
    return;
  }
  if (!dead) {
    if (cycle) found_.last->count &= ~unwanted;  // look again next time
    leave_component_alive();
    stage_ = stage::find;
    return;
  }
  at_ = component_;
  if constexpr (how::stops_others) {
    if (speaks) {
      hold_component();
      stage_ = stage::finalize;
    } else {
      condemn_component();
      stage_ = stage::find;
    }
    return;
  }
  // Nobody has anything to do with its members any more, then their death need not be told at once.
  // (An ephemeron's value is dropped when the other of its key and its map dies.)
  dies_late_ = found_.proved && found_.last_words == 0 && !found_.conditional;
  stage_ = !dies_late_ && begin_last_words() ? stage::tell : stage::null;
}

/// `h` is dead, and leaves the working set; its list's share of its block stays.
template <class Counting>
void collector<Counting>::condemn(header* h, bool first) noexcept {
  kill(h);
  set_place(h, place::none);
  set_mark(h, mark::met);
  // Without memory for the list, there is none: the block and what it holds stay as they are.
  if (!condemned_.push(h, first)) failed_ = true;
}

template <class Counting>
void collector<Counting>::condemn_component() noexcept {
  for (pile::cursor c = component_; !components_.at_end(c);)
    if (header* h = components_.read(c).object()) check_edges(h);
  for (pile::cursor c = component_; !components_.at_end(c);)
    if (header* h = components_.read(c).object()) condemn(h, condemned_.empty());
  for (bool first = false; !first;) first = components_.pop().tagged();
  ++counts_.components;
}

/// The same of a component of the small graph: its nodes from `begin` to `end`, in `order`.
template <class Counting>
void collector<Counting>::condemn_small(std::uint32_t begin, std::uint32_t end,
                                        const std::uint8_t* order) noexcept {
  for (std::uint32_t m = begin; m < end; ++m)
    condemn(small_.node[order == nullptr ? m : order[m]], condemned_.empty());
  ++counts_.components;
}

template <class Counting>
void collector<Counting>::leave_component_alive() noexcept {
  for (bool first = false; !first;) {
    const pile::entry e = components_.pop();
    first = e.tagged();
    if (e.object() != nullptr) settle_one({e.bits & ~std::uintptr_t{3}}, /*age=*/true);
  }
}

template <class Counting>
void collector<Counting>::null_edges(edge_visitor& visit, void* self) {
  auto& c = *static_cast<collector<Counting>*>(self);
  c.work_ += static_cast<std::uint32_t>(visit.size());
  for (void** slot : visit) {
    header* h = target_of(slot);
    if (h == nullptr) continue;
    if constexpr (how::stops_others) {
      // Who is dead, and still referred to by one of them, is a fellow member.
      if (is_dead(h)) clear(slot);
    } else {
      if (!c.is_mine(h) || mark_of(h) != mark::suspect) continue;
      clear(slot);
      --h->count;
      --h->trial;
    }
  }
}

template <class Counting>
step collector<Counting>::reclaim(meter& time) {
  for (;;) {
    if (!may_go_on()) return step::out_of_time;
    switch (stage_) {
      case stage::find:
        if (how::stops_others && !condemned_.empty() &&
            (components_.empty() || condemned_.size() >= most_condemned)) {
          component_ = at_ = {};
          stage_ = stage::null;
          break;
        }
        if (components_.empty()) return step::done;
        component_ = at_ = components_.last_tagged();
        found_ = {};
        stage_ = stage::mark;
        break;
      case stage::mark:
        if (!mark_members(time)) return step::out_of_time;
        work_ += 4;
        judge_component();
        break;
      case stage::tell:
        if (!tell_all(time)) return step::out_of_time;
        stage_ = stage::finalize;
        break;
      case stage::finalize:
        if (!run_finalizers(time)) return step::out_of_time;
        stage_ = stage::prove;
        break;
      case stage::prove:
        if (is_still_dead())
          stage_ = how::stops_others ? stage::find : stage::tell_late;
        else
          stage_ = how::stops_others ? stage::let_go : stage::rise;
        break;
      case stage::tell_late:
        if (!tell_all(time)) return step::out_of_time;
        stage_ = stage::null;
        break;
      case stage::let_go:
        if (!let_go_all(time)) return step::out_of_time;
        stage_ = stage::rise;
        break;
      case stage::rise:
        if (!leave_resurrected(time)) return step::out_of_time;
        stage_ = stage::find;
        break;
      case stage::null: {
        edge_visitor visit(&null_edges, this);
        set_rule(visit, &rule_of_prove);
        while (!dying().at_end(at_)) {
          pile::cursor next = at_;
          // A trace function that throws only now, after it has not when the edges were counted, is
          // asked once more. Throws it again, its object is never destroyed: what the edges it
          // hides lead to keeps its memory, and no one's destructor runs for it.
          header* h = dying().read(next).object();
          if (h != nullptr && dies_late_ && followed_ == 0) {
            check_edges(h);
            begin_death(h);
          }
          if (h != nullptr && !follow_window(h, visit) && !follow_window(h, visit)) {
            pile::erase(at_);
            if constexpr (!how::stops_others) leave(h);
          }
          // The entries of a map change when keys die: they are taken at once.
          if (followed_ != 0 && visit.has_asked()) {
            followed_ = walked_ = 0;
            visit.set_window(0, edge_visitor::all);
            follow(h, visit);
          }
          if (followed_ == 0) at_ = next;
          if (spent(time)) return step::out_of_time;
        }
        visit.set_window(0, edge_visitor::all);
        if (!limbo_.alone()) static_cast<void>(follow_entries(limbo_, visit));
        at_ = component_;
        stage_ = stage::destroy;
        break;
      }
      case stage::destroy:
        while (!dying().at_end(at_)) {
          if (header* h = dying().read(at_).object()) destroy(h);
          work_ += 4;
          if (spent(time)) return step::out_of_time;
        }
        if constexpr (!how::stops_others) ++counts_.components;
        stage_ = stage::limbo;
        break;
      case stage::limbo:
        if (!destroy_limbo(time)) return step::out_of_time;
        stage_ = stage::free;
        break;
      case stage::free: {
        for (bool first = false; !first;) {
          const pile::entry e = dying().pop();
          first = e.tagged();
          if (header* h = e.object()) {
            if constexpr (!how::stops_others) leave(h);
            heap_.bury(h);
          }
          if (!first && spent(time)) return step::out_of_time;
        }
        stage_ = stage::find;
        break;
      }
    }
    if (spent(time)) return step::out_of_time;
  }
}

}  // namespace gc
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_GC_RECLAIM_H_
