// Search: trial deletion from the candidates (gather, subtract, classify, restore).
//
// Bacon & Rajan 2001, section 3.1 (MarkGray, Scan); Lins 1992. We differ: the trial count is a
// number of its own beside the real count, so the program may run, and count, between two slices;
// and who is held from outside is found in one pass over a list instead of by recursion.
//
// The search reads only, and what it finds is a suspicion. It may read an object at different
// moments, see an edge twice or not at all; a dead cycle is touched by no one, so of that its
// reading is exact.
#include "collector.h"
#include "complain.h"
#include "heap_core.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

bool collector::has_candidate() const noexcept {
  for (unsigned g = 0; g <= oldest_; ++g)
    if (heap_.candidates[g].has_until(until_[g])) return true;
  return false;
}

/// One more candidate, no longer in its buffer; null when there are none left.
header* collector::next_candidate() noexcept {
  for (unsigned g = 0; g <= oldest_; ++g) {
    if (!heap_.candidates[g].has_until(until_[g])) continue;
    header* h = heap_.candidates[g].pop();
    set_place(h, place::none);
    ++counts_.candidates;
    return h;
  }
  return nullptr;
}

/// An edge of a member leads to `h`.
void collector::meet(header* h) noexcept {
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
  }
  set_place(h, mine_);
  h->trial = 1;
  h->count |= unwanted;
}

/// The header of an edge's target is most likely not in the cache: each waits here while it is
/// fetched, and `prefetch_depth` others go before it.
void collector::subtract_edges(edge_visitor& visit, void* self) {
  auto& c = *static_cast<collector*>(self);
  c.work_ += static_cast<std::uint32_t>(visit.size());
  for (void** slot : visit) {
    void* object = *slot;
    if (object == nullptr) continue;
    header* h = header_of(object);
    __builtin_prefetch(h, 1);
    std::swap(h, c.prefetched_[c.prefetch_at_]);
    c.prefetch_at_ = (c.prefetch_at_ + 1) % prefetch_depth;
    if (h != nullptr) c.meet(h);
  }
}

void collector::drain_prefetched() noexcept {
  for (header*& waiting : prefetched_)
    if (header* h = std::exchange(waiting, nullptr)) meet(h);
}

void collector::begin_gathering() noexcept {
  to_gather_ = false;
  batch_live_ = live_.size();
  restored_ = live_.end();
  // Who is a candidate now and found alive, though the program ran meanwhile, is looked at again.
  doubtful_ = true;
  heap_.start_walk();
}

/// In the order of their addresses, which is also the best to follow them in.
collector::step collector::gather(meter& time) {
  for (bool more = true; more;) {
    more = heap_.walk_some(objects_a_step, [this](header* h) {
      if (!in_scope(h) || failed_) return;
      const bool candidate = place_of(h) == place::buffered;
      if (!working_.push(h, candidate)) {
        failed_ = true;
        return;
      }
      if (candidate) {
        heap_.forget_candidate(h);
        ++counts_.candidates;
      }
      set_place(h, mine_);
      h->trial = 0;
      h->count |= unwanted;
    });
    if (failed_) return step::out_of_memory;
    work_ += objects_a_step;
    if (spent(time)) return step::out_of_time;
  }
  return step::done;
}

collector::step collector::subtract(meter& time) {
  edge_visitor visit(&subtract_edges, this);
  visit.set_rule(&rule_of_subtract);
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
        drain_prefetched();  // none may be left over a stop: what waits here could be freed
        return failed_ ? step::out_of_memory : step::out_of_time;
      }
    }
    if (waiting) {
      drain_prefetched();
      if (failed_) return step::out_of_memory;
      continue;
    }
    // A batch is what one large candidate reaches; small ones are done with at once.
    if (narrowing_ || !working_.empty()) return step::done;
    header* candidate = next_candidate();
    if (candidate == nullptr) return step::done;
    if (examine(candidate) && !failed_) {
      if (!components_.empty()) return step::done;
    }
    if (failed_) return step::out_of_memory;
    if (to_gather_ && !working_.empty()) return step::done;  // what it reaches is reached faster so
    if (spent(time)) return step::out_of_time;
  }
}

/// Who has more references than the working set's edges explain is held from outside.
collector::step collector::classify(meter& time) {
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

void collector::restore_edges(edge_visitor& visit, void* self) {
  auto& c = *static_cast<collector*>(self);
  c.work_ += static_cast<std::uint32_t>(visit.size());
  for (void** slot : visit)
    if (*slot != nullptr) __builtin_prefetch(header_of(*slot), 1);
  for (void** slot : visit) {
    if (*slot == nullptr) continue;
    header* h = header_of(*slot);
    if (!c.is_mine(h) || mark_of(h) != mark::suspect) continue;
    if (!c.live_.push(h)) {
      c.failed_ = true;
      return;
    }
    set_mark(h, mark::live);  // its entry among the suspects is passed over later
  }
}

/// What is reached from a live object lives.
collector::step collector::restore(meter& time) {
  edge_visitor visit(&restore_edges, this);
  visit.set_rule(&rule_of_restore);
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
