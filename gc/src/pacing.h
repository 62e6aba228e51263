// The definitions of schedule.h, for whoever makes a heap.
#ifndef TRICYCLE_GC_PACING_H_
#define TRICYCLE_GC_PACING_H_

#include "schedule.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

/// Out of memory, it stays what it was: the next drop asks again, and the statistics tell.
template <class Counting>
void schedule<Counting>::enqueue_in_new_chunk(header* h) noexcept {
  if (candidates[generation_of(h)].open(self().allocated_bytes())) return enqueue(h);
  h->count |= unwanted;
  ++candidates_lost;
}

template <class Counting>
std::size_t schedule<Counting>::trash_bound(std::size_t live) const noexcept {
  const auto share = static_cast<std::size_t>(config.trash_fraction * static_cast<double>(live));
  return std::max({config.trash_floor, share, 8 * youngest_ripe_age});
}

/// What the heap has grown by since it was known what lives. And what came to be beside its objects
/// since then, of which no one says when it goes: so it counts where it is much more than they are.
template <class Counting>
std::size_t schedule<Counting>::may_be_garbage(std::size_t live) const noexcept {
  const std::size_t beside = self().beside_bytes() - old_beside_bytes_;
  return live - std::min(live, old_live_bytes_) + (beside > 16 * live ? beside : 0);
}

/// What the old candidates will yield, from what as many yielded before. Where things go on as they
/// did, no more can have died since the last old collection began than was allocated.
template <class Counting>
std::size_t schedule<Counting>::expected_garbage(std::size_t now) const noexcept {
  const double all = static_cast<double>(candidates[2].size()) * bytes_per_old_candidate_;
  const std::size_t most = now - old_at_bytes_;
  return all < static_cast<double>(most) ? static_cast<std::size_t>(all) : most;
}

template <class Counting>
void schedule<Counting>::note_outset(std::size_t live, std::size_t waiting) noexcept {
  major_began_ = {live, self().beside_bytes(), waiting, may_be_garbage(live)};
}

template <class Counting>
void schedule<Counting>::start_what_is_due(std::size_t live, std::size_t bound) noexcept {
  const std::size_t now = self().allocated_bytes();
  const auto due = [&](unsigned g) -> std::optional<std::size_t> {
    candidate_buffer& waiting = candidates[g];
    const std::size_t ripe = now - std::min(now, ripe_age_[g]);
    if (waiting.size() == 0) static_cast<void>(waiting.seal());  // so that what comes is as young
    if (waiting.size() >= too_many_candidates) return waiting.seal();
    return waiting.has_until(ripe) ? std::optional(waiting.seal_until(ripe)) : std::nullopt;
  };
  if (!minor_->running()) {
    if (const auto young = due(0))
      minor_->start(0, {*young, 0, 0});
    else if (const auto middle = due(1))
      minor_->start(1, {0, *middle, 0});
  }
  if (major_->running()) return;
  if (live > 2 * full_live_bytes_ + least_doubling) return start_major(2, /*all=*/true);
  if (candidates[2].size() == 0) return;
  if (may_be_garbage(live) > old_starts_at(bound) || expected_garbage(now) > bound / 2 ||
      now - old_at_bytes_ > 16 * live + bound) {
    old_at_bytes_ = now;
    note_outset(live, candidates[2].size());
    major_->start(2, {0, 0, candidates[2].seal()});
  }
}

/// How late the running collections are: 0 not at all, 1 when the bound is about to be broken.
template <class Counting>
double schedule<Counting>::urgency(std::size_t live, std::size_t bound) const noexcept {
  const std::size_t now = self().allocated_bytes();
  const auto part = [](std::size_t has, std::size_t may, std::size_t of) {
    return static_cast<double>(has - std::min(has, may)) / static_cast<double>(of);
  };
  double late = part(self().waiting_age(), ripe_age_[0], bound / 8);
  if (minor_->running()) {
    const unsigned g = minor_->oldest();
    late = std::max(late, part(candidates[g].age(now), ripe_age_[g], bound / 8));
  }
  if (major_->running()) {
    const std::size_t garbage = may_be_garbage(live);
    // What the heap has grown by since this one began may have died too late for it to see.
    const std::size_t grown = garbage + major_->counts().bytes;
    late = std::max({late, std::min(part(grown, major_began_.may_be_garbage, bound / 8), 0.95),
                     part(garbage, old_starts_at(bound), bound / 8)});
  }
  return std::min(late, 1.0);
}

