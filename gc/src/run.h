// A collection from its start to its end: which phase follows which, and how objects leave it.
#ifndef TRICYCLE_GC_RUN_H_
#define TRICYCLE_GC_RUN_H_

#include <algorithm>

#include "collector.h"
#include "complain.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

template <class Counting>
collector<Counting>::collector(heap& of, place mine) noexcept
    : heap_(of),
      mine_(mine),
      mine_key_(how::key(of.number(), mine)),
      scope_(how::scope(of.number())),
      working_(of.chunks),
      live_(of.chunks),
      suspects_(of.chunks),
      components_(of.chunks),
      condemned_(of.chunks),
      edges_(of.chunks),
      stack_(of.chunks),
      path_(of.chunks) {}

/// Hands all edges of `h` to the visitor's consumer. False when its trace function threw: then not
/// all of them were seen, and nothing that this batch found is exact.
template <class Counting>
bool collector<Counting>::follow(header* h, edge_visitor& visit) noexcept {
  ++work_;
#ifdef TRICYCLE_VERIFY
  audit_edges(h);
#endif
  return try_trace(visit, [&] {
    trace_edges(h, visit);
    visit.flush();
  });
}

/// The same for the edges of values whose keys are dead.
template <class Counting>
bool collector<Counting>::follow_entries(const link& entries, edge_visitor& visit) noexcept {
  return try_trace(visit, [&] {
    trace_entries(entries, visit);
    visit.flush();
  });
}

/// The same, of a window of the edges of the object at hand: the first, or the one after the last.
/// `followed_` is 0 when that was all of them. Where they can't be counted but by walking a
/// container, windows grow with the walk, so that the walks are no more than twice the edges.
template <class Counting>
bool collector<Counting>::follow_window(header* h, edge_visitor& visit) noexcept {
  const std::size_t window = std::max(edge_window, walked_);
  visit.set_window(followed_, window);
  const bool traced = follow(h, visit);
  const bool more = traced && visit.is_cut();
  followed_ = more ? followed_ + window : 0;
  walked_ = more ? visit.walked() : 0;
  return traced;
}

template <class Counting>
void collector<Counting>::start_with_all(const stamps& until) noexcept {
  start(2, until);
  has_all_ = to_gather_ = true;
}

template <class Counting>
void collector<Counting>::start(unsigned oldest, const stamps& until) noexcept {
  oldest_ = oldest;
  has_all_ = to_gather_ = gave_up_ = false;
  until_ = until;
  counts_ = {};
  threw_ = false;
  stale_marks_ = false;
  phase_ = phase::subtract;
  begin_batch();
}

template <class Counting>
void collector<Counting>::begin_batch() noexcept {
  exact_ = true;
  large_ = false;
  narrowing_ = false;
  reaches_out_ = false;
  failed_ = false;
  search_ = next_search();
  scanned_ = {};
  batch_live_ = live_.size();
  restored_ = live_.end();
}

/// After classify: the few that may be dead among many that live are cheaper to ask than the many.
/// They alone become the working set; who of them is then held by more than the others, lives.
template <class Counting>
bool collector<Counting>::narrow() noexcept {
  if (narrowing_ || suspects_.empty()) return false;
  if (suspects_.size() * 4 > live_.size() - batch_live_) return false;
  narrowing_ = true;
  search_ = next_search();
  working_.swap(suspects_);
  scanned_ = {};
  restored_ = live_.end();
  return true;
}

template <class Counting>
bool collector<Counting>::run(meter& time) {
  const auto released = heap_.released();
  heap_.collecting = true;
  heap_.time_releases(time);
  while (phase_ != phase::idle) {
    if (!may_go_on()) {
      exact_ = false;
      stale_marks_ = true;
      break;
    }
    step result = step::done;
    phase next = phase::idle;
    switch (phase_) {
      case phase::idle:
        break;
      case phase::gather:
        result = gather(time);
        next = phase::subtract;
        break;
      case phase::subtract:
        result = subtract(time);
        if (result == step::done && !narrowing_ && !to_gather_) {
          counts_.examined += working_.size();
          large_ = working_.size() >= large_batch;
        }
        next = phase::classify;
        // Small cycles have been found from their candidates, one by one; now the rest.
        if (result == step::done && to_gather_ && components_.empty()) {
          begin_gathering();
          next = phase::gather;
        }
        break;
      case phase::classify:
        result = classify(time);
        next = phase::restore;
        if (result == step::done) {
          if (narrow())
            next = phase::subtract;
          else if (suspects_.empty())
            next = components_.empty() && condemned_.empty() ? phase::settle : phase::reclaim;
        }
        break;
      case phase::restore:
        result = restore(time);
        next = phase::condense;
        break;
      case phase::condense:
        result = condense(time);
        next = phase::reclaim;
        break;
      case phase::reclaim:
        result = reclaim(time);
        next = phase::settle;
        break;
      case phase::settle:
        result = settle(time);
        if (result == step::done) {
          next = has_candidate() || to_gather_ ? phase::subtract : phase::idle;
          if (next == phase::subtract) begin_batch();
        }
        break;
    }
    if (result == step::out_of_time) {
      exact_ = false;
      stale_marks_ = true;
      large_ = large_ || working_.size() >= large_batch;
      break;
    }
    if (result == step::out_of_memory) {
      gave_up_ = true;
      cancel();
      if (phase_ == phase::idle) break;
      continue;
    }
    phase_ = next;
#ifdef TRICYCLE_VERIFY
    check_invariants();
#endif
  }
  heap_.end_timed_releases();
  heap_.collecting = false;
  heap_.add_released_since(released, counts_);
  return phase_ == phase::idle;
}

