// When to collect: automatic slices, and the calls that ask for it.
//
// All triggers are counts that the heap itself keeps: bytes allocated, candidates. Never RSS, which an
// allocator that keeps pages makes blind (TRAPS 26).
#include <algorithm>

#include "heap_core.h"

namespace tricycle {
inline namespace v1 {
namespace gc {
namespace {

constexpr std::size_t pace_bytes = std::size_t{16} << 10;  // between two looks at what is due
/// Young candidates are left alone until this many newer ones have come: what was touched a moment
/// ago is most likely in use.
constexpr std::size_t ageing = 4096;
constexpr std::size_t minors_per_middle = 10;

}  // namespace

bool heap_core::minor_due() const noexcept {
  return candidates[0].size() >= 2 * ageing ||
         (candidates[0].size() != 0 && allocated_bytes() - minor_at_bytes_ >= config.trash_floor / 4);
}

/// The generation whose collection is due, or -1.
int heap_core::major_due() const noexcept {
  const std::size_t waiting = candidates[1].size() + candidates[2].size();
  if (waiting == 0) return -1;
  const auto share = static_cast<std::size_t>(config.trash_fraction *
                                              static_cast<double>(live_bytes()));
  if (allocated_bytes() - major_at_bytes_ >= std::max(config.trash_floor, share) / 2) return 2;
  if (minors_since_major_ >= minors_per_middle && candidates[1].size() >= ageing) return 1;
  return -1;
}

void heap_core::start_minor() noexcept {
  const std::size_t waiting = candidates[0].size();
  const bool by_count = waiting >= 2 * ageing;
  minor_at_bytes_ = allocated_bytes();
  ++minors_since_major_;
  minor_.start(0, by_count ? waiting - ageing : waiting);
}

void heap_core::start_major(unsigned oldest) noexcept {
  if (oldest == 2) major_at_bytes_ = allocated_bytes();
  minors_since_major_ = 0;
  major_.start(oldest, ~std::size_t{0});
}

/// Runs one collector; true when it has finished its collection.
bool heap_core::advance(collector& c, meter& time, collection& done) {
  const collector_counts before = c.counts();
  const bool finished = c.run(time);
  const collector_counts& after = c.counts();
  done.objects += after.objects - before.objects;
  done.bytes += after.bytes - before.bytes;
  done.components += after.components - before.components;
  done.examined += after.examined - before.examined;
  if (finished) {
    generation_statistics& g = generations_[c.oldest()];
    ++g.collections;
    g.collected += after.objects;
    g.candidates_examined += after.candidates;
  }
  return finished;
}

/// One slice: the minor collection goes first, so that young garbage never piles up behind an old
/// collection, and the major one never meets a working set that is half done.
bool heap_core::slice(meter& time, collection& done) {
  if (minor_.running() && !advance(minor_, time, done)) return true;
  if (!major_.running()) return false;
  return !advance(major_, time, done);
}

void heap_core::pace() {
  // `credit` is what is left, and negative by the last object.
  credited_bytes_ += pace_bytes;
  credit += static_cast<std::int64_t>(pace_bytes);
  chunks.refill();
  directory.refill();
  if (!config.automatic || collecting) return;
  if (!minor_.running() && minor_due()) start_minor();
  if (!major_.running()) {
    if (const int oldest = major_due(); oldest >= 0) start_major(static_cast<unsigned>(oldest));
  }
  if (!minor_.running() && !major_.running()) return;
  const auto begin = clock::now();
  if (begin < resume_at_) return;
  meter time(begin + config.pause_target);
  collection done;
  slice(time, done);
  const auto end = clock::now();
  ++slices_;
  pauses_.record(end - begin);
  resume_at_ = end + (end - begin);  // half of the time is the program's
}

collection heap_core::collect(unsigned oldest) {
  collection done;
  if (collecting) return done;
  const auto begin = clock::now();
  meter unlimited;
  slice(unlimited, done);
  // What a dead component lets go of may be the last door of another: again, until nothing dies.
  std::size_t objects = 0;
  do {
    objects = done.objects;
    start_major(oldest);
    if (!advance(major_, unlimited, done)) break;  // out of memory
  } while (done.objects != objects && std::any_of(candidates.begin(), candidates.begin() + oldest + 1,
                                                   [](const auto& c) { return c.size() != 0; }));
  done.duration = clock::now() - begin;
  return done;
}

bool heap_core::collect_for(std::chrono::nanoseconds budget) {
  if (collecting) return true;
  const auto begin = clock::now();
  meter time(begin + budget);
  collection done;
  const auto waiting = [this](unsigned g) { return candidates[g].size() != 0; };
  bool left = true;
  if (!minor_.running() && waiting(0)) start_minor();
  if (!slice(time, done) && !major_.running()) {
    if (waiting(1) || waiting(2)) {
      start_major(2);
      left = slice(time, done);
    } else {
      left = false;
    }
  }
  ++slices_;
  pauses_.record(clock::now() - begin);
  return left || minor_.running() || major_.running() || waiting(0) || waiting(1) || waiting(2);
}

statistics heap_core::stats() const noexcept {
  statistics s;
  s.live_objects = live_objects();
  s.live_bytes = live_bytes();
  for (const candidate_buffer& c : candidates) s.candidates += c.size();
  s.candidates_lost = candidates_lost;
  s.slices = slices_;
  s.collector_bytes = chunks.bytes();
  s.collecting = minor_.running() || major_.running();
  s.generations = generations_;
  s.pauses = pauses_;
  return s;
}

void heap_core::configure(const settings& with) noexcept { config = with; }

}  // namespace gc
}  // namespace v1
}  // namespace tricycle