/// An old collection has freed so much. What came while it ran is taken for garbage to the same
/// share as what had come before.
template <class Counting>
void schedule<Counting>::learn_what_lives(std::size_t freed) noexcept {
  const std::size_t live = self().live_bytes();
  const std::size_t began = major_began_.live_bytes;
  const std::size_t left = began - std::min(began, freed);
  const std::size_t grown = began - std::min(began, old_live_bytes_);
  // Twice, for part of that is young, and not its affair.
  const double share =
      2 * freed >= grown ? 1 : static_cast<double>(2 * freed) / static_cast<double>(grown);
  // One that found nothing may have begun too early: what it took for alive has died since.
  garbage_share_ = std::max(share, garbage_share_ * 3 / 4);
  const auto meanwhile = static_cast<double>(live - std::min(live, left));
  old_live_bytes_ = live - static_cast<std::size_t>(garbage_share_ * meanwhile);
  old_beside_bytes_ = major_began_.beside_bytes;
}

/// What a collection yielded decides when the next of its kind is due.
template <class Counting>
void schedule<Counting>::learn(const collector<Counting>& finished) noexcept {
  const collector_counts& counts = finished.counts();
  const unsigned g = finished.oldest();
  if (g == 2) {
    learn_what_lives(counts.bytes);
    if (finished.has_all()) full_live_bytes_ = self().live_bytes();
    if (major_began_.candidates != 0)
      bytes_per_old_candidate_ =
          (bytes_per_old_candidate_ +
           static_cast<double>(counts.bytes) / static_cast<double>(major_began_.candidates)) /
          2;
    return;
  }
  // Most are dead: nothing better. Else they get more time to die, up to a limit that keeps them in
  // the cache (and so it can't run away, TRAPS 24). If that is not enough for them either, it is
  // cheaper to examine them early; for a while, then they are tried again.
  const std::size_t oldest_age =
      std::min(oldest_ripe_age, trash_bound(self().live_bytes()) / 8 * 3);
  std::size_t& age = ripe_age_[g];
  age = std::min(age, oldest_age);
  if (counts.objects * 4 >= counts.examined * 3) return;
  if (age < oldest_age) {
    if (counts.objects * 8 >= counts.examined || patience_[g] == 0)
      age = std::min(age * 2, oldest_age);
    else
      --patience_[g];
  } else if (counts.objects * 8 < counts.examined) {
    age = youngest_ripe_age;
    patience_[g] = patience;
  }
}

/// Runs one collector; true when it has finished its collection.
template <class Counting>
bool schedule<Counting>::advance(collector<Counting>& c, meter& time, collection& done) {
  const collector_counts before = c.counts();
  const bool finished = self().run(c, time);
  const collector_counts& after = c.counts();
  done.objects += after.objects - before.objects;
  done.bytes += after.bytes - before.bytes;
  done.components += after.components - before.components;
  done.examined += after.examined - before.examined;
  if (finished) {
    generation_statistics& g = generations_[c.oldest()];
    ++g.collections;
    g.collected += after.objects;
    if (after.bytes > trash_bound(self().live_bytes())) ++trash_exceeded_;
    g.candidates_examined += after.candidates;
    learn(c);
  }
  return finished;
}

/// One slice. What was dropped and waits for its destructor goes first: it is memory at once. Then
/// the minor collection, so that young garbage never piles up behind an old collection, and the
/// major one, if `major`, never meets a working set that is half done.
template <class Counting>
bool schedule<Counting>::slice(meter& time, bool major, collection& done) {
  if (self().has_deferred() && !self().run_deferred(time)) return true;
  if (minor_->running() && !advance(*minor_, time, done)) {
    // What reaches that much shall not keep the young waiting: it is as good as an old collection.
    if (minor_->is_large() && !major_->running()) {
      std::swap(minor_, major_);
    }
    return true;
  }
  if (!major_->running()) return false;
  return !major || !advance(*major_, time, done);
}

/// Young and middle collections keep step with the program: whatever is ripe is examined now, while
/// it is in the cache. An old one, and what was deferred, take a share of the time, which rises
/// from a quarter to all of it. Slices are two fifths as long as they may be, unless that is too
/// late: what they do last may take longer than it should.
template <class Counting>
void schedule<Counting>::pace() {
  self().look_again_after(pace_bytes);
  chunks.refill();
  chunks.trim(4);
  directory.refill();
  self().tidy();
  if (!config.automatic || self().is_busy()) return;
  const std::size_t live = self().live_bytes();
  // What died by counting made room that garbage could fill unseen. Without candidates there is
  // none.
  const bool all_live = !major_->running() && candidates[2].size() == 0;
  old_live_bytes_ = all_live ? live : std::min(old_live_bytes_, live);
  if (all_live) old_beside_bytes_ = self().beside_bytes();
  const std::size_t bound = trash_bound(old_live_bytes_);
  self().age_what_stayed(live);
  start_what_is_due(live, bound);
  const bool shared = major_->running() || self().has_deferred();
  if (!minor_->running() && !shared) return;
  const auto begin = clock::now();
  const double late = urgency(live, bound);
  const double share = std::max(0.25, late);
  const auto rest = std::chrono::duration_cast<clock::duration>(last_turn_ * (1 / share - 1));
  const bool turn = shared && begin - turn_ended_ >= rest;
  if ((!minor_->running() && !turn) || !self().may_trace()) return;
  auto allowed = config.pause_target;
  if (late < 1) {
    allowed = allowed / 5 * 2;
    late_slices_ = 0;
  } else if (config.gives_way == budget::time) {
    allowed *= std::int64_t{1} << std::min(late_slices_++, most_doublings);
  } else {
    allowed = self().left_of(allowed);
  }
  meter time(begin + allowed);
  collection done;
  slice(time, turn, done);
  const auto end = clock::now();
  record_pause(end - begin, std::max(allowed, config.pause_target));
  if (turn) {
    turn_ended_ = end;
    // A slice that the system interrupted counts for no more than it was meant to be.
    last_turn_ = std::min<clock::duration>(end - begin, config.pause_target);
  }
  if (late >= 1) self().look_again_after(urgent_pace_bytes);
}