/// The young and middle leave at once, aged; an old collection's live objects stay marked until its
/// last batch, so that none is searched twice.
template <class Counting>
step collector<Counting>::settle(meter& time) {
  if (oldest_ == 2 && (has_candidate() || to_gather_)) return step::done;
  while (!live_.empty()) {
    // The last first: who is to be examined again is then examined in the opposite order, and the
    // one that reaches most comes before those that it reaches.
    if (header* ahead = live_.peek_back(8)) __builtin_prefetch(ahead, 1);
    settle_one(live_.pop(), /*age=*/true);
    if (spent(time)) return step::out_of_time;
  }
  return step::done;
}

/// A member leaves, alive as far as is known. Who was touched since it was met is a candidate
/// again, and so is who was examined and survived where an older object may be in a cycle with it:
/// only an older collection can tell.
template <class Counting>
void collector<Counting>::settle_one(pile::entry e, bool age) noexcept {
  header* h = e.object();
  if (is_dead(h)) {
    heap_.leave_list_dead(h);
    return;
  }
  const unsigned g = generation_of(h);
  if (age && g < 2) set_generation(h, large_ ? 2 : g + 1);
  leave(h);
  set_mark(h, mark::met);
  if (e.tagged() && (is_undecided() || !age)) h->count &= ~unwanted;
  if (is_wanted(h)) heap_.enqueue(h);
}

/// The candidate `e` was found alive, but the program has run since the first of this collection
/// was read, and the search came upon an object that had been found alive, or that had been
/// dropped, when is not known. What was true then may have changed without a count's telling: `e`
/// is examined again in the next collection. (`doubtful_`; one candidate is enough, as the others
/// are reached from it.)
template <class Counting>
void collector<Counting>::look_again_if_stale(pile::entry e) const noexcept {
  if (e.tagged() && doubtful_ && stale_marks_ && !is_dead(e.object()))
    e.object()->count &= ~unwanted;
}

template <class Counting>
void collector<Counting>::cancel() noexcept {
  if (!how::stops_others &&
      phase_ == phase::reclaim) {  // needs no memory, and is not to be left half done
    const bool within = std::exchange(heap_.collecting, true);
    meter unlimited;
    reclaim(unlimited);
    heap_.collecting = within;
  }
  // What may be dead must be looked at again, whoever of it was the candidate.
  const auto let_go = [this](pile& from, bool tag) {
    while (!from.empty()) {
      pile::entry e = from.pop_front();
      const mark m = mark_of(e.object());
      if (&from == &suspects_ && m == mark::live) {  // it is in live_
        keep_candidate(e);
        continue;
      }
      if (tag) e.bits |= 1;
      settle_one(e, /*age=*/false);
    }
  };
  edges_.clear();
  stack_.clear();
  path_.clear();
  if (phase_ == phase::condense) components_.clear();  // all of them are among the suspects still
  let_go(suspects_, true);
  let_go(working_, false);
  let_go(components_, true);
  let_go(live_, false);
  prefetched_ = {};
  condensed_ = {};
  discovered_ = 0;
  followed_ = walked_ = 0;
  to_gather_ = false;
  phase_ = phase::idle;
  if (!condemned_.empty()) {  // they are destroyed when the world goes on
    phase_ = phase::reclaim;
    stage_ = stage::null;
    component_ = at_ = {};
  } else {
    stage_ = stage::find;
  }
}

}  // namespace gc
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_GC_RUN_H_
