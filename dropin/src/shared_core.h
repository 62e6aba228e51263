// The shared heap: what a confined heap's heap_core is, for objects of all threads.
//
// Thread safety: one thread at a time runs the collector (`begin`, `end`); it then owns what is
// here, but for the atomic members. In a process with one thread drops add candidates here, too.
//
// Invariants
// I1. A phase that reads or writes headers of tracked objects runs only while nobody else uses
//     them: `hold` says why that is so. User code never runs while others are stopped: it might
//     wait for a lock that one of them has.
// I2. An object with `unwanted` clear has an entry in one of the threads' lists, in the backlog or
//     in the candidates; or it is in a working set, and was dropped since it was met. Each entry
//     has a weak reference.
#ifndef TRICYCLE_DROPIN_SHARED_CORE_H_
#define TRICYCLE_DROPIN_SHARED_CORE_H_

#include <atomic>
#include <chrono>
#include <span>

#include "ageing.h"
#include "mutators.h"
#include "schedule.h"
#include "shared_counting.h"
#include "spare_blocks.h"
#include "tracked_blocks.h"
#include "tricycle/threads.h"

namespace tricycle {
inline namespace v1 {
namespace shared {

/// Whether a destructor of a shared object, or a deleter, is on this thread's stack.
[[nodiscard]] bool is_destroying_here() noexcept;

/// In the statistics: a finalizer has run on this thread; its object lives on.
void note_finalizer() noexcept;
void note_resurrected() noexcept;

inline void note_death(const shared_type& type) noexcept { add_to_book(local.dead, type.weight); }

class core : public gc::schedule<counting::atomic> {
  using base = gc::schedule<counting::atomic>;
  using how = gc::counted<counting::atomic>;
  using collector = gc::collector<counting::atomic>;

 public:
  core();
  core(const core&) = delete;
  core& operator=(const core&) = delete;

  // the interface (threads.h)
  collection collect_all(unsigned oldest);
  bool collect_a_slice(std::chrono::nanoseconds budget);
  [[nodiscard]] shared_statistics statistics_now();
  void set(const shared_settings& with);
  [[nodiscard]] shared_settings get();
  /// The calling thread's credit is used up.
  void pace_here() noexcept;
  /// No collection is under way while the process forks, but one that this thread runs itself; and
  /// the others stand still, if they come in time.
  void before_fork() noexcept;
  void end_with_process() noexcept {
    in_turn([] {
      if (others_attached()) process_ends.store(true);
    });
  }
  void after_fork() noexcept {
    if (forks_in_turn_) end();
  }
  /// What other threads were just changing stays as it is: then the child traces nothing.
  void after_fork_in_child() noexcept {
    if (!forks_calmly_) process_ends.store(true);
  }

  // what the schedule and the collectors ask
  bool run(collector& c, gc::meter& slice);
  [[nodiscard]] bool has_world() const noexcept {
    return hold_ == hold::stopped || hold_ == hold::word || (hold_ == hold::alone && alone());
  }
  [[nodiscard]] bool may_run_user_code() const noexcept { return hold_ != hold::stopped; }
  /// What waits in the backlog is at most so old, in bytes allocated.
  [[nodiscard]] std::size_t waiting_age() const noexcept {
    return backlog_.size() == 0 ? 0 : allocated_bytes() - drained_at_bytes_;
  }
  /// Others may have been standing still for a while.
  [[nodiscard]] gc::clock::duration left_of(gc::clock::duration pause) const noexcept {
    return hold_ == hold::stopped ? stopped_at_ + pause - gc::clock::now() : pause;
  }
  void look_again_after(std::int64_t bytes) noexcept {
    // Relaxed: a sum.
    credited_.fetch_add(static_cast<std::size_t>(bytes - local.credit), std::memory_order_relaxed);
    local.credit = bytes;
  }
  [[nodiscard]] std::size_t allocated_bytes() const noexcept {
    return credited_.load(std::memory_order_relaxed) - static_cast<std::size_t>(local.credit);
  }
  [[nodiscard]] std::size_t live_bytes() const noexcept { return bytes_in(live_weight()); }
  [[nodiscard]] static std::size_t beside_bytes() noexcept { return 0; }  // nobody says any
  [[nodiscard]] std::size_t live_objects() const noexcept { return objects_in(live_weight()); }
  /// By this thread; only differences mean anything.
  [[nodiscard]] static std::uint64_t released() noexcept { return local.dead; }
  static void add_released_since(std::uint64_t before, gc::collector_counts& to) noexcept {
    to.objects += objects_in(local.dead - before);
    to.bytes += bytes_in(local.dead - before);
  }
  [[nodiscard]] static bool has_deferred() noexcept { return false; }
  [[nodiscard]] static bool run_deferred(gc::meter& /*slice*/) noexcept { return true; }
  /// Who has the turn has asked `may_begin`.
  [[nodiscard]] static bool may_trace() noexcept { return true; }
  [[nodiscard]] bool is_busy() const noexcept { return collecting || is_destroying_here(); }
  static void tidy() noexcept {}  // pace() does it, who may trace or not
  void age_what_stayed(std::size_t live) noexcept {
    if (has_world()) ageing_.age_what_stayed(all_tracked, live);
  }
  void after_collect() noexcept {
    give_most_back();
    all_tracked.give_slabs_back();
  }
  void time_releases(const gc::meter& /*slice*/) noexcept {}
  void end_timed_releases() noexcept {}
  /// A walk over the blocks of all tracked objects, and of what tracked_blocks.h says.
  void start_walk() noexcept { all_tracked.start_walk(); }
  template <class Visit>
  bool walk_some(std::size_t most, Visit&& visit) {
    return all_tracked.walk_some(most, visit);
  }
  /// A member of a dead component, after all destructors: the share of the list that it is on goes,
  /// and that of its owners.
  void bury(header* h) noexcept {
    note_death(type_of_block(h));
    // If there are no others, nobody can make one. Acquire: as in drop_weak.
    const std::uint64_t word = atomics::load<acquire>(h->word);
    if (how::weak_field(word) == 2 && (word & spilled_bit) == 0) return release_block(h);
    drop_weak(h);
    drop_weak(h);
  }
  void bury_members(std::span<gc::header* const> all) noexcept {
    for (gc::header* h : all) {
      gc::set_place(h, gc::place::none);
      bury(h);
    }
  }
  void note_finalizer() noexcept {
    finalized_.fetch_add(1, std::memory_order_relaxed);
    if (has_turn()) ++last_words;
  }
  void note_resurrected() noexcept { resurrected_.fetch_add(1, std::memory_order_relaxed); }
  void note_lost_candidate() noexcept { lost_.fetch_add(1, std::memory_order_relaxed); }
  void leave_list_dead(header* h) noexcept { how::leave(h); }

 private:
  [[nodiscard]] std::uint64_t live_weight() const noexcept;
  /// Why nobody else uses tracked objects just now.
  enum class hold {
    none,
    stopped,  // all others that are attached stand still
    alone,    // there is no other thread, or there was none when it began
    word,     // an explicit collection where no other thread is attached: by the caller's promise
  };

  [[nodiscard]] bool has_turn() const noexcept { return owner_.load() == &local; }
  [[nodiscard]] static bool may_begin() noexcept;
  [[nodiscard]] bool begin(bool wait) noexcept;
  void end() noexcept;
  [[nodiscard]] bool get_world(std::chrono::nanoseconds wait, bool explicitly) noexcept;
  void release_world() noexcept;
  /// Calls f() in this thread's turn.
  template <class F>
  void in_turn(F&& f) noexcept {
    const bool mine = has_turn();
    if (!mine) static_cast<void>(begin(/*wait=*/true));
    f();
    if (!mine) end();
  }
  void drain(gc::meter& slice) noexcept;
  [[nodiscard]] std::size_t entries_waiting() const noexcept;
  [[nodiscard]] bool is_worth_a_stop() const noexcept;

  hold hold_ = hold::none;
  std::chrono::nanoseconds wait_{0};  // for the stops of the slice, or the collection, at hand
  bool explicitly_ = false;
  std::atomic<const local_state*> owner_{nullptr};  // whose thread runs the collector
  std::atomic<std::size_t> credited_{0};
  gc::ageing<counting::atomic> ageing_;
  entry_list backlog_;  // taken from the threads, not yet looked at
  shared_settings settings_;
  std::size_t drained_at_bytes_ = 0;  // allocated_bytes() when the backlog was last empty
  std::size_t stopped_at_bytes_ = 0;
  time::time_point stopped_at_{};
  time::time_point went_on_at_{};
  time::time_point not_before_{};  // after a stop that failed
  std::chrono::nanoseconds back_off_{0};
  std::atomic<std::uint64_t> lost_{0};  // candidates, for want of memory
  std::atomic<std::uint64_t> finalized_{0};
  std::atomic<std::uint64_t> resurrected_{0};
  bool forks_in_turn_ = false;
  bool forks_calmly_ = false;  // nobody is in the middle of something
  std::uint64_t stops_ = 0;
  std::uint64_t skipped_ = 0;
  pause_statistics to_safepoint_;
  pause_statistics stopped_;
};

[[nodiscard]] core& the_core() noexcept;
void watch_forks() noexcept;
/// From the first attached thread on: static objects that are older than it are destroyed when no
/// collection runs any more, if other threads are attached then.
void watch_exit() noexcept;

}  // namespace shared
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_DROPIN_SHARED_CORE_H_
