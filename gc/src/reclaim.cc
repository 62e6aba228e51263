// Reclaim: component by component, sources first: prove, expire, null, destroy, free. What runs
// between expire and null, for few components, is in finalize.cc.
//
// The proof is the one step that the program can't interrupt, and the only one that decides: a set
// of objects all of whose references come from members of the set can be reached by no one, now or
// ever.
#include "collector.h"
#include "complain.h"
#include "condense_flags.h"
#include "heap_core.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

void collector::prove_edges(edge_visitor& visit, void* self) {
  auto& c = *static_cast<collector*>(self);
  for (void** slot : visit) {
    if (*slot == nullptr) continue;
    header* h = header_of(*slot);
    if (c.is_mine(h) && mark_of(h) == mark::suspect) ++h->trial;
  }
}

/// Whether every reference to a member of the component that begins at `from` comes from a member.
/// Atomic: O(members + edges), some nanoseconds each.
bool collector::prove(pile::cursor from) {
  edge_visitor visit(&prove_edges, this);
  visit.set_rule(&rule_of_prove);
  bool traced = true;
  for (pile::cursor c = from; !components_.at_end(c);)
    if (header* h = components_.read(c).object()) h->trial = 0;
  for (pile::cursor c = from; !components_.at_end(c);)
    if (header* h = components_.read(c).object()) traced &= follow(h, visit);
  if (!limbo_.alone()) traced &= follow_entries(limbo_, visit);
  if (!traced) return false;
  for (pile::cursor c = from; !components_.at_end(c);) {
    header* h = components_.read(c).object();
    if (h == nullptr) continue;
    if (h->trial > count_of(h) - held_) [[unlikely]]
      complain_edge_twice(h);
    if (h->trial != count_of(h) - held_) return false;
  }
  return true;
}

/// Looks at the last component of the pile. If it is dead, its weak references have expired then,
/// and the next stage is set. Else it has left the pile, alive.
void collector::find_dead_component() {
  component_ = components_.last_tagged();
  std::uint32_t flags = 0;
  std::uint64_t words = 0;
  std::size_t members = 0;
  header* last = nullptr;
  for (pile::cursor c = component_; !components_.at_end(c);) {
    const pile::cursor here = c;
    header* h = components_.read(c).object();
    if (is_dead(h)) {  // by counting, since it was condensed
      heap_.leave_list_dead(h);
      pile::erase(here);
      continue;
    }
    flags |= h->trial;
    words |= h->word;
    last = h;
    ++members;
    ++work_;
    set_mark(h, mark::suspect);  // of all in the pile, only the members at hand have this mark
  }
  // A single object without an edge to itself is no cycle: it dies by counting when its owner does.
  const bool cycle = members > 1 || (members == 1 && (flags & has_self_edge) != 0);
  const bool plain = (words & (weak_bit | finalizable_bit)) == 0;
  const bool known = exact_ && (flags & has_upstream) == 0 && plain;
#ifdef TRICYCLE_VERIFY
  if (cycle && known && !prove(component_) && exact_) complain_not_exact(last);  // nor threw
#endif
  if (!cycle || !(known || prove(component_))) {
    if (cycle) last->count &= ~unwanted;  // look again next time
    leave_component_alive();
    return;
  }
  at_ = component_;
  stage_ = begin_last_words(plain) ? stage::tell : stage::null;
}

void collector::leave_component_alive() noexcept {
  for (bool first = false; !first;) {
    const pile::entry e = components_.pop();
    first = e.tagged();
    if (e.object() != nullptr) settle_one({e.bits & ~std::uintptr_t{3}}, /*age=*/true);
  }
}

void collector::null_edges(edge_visitor& visit, void* self) {
  auto& c = *static_cast<collector*>(self);
  c.work_ += static_cast<std::uint32_t>(visit.size());
  for (void** slot : visit) {
    if (*slot == nullptr) continue;
    header* h = header_of(*slot);
    if (!c.is_mine(h) || mark_of(h) != mark::suspect) continue;
    *slot = nullptr;
    --h->count;
  }
}

collector::step collector::reclaim(meter& time) {
  for (;;) {
    switch (stage_) {
      case stage::find:
        if (components_.empty()) return step::done;
        work_ += 4;
        find_dead_component();
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
        stage_ = is_still_dead() ? stage::tell_late : stage::rise;
        break;
      case stage::tell_late:
        if (!tell_all(time)) return step::out_of_time;
        stage_ = stage::null;
        break;
      case stage::rise:
        if (!leave_resurrected(time)) return step::out_of_time;
        stage_ = stage::find;
        break;
      case stage::null: {
        edge_visitor visit(&null_edges, this);
        visit.set_rule(&rule_of_prove);
        while (!components_.at_end(at_)) {
          pile::cursor next = at_;
          // A trace function that throws only now, after it has not when the edges were counted, is
          // asked once more. Throws it again, its object is never destroyed: what the edges it
          // hides lead to keeps its memory, and no one's destructor runs for it.
          header* h = components_.read(next).object();
          if (h != nullptr && !follow_window(h, visit) && !follow_window(h, visit)) {
            pile::erase(at_);
            set_place(h, place::none);
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
        while (!components_.at_end(at_)) {
          if (header* h = components_.read(at_).object()) type_of_object(h)->destroy(object_of(h));
          work_ += 4;
          if (spent(time)) return step::out_of_time;
        }
        ++counts_.components;
        stage_ = stage::limbo;
        break;
      case stage::limbo:
        if (!destroy_limbo(time)) return step::out_of_time;
        stage_ = stage::free;
        break;
      case stage::free: {
        for (bool first = false; !first;) {
          const pile::entry e = components_.pop();
          first = e.tagged();
          if (header* h = e.object()) {
            set_place(h, place::none);
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
