// Search: trial deletion from the candidates (gather, subtract, classify, restore).
//
// Bacon & Rajan 2001, section 3.1 (MarkGray, Scan); Lins 1992. We differ: the trial count is a
// number of its own beside the real count, so the program may run, and count, between two slices;
// and who is held from outside is found in one pass over a list instead of by recursion.
//
// The search reads only, and what it finds is a suspicion. It may read an object at different
// moments, see an edge twice or not at all; a dead cycle is touched by no one, so of that its
// reading is exact.
#ifndef TRICYCLE_GC_SEARCH_H_
#define TRICYCLE_GC_SEARCH_H_

#include "collector.h"
#include "complain.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

template <class Counting>
bool collector<Counting>::has_candidate() const noexcept {
  for (unsigned g = 0; g <= oldest_; ++g)
    if (heap_.candidates[g].has_until(until_[g])) return true;
  return false;
}

/// One more candidate, no longer in its buffer; null when there are none left.
template <class Counting>
header* collector<Counting>::next_candidate() noexcept {
  for (unsigned g = 0; g <= oldest_; ++g) {
    if (!heap_.candidates[g].has_until(until_[g])) continue;
    header* h = heap_.candidates[g].pop(/*cold=*/g != 0);
    if constexpr (how::stops_others) {  // it may have died there
      const bool dead = is_dead(h);
      leave(h);
      if (dead) {
        --g;
        continue;
      }
    } else {
      leave(h);
    }
    ++counts_.candidates;
    return h;
  }
  return nullptr;
}

/// An edge of a member leads to `h`.
template <class Counting>
void collector<Counting>::meet(header* h) noexcept {
  if (is_mine(h)) {
    const mark m = mark_of(h);
    if (m == (narrowing_ ? mark::suspect : mark::met))
      ++h->trial;
    else if (m == mark::live)
      doubtful_ = true;
    return;
  }
  if (narrowing_) return;
  if (!in_scope(h)) return pass(h);
  if (!working_.push(h)) {
    failed_ = true;
    return;
  }
  if (place_of(h) == place::buffered) {
    heap_.forget_candidate(h);
    // Its last drop may be younger than what this batch has read: the batch's candidate stands in.
    if (!exact_) doubtful_ = true;
  } else if (how::stops_others && !exact_ && is_wanted(h)) {
    doubtful_ = true;  // its entry is still on a list of its thread's
  }
  enter(h, mine_);
  h->trial = 1;
  h->count |= unwanted;
}

template <class Counting>
void collector<Counting>::subtract_edges(edge_visitor& visit, void* self) {
  auto& c = *static_cast<collector<Counting>*>(self);
  c.work_ += static_cast<std::uint32_t>(visit.size());
  for (void** slot : visit) {
    header* h = target_of(slot);
    if (h == nullptr) continue;
    h = c.prefetched_.exchange(h);
    if (h != nullptr) c.meet(h);
  }
}

template <class Counting>
void collector<Counting>::meet_prefetched() noexcept {
  prefetched_.drain([this](header* h) { meet(h); });
}

template <class Counting>
void collector<Counting>::begin_gathering() noexcept {
  to_gather_ = false;
  batch_live_ = live_.size();
  restored_ = live_.end();
  // Who is a candidate now and found alive, though the program ran meanwhile, is looked at again.
  doubtful_ = true;
  heap_.start_walk();
}

/// In the order of their addresses, which is also the best to follow them in.
template <class Counting>
step collector<Counting>::gather(meter& time) {
  for (bool more = true; more;) {
    more = heap_.walk_some(objects_a_step, [this](header* h) {
      if (!in_scope(h) || failed_) return;
      const bool buffered = place_of(h) == place::buffered;
      // If not buffered, its entry is still on a list of its thread's.
      if (!working_.push(h, buffered || is_wanted(h))) {
        failed_ = true;
        return;
      }
      if (buffered) {
        heap_.forget_candidate(h);
        ++counts_.candidates;
      }
      enter(h, mine_);
      h->trial = 0;
      h->count |= unwanted;
    });
    if (failed_) return step::out_of_memory;
    work_ += objects_a_step;
    if (spent(time)) return step::out_of_time;
  }
  return step::done;
}

