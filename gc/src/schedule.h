// When to collect: automatic slices, and the calls that ask for it.
//
// All triggers are counts that the heap itself keeps: bytes allocated, candidates. Never RSS, which
// an allocator that keeps pages makes blind (TRAPS 26).
//
// The trash bound. A dead cycle waits in the candidate buffer of its generation, for at most the
// *ripe age* of that buffer, told in bytes allocated since it came. No more garbage can have been
// made meanwhile than bytes were allocated; so with every ripe age below the bound, less what a
// collection needs to get through, the garbage stays below the bound. Within that limit the ripe
// age follows the yield (learn).
//
// The old generation can't be examined at every ripe age: one candidate may reach the whole heap.
// What the heap holds beyond what the last old collection left alive may all be garbage: when that
// comes near the bound, the next one starts (CPython's 25 % rule, less what becomes garbage while
// it runs). Or when half a bound is expected, from what old candidates yielded before; and at the
// latest when 16 times the live bytes have been allocated. Once it runs, whatever the heap grows by
// may be garbage that it will miss: an eighth of the bound, and it takes nearly all of the time.
//
// Candidates are not quite all: a cycle that was closed by a move never had one, for no count fell.
// So an explicit collection looks at all there is, and an automatic one does when the heap has
// doubled since.
#ifndef TRICYCLE_GC_SCHEDULE_H_
#define TRICYCLE_GC_SCHEDULE_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "candidates.h"
#include "chunks.h"
#include "collector.h"
#include "tricycle/heap.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

/// The part of a heap that knows when: its candidates, its two collectors, its settings and books
/// of pauses. The heap itself, which this is a base of, says how many bytes there are, and who may
/// trace.
template <class Counting>
class schedule {
  using heap = typename counted<Counting>::heap;

 public:
  schedule(const schedule&) = delete;
  schedule& operator=(const schedule&) = delete;

  void pace();
  collection collect(unsigned oldest);
  bool collect_for(std::chrono::nanoseconds budget);
  [[nodiscard]] statistics stats() const noexcept;
  /// `h` wants examination and is on no list. O(1).
  void enqueue(header* h) noexcept {
    const std::uint64_t word = h->word;
    if (!candidates[generation_of(h)].push(h)) [[unlikely]]
      return enqueue_in_new_chunk(h);
    counted<Counting>::enter_from(h, word, place::buffered);
  }
  void forget_candidate(header* h) noexcept {
    candidates[generation_of(h)].erase(h->trial);
    counted<Counting>::leave(h);
  }
  [[nodiscard]] unsigned number() const noexcept { return number_; }

  settings config;
  chunk_pool chunks;
  chunk_directory directory;
  std::array<candidate_buffer, 3> candidates;
  std::uint64_t candidates_lost = 0;
  std::uint64_t last_words = 0;   // times that callbacks and finalizers were called
  std::uint64_t finalized = 0;    // objects whose finalizer has run
  std::uint64_t resurrected = 0;  // objects found dead that live on
  bool collecting = false;

 protected:
  explicit schedule(unsigned number)
      : candidates{candidate_buffer(chunks, directory), candidate_buffer(chunks, directory),
                   candidate_buffer(chunks, directory)},
        number_(number),
        one_(self(), place::one),
        two_(self(), place::two),
        ripe_age_{std::size_t{512} << 10, std::size_t{1} << 20} {
    chunks.refill();
    directory.refill();
  }
  ~schedule() = default;
  /// Callbacks and finalizers may make new objects that have some, and so on: an explicit
  /// collection, and the end of a heap, listen to so many generations of them.
  static constexpr unsigned most_talks = 64;

  [[nodiscard]] bool is_running() const noexcept { return minor_->running() || major_->running(); }
  /// Whether the next slice begins with destructors.
  [[nodiscard]] bool is_waiting_for_user_code() const noexcept {
    const collector<Counting>& next = minor_->running() ? *minor_ : *major_;
    return next.running() && !next.needs_the_world();
  }
  void cancel() noexcept {
    one_.cancel();
    two_.cancel();
  }