template <class Counting>
void schedule<Counting>::record_pause(clock::duration took, clock::duration allowed) noexcept {
  ++slices_;
  pauses_.record(took);
  if (took > allowed / 4 * 5) ++pause_exceeded_;
}

/// Every candidate up to generation `oldest`, or all there is.
template <class Counting>
void schedule<Counting>::start_major(unsigned oldest, bool all) noexcept {
  if (oldest == 2) old_at_bytes_ = self().allocated_bytes();
  std::size_t waiting = 0;
  for (unsigned g = 0; g <= oldest; ++g) waiting += candidates[g].size();
  note_outset(self().live_bytes(), waiting);
  if (all) full_live_bytes_ = major_began_.live_bytes;
  const typename collector<Counting>::stamps now = {candidates[0].seal(), candidates[1].seal(),
                                                    candidates[2].seal()};
  all ? major_->start_with_all(now) : major_->start(oldest, now);
}

template <class Counting>
collection schedule<Counting>::collect(unsigned oldest) {
  collection done;
  if (!self().may_trace()) return done;
  const auto begin = clock::now();
  meter unlimited;
  if (slice(unlimited, /*major=*/true, done)) return done;  // a thread would not stop
  // What a dead component lets go of may be the last door of another: again, until nothing dies.
  // And when there was no memory to look at all there is at once, one candidate after the other.
  // But what callbacks and finalizers make could go on for ever.
  std::size_t objects = 0;
  unsigned talks = 0;
  bool all = oldest == 2;
  bool again = true;
  while (again) {
    objects = done.objects;
    const std::uint64_t said = last_words;
    start_major(oldest, all);
    if (!advance(*major_, unlimited, done)) break;
    if (said != last_words && ++talks == most_talks) break;
    again = done.objects != objects || (all && major_->gave_up());
    again = again && std::any_of(candidates.begin(), candidates.begin() + oldest + 1,
                                 [](const auto& c) { return c.size() != 0; });
    all = false;
  }
  chunks.trim(~std::size_t{0});
  self().after_collect();
  done.duration = clock::now() - begin;
  return done;
}

template <class Counting>
bool schedule<Counting>::collect_for(std::chrono::nanoseconds budget) {
  if (!self().may_trace()) return true;
  const auto begin = clock::now();
  meter time(begin + budget);
  collection done;
  const auto waiting = [this](unsigned g) { return candidates[g].size() != 0; };
  if (!minor_->running() && waiting(0)) minor_->start(0, {candidates[0].seal(), 0, 0});
  if (!slice(time, /*major=*/true, done) && !self().has_deferred() && !major_->running() &&
      (waiting(1) || waiting(2))) {
    start_major(2, /*all=*/false);
    slice(time, /*major=*/true, done);
  }
  record_pause(clock::now() - begin, budget);
  return self().has_deferred() || minor_->running() || major_->running() || waiting(0) ||
         waiting(1) || waiting(2);
}

template <class Counting>
statistics schedule<Counting>::stats() const noexcept {
  statistics s;
  s.live_objects = self().live_objects();
  s.live_bytes = self().live_bytes();
  for (const candidate_buffer& c : candidates) s.candidates += c.size();
  s.candidates_lost = candidates_lost;
  s.slices = slices_;
  s.pause_exceeded = pause_exceeded_;
  s.trash_exceeded = trash_exceeded_;
  s.finalized = finalized;
  s.resurrected = resurrected;
  s.collector_bytes = chunks.bytes();
  s.collecting = minor_->running() || major_->running() || self().has_deferred();
  s.generations = generations_;
  s.pauses = pauses_;
  return s;
}

}  // namespace gc
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_GC_PACING_H_