template <class Counting>
step collector<Counting>::subtract(meter& time) {
  edge_visitor visit(&subtract_edges, this);
  set_rule(visit, &rule_of_subtract);
  for (;;) {
    const bool waiting = !working_.at_end(scanned_);
    while (!working_.at_end(scanned_)) {
      if (header* ahead = pile::peek(scanned_, 4)) __builtin_prefetch(ahead + 1);
      pile::cursor next = scanned_;
      header* h = working_.read(next).object();
      if (is_dead(h))
        followed_ = 0;
      else
        follow_window(h, visit);
      if (followed_ == 0) scanned_ = next;
      if (spent(time)) {
        meet_prefetched();  // none may be left over a stop: what waits here could be freed
        return failed_ ? step::out_of_memory : step::out_of_time;
      }
    }
    if (waiting) {
      meet_prefetched();
      if (failed_) return step::out_of_memory;
      continue;
    }
    // A batch is what one large candidate reaches; small ones are done with at once.
    if (narrowing_ || !working_.empty()) return step::done;
    header* candidate = next_candidate();
    if (candidate == nullptr) return step::done;
    if (examine(candidate) && !failed_) {
      if (!components_.empty() || condemned_.size() >= most_condemned) return step::done;
    }
    if (failed_) return step::out_of_memory;
    if (to_gather_ && !working_.empty()) return step::done;  // what it reaches is reached faster so
    if (spent(time)) return step::out_of_time;
  }
}

/// Who has more references than the working set's edges explain is held from outside.
template <class Counting>
step collector<Counting>::classify(meter& time) {
  while (!working_.empty()) {
    const pile::entry e = working_.pop_front();
    header* h = e.object();
    if (is_dead(h)) {
      heap_.leave_list_dead(h);
      continue;
    }
    if (exact_ && h->trial > count_of(h)) [[unlikely]]
      complain_edge_twice(h);
    const bool held = count_of(h) != h->trial;
    if (!(held ? live_ : suspects_).push(e)) {
      settle_one(e, /*age=*/false);
      return step::out_of_memory;
    }
    set_mark(h, held ? mark::live : mark::suspect);
    h->trial = 0;
    if (held) look_again_if_stale(e);
    if (spent(time)) return step::out_of_time;
  }
  return step::done;
}

template <class Counting>
void collector<Counting>::restore_edges(edge_visitor& visit, void* self) {
  auto& c = *static_cast<collector<Counting>*>(self);
  c.work_ += static_cast<std::uint32_t>(visit.size());
  for (void** slot : visit)
    if (header* h = target_of(slot)) __builtin_prefetch(h, 1);
  for (void** slot : visit) {
    header* h = target_of(slot);
    if (h == nullptr) continue;
    if (!c.is_mine(h) || mark_of(h) != mark::suspect) continue;
    if (!c.live_.push(h)) {
      c.failed_ = true;
      return;
    }
    set_mark(h, mark::live);  // its entry among the suspects is passed over later
  }
}

/// What is reached from a live object lives.
template <class Counting>
step collector<Counting>::restore(meter& time) {
  edge_visitor visit(&restore_edges, this);
  set_rule(visit, &rule_of_restore);
  while (!live_.at_end(restored_)) {
    if (header* ahead = pile::peek(restored_, 4)) __builtin_prefetch(ahead + 1);
    pile::cursor next = restored_;
    header* h = live_.read(next).object();
    if (is_dead(h))
      followed_ = 0;
    else
      follow_window(h, visit);
    if (followed_ == 0) restored_ = next;
    if (failed_) return step::out_of_memory;
    if (spent(time)) return step::out_of_time;
  }
  return step::done;
}

}  // namespace gc
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_GC_SEARCH_H_