 private:
  [[gnu::noinline]] void enqueue_in_new_chunk(header* h) noexcept;
  [[nodiscard]] heap& self() noexcept { return static_cast<heap&>(*this); }
  [[nodiscard]] const heap& self() const noexcept { return static_cast<const heap&>(*this); }
  bool slice(meter& time, bool major, collection& done);
  void record_pause(clock::duration took, clock::duration allowed) noexcept;
  [[nodiscard]] std::size_t trash_bound(std::size_t live) const noexcept;
  /// How much the heap may hold beyond what is known to live before an old collection is due: some
  /// of the bound is left for what becomes garbage while that runs. Less of it while the program
  /// builds what stays.
  [[nodiscard]] std::size_t old_starts_at(std::size_t bound) const noexcept {
    return static_cast<std::size_t>((0.875 - garbage_share_ / 4) * static_cast<double>(bound));
  }
  /// How things stood when the major collection began.
  struct outset {
    std::size_t live_bytes = 0;
    std::size_t beside_bytes = 0;
    std::size_t candidates = 0;
    std::size_t may_be_garbage = 0;
  };
  void note_outset(std::size_t live, std::size_t waiting) noexcept;
  [[nodiscard]] std::size_t expected_garbage(std::size_t now) const noexcept;
  [[nodiscard]] std::size_t may_be_garbage(std::size_t live) const noexcept;
  void start_what_is_due(std::size_t live, std::size_t bound) noexcept;
  [[nodiscard]] double urgency(std::size_t live, std::size_t bound) const noexcept;
  void learn_what_lives(std::size_t freed) noexcept;
  void learn(const collector<Counting>& finished) noexcept;
  void start_major(unsigned oldest, bool all) noexcept;
  bool advance(collector<Counting>& c, meter& time, collection& done);

  static constexpr std::int64_t pace_bytes = std::int64_t{16} << 10;        // between two looks
  static constexpr std::int64_t urgent_pace_bytes = std::int64_t{2} << 10;  // the same, when late
  static constexpr std::size_t youngest_ripe_age = std::size_t{128} << 10;
  static constexpr std::size_t oldest_ripe_age = std::size_t{2} << 20;
  static constexpr unsigned patience = 200;       // collections
  static constexpr unsigned most_doublings = 10;  // of a slice's length
  /// Many candidates in few bytes, from drops without allocations: examined whatever their age.
  static constexpr std::size_t too_many_candidates = std::size_t{1} << 16;
  static constexpr std::size_t least_doubling = std::size_t{512} << 20;  // bytes, of the live ones

  const unsigned number_;
  collector<Counting> one_;
  collector<Counting> two_;
  collector<Counting>* minor_ = &one_;  // the young and middle ones; what gets large becomes major
  collector<Counting>* major_ = &two_;
  std::array<std::size_t, 2> ripe_age_;  // of young and middle candidates, in bytes allocated since
  std::array<unsigned, 2> patience_{};   // collections until the ripe age is tried again
  outset major_began_;
  std::size_t old_at_bytes_ = 0;        // allocated_bytes() when the last old one began
  std::size_t old_live_bytes_ = 0;      // what that one left alive, of what was there before it
  std::size_t old_beside_bytes_ = 0;    // beside_bytes() when that one began
  std::size_t full_live_bytes_ = 0;     // live bytes when all there is was looked at
  double garbage_share_ = 1;            // of what the heap had grown by when that one began
  double bytes_per_old_candidate_ = 0;  // that were freed by the last old collections
  clock::time_point turn_ended_{};      // of the major collection, or of what was deferred
  clock::duration last_turn_{};         // how long it took
  std::uint64_t slices_ = 0;
  std::uint64_t pause_exceeded_ = 0;
  std::uint64_t trash_exceeded_ = 0;
  unsigned late_slices_ = 0;  // that followed upon each other
  std::array<generation_statistics, 3> generations_{};
  pause_statistics pauses_;
};

}  // namespace gc
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_GC_SCHEDULE_H_
