// When and how the shared heap is collected: the world is stopped, threads' candidates are taken
// over, a slice runs, and goes on alone where user code is due.
#include "shared_core.h"

#include <algorithm>
#include <cstdlib>
#include <new>
#include <thread>

#include "heap_core.h"
#include "pacing.h"
#include "phases.h"

namespace tricycle {
inline namespace v1 {

namespace gc {
template class collector<counting::atomic>;
template class schedule<counting::atomic>;
}  // namespace gc

namespace shared {
namespace {

/// Allocated between two stops of several threads, where nothing is under way.
constexpr std::size_t stop_bytes = std::size_t{128} << 10;
constexpr std::size_t credit_bytes = std::size_t{16} << 10;
constexpr auto least_back_off = std::chrono::milliseconds(2);
constexpr auto most_back_off = std::chrono::milliseconds(100);

collection collect_for_all_heaps(unsigned oldest) { return the_core().collect_all(oldest); }

}  // namespace

core& the_core() noexcept {
  // Never destroyed: drops happen after all static objects have gone.
  alignas(core) static unsigned char memory[sizeof(core)];
  static core* made = [] {
    core* c = ::new (static_cast<void*>(memory)) core;
    watch_forks();
    gc::collect_shared = &collect_for_all_heaps;
    return c;
  }();
  return *made;
}

core::core() : schedule(0) {}

void watch_exit() noexcept {
  // Full, the list of such functions leaves exit as it is with threads that are not stopped.
  static const int registered = std::atexit([] { the_core().end_with_process(); });
  static_cast<void>(registered);
}

bool core::may_begin() noexcept {
  return !is_destroying_here() && (local.me == nullptr || !local.me->collecting) &&
         gc::may_trace_here();
}

std::uint64_t core::live_weight() const noexcept {
  const std::lock_guard lock(mutators_mutex);
  std::uint64_t live = books_of_ended.made - books_of_ended.dead;
  for (const mutator* m = all_mutators; m != nullptr; m = m->next)
    if (m->books != nullptr)
      live += atomics::load<relaxed>(m->books->made) - atomics::load<relaxed>(m->books->dead);
  return live;
}

/// This thread is the one that runs the collector from here to `end`; false if another one is.
bool core::begin(bool wait) noexcept {
  const local_state* nobody = nullptr;
  while (!owner_.compare_exchange_strong(nobody, &local, std::memory_order_seq_cst)) {
    if (!wait) return false;
    mutator* me = local.me;
    const bool stands =
        me != nullptr && me->attached != 0 && me->blocking == 0 && !is_destroying_here();
    if (stands) become_still(me);
    owner_.wait(nobody);
    if (stands) become_running(me);
    nobody = nullptr;
  }
  if (local.me != nullptr) local.me->collecting = true;
  return true;
}

void core::end() noexcept {
  release_world();
  hold_ = hold::none;
  explicitly_ = false;
  if (local.me != nullptr) local.me->collecting = false;
  owner_.store(nullptr, std::memory_order_seq_cst);
  owner_.notify_all();
}

bool core::get_world(std::chrono::nanoseconds wait, bool explicitly) noexcept {
  if (process_ends.load()) return false;
  if (alone()) {
    hold_ = hold::alone;
    return true;
  }
  if (explicitly && !others_attached() && (local.me == nullptr || local.me->attached == 0)) {
    hold_ = hold::word;
    return true;
  }
  const auto begin = time::now();
  if (!stop_others(wait)) {
    ++skipped_;
    back_off_ = std::clamp<std::chrono::nanoseconds>(back_off_ * 2, least_back_off, most_back_off);
    not_before_ = time::now() + back_off_;
    return false;
  }
  hold_ = hold::stopped;
  back_off_ = {};
  ++stops_;
  stopped_at_ = time::now();
  to_safepoint_.record(stopped_at_ - begin);
  stopped_at_bytes_ = allocated_bytes();
  return true;
}

void core::release_world() noexcept {
  if (hold_ != hold::stopped) return;
  hold_ = hold::none;
  let_others_go();
  went_on_at_ = time::now();
  stopped_.record(went_on_at_ - stopped_at_);
}

void core::before_fork() noexcept {
  forks_in_turn_ = !has_turn() && begin(/*wait=*/true);
  // Where nobody is attached, everybody may be changing tracked objects.
  const bool stoppable =
      others_attached() || !others_known() || (local.me != nullptr && local.me->attached != 0);
  forks_calmly_ =
      alone() || (forks_in_turn_ && stoppable && get_world(settings_.collect_wait, false));
}

std::size_t core::entries_waiting() const noexcept {
  const std::lock_guard lock(mutators_mutex);
  std::size_t n = orphans.size();
  for (const mutator* m = all_mutators; m != nullptr; m = m->next) n += m->entries.size();
  return n;
}

/// The candidates of all threads come in, as many as there is time for.
void core::drain(gc::meter& slice) noexcept {
  {
    const std::lock_guard lock(mutators_mutex);
    orphans.move_to(backlog_);
    for (mutator* m = all_mutators; m != nullptr; m = m->next) m->entries.move_to(backlog_);
  }
  while (header* h = backlog_.pop()) {
    // Who is on a list has been seen since, or will be; who does not want it any more was examined.
    if (how::is_dead(h) || gc::place_of(h) != gc::place::none || !gc::is_wanted(h)) {
      how::drop_share(h);
    } else if (auto& buffer = candidates[gc::generation_of(h)];
               buffer.push(h) || (buffer.open(allocated_bytes()) && buffer.push(h))) {
      gc::set_place(h, gc::place::buffered);  // the entry's share is the buffer's now
    } else {
      h->count |= gc::unwanted;
      ++candidates_lost;
      how::drop_share(h);
    }
    if (slice.spend(8)) return;
  }
  drained_at_bytes_ = allocated_bytes();
}

/// A collection, the world being stopped where it is needed and going on where user code is due.
bool core::run(collector& c, gc::meter& slice) {
  for (;;) {
    const bool needed = c.needs_the_world();
    if (needed) {
      if (!has_world()) {
        if (slice.limited() && time::now() >= slice.deadline()) return false;
        if (hold_ == hold::alone) hold_ = hold::none;
        if (!explicitly_ && !alone() && (local.me == nullptr || local.me->attached == 0))
          return false;
        if (!get_world(wait_, explicitly_)) return false;
      }
      drain(slice);
    } else {
      release_world();
    }
    if (c.run(slice)) {
      drain(slice);
      return true;
    }
    if (c.needs_the_world() ? has_world() : may_run_user_code()) return false;  // out of time
  }
}

bool core::is_worth_a_stop() const noexcept {
  const auto now = time::now();
  if (now < not_before_) return false;
  // Who is still waking up shall not miss one turn after the other.
  if (others_come_back() && now < went_on_at_ + settings_.safepoint_wait) return false;
  if (is_running()) return true;
  std::size_t waiting = backlog_.size() + entries_waiting();
  for (const auto& c : candidates) waiting += c.size();
  return waiting != 0 && allocated_bytes() - stopped_at_bytes_ >= stop_bytes;
}

void core::pace_here() noexcept {
  look_again_after(credit_bytes);
  mutator* me = mutator_here();
  if (me == nullptr || me->blocking != 0 || !may_begin()) return;
  const bool only = alone();
  if ((!only && me->attached == 0) || !begin(/*wait=*/false)) return;
  if (only) {
    hold_ = hold::alone;
    base::pace();
  } else if (config.automatic && is_worth_a_stop()) {
    wait_ = settings_.safepoint_wait;
    if (!is_waiting_for_user_code() && get_world(wait_, /*explicitly=*/false)) {
      gc::meter slice(stopped_at_ + config.pause_target / 4);
      drain(slice);
      base::pace();
    } else if (is_waiting_for_user_code()) {
      base::pace();
    }
  }
  end();
}

collection core::collect_all(unsigned oldest) {
  if (mutator_here() == nullptr || !may_begin() || !begin(/*wait=*/true)) return {};
  explicitly_ = true;
  wait_ = settings_.collect_wait;
  collection done;
  gc::meter unlimited;
  if (is_waiting_for_user_code() || get_world(wait_, true)) {
    if (has_world()) drain(unlimited);
    done = base::collect(oldest);
  }
  end();
  return done;
}

bool core::collect_a_slice(std::chrono::nanoseconds budget) {
  if (mutator_here() == nullptr || !may_begin() || !begin(/*wait=*/true)) return true;
  explicitly_ = true;
  wait_ = settings_.safepoint_wait;
  bool more = true;
  if (is_waiting_for_user_code() || get_world(wait_, true)) {
    gc::meter slice(time::now() + budget);
    if (has_world()) drain(slice);
    more = base::collect_for(budget) || backlog_.size() != 0;
  }
  end();
  return more;
}

shared_statistics core::statistics_now() {
  shared_statistics s;
  in_turn([&] {
    static_cast<statistics&>(s) = base::stats();
    s.candidates += backlog_.size() + entries_waiting();
    s.candidates_lost += lost_.load(std::memory_order_relaxed);
    s.finalized = finalized_.load(std::memory_order_relaxed);
    s.resurrected = resurrected_.load(std::memory_order_relaxed);
    s.stops = stops_;
    s.skipped = skipped_;
    s.to_safepoint = to_safepoint_;
    s.stopped = stopped_;
  });
  const auto at =
      std::chrono::duration_cast<std::chrono::nanoseconds>(time::now().time_since_epoch()).count();
  const std::lock_guard lock(mutators_mutex);
  for (const mutator* m = all_mutators; m != nullptr; m = m->next) {
    if (!m->used) continue;
    // Not `attached`, which is the thread's own.
    if (m->is.load() != state::detached) ++s.attached;
    if (m->late == 0) continue;
    const std::int64_t waiting = m->asked_at != 0 ? at - m->asked_at : 0;
    s.late.push_back({m->name, m->late, std::chrono::nanoseconds(std::max(m->longest, waiting))});
  }
  return s;
}

void core::set(const shared_settings& with) {
  in_turn([&] {
    settings_ = with;
    config = with;
  });
}

shared_settings core::get() {
  shared_settings now;
  in_turn([&] {
    now = settings_;
    static_cast<settings&>(now) = config;
  });
  return now;
}

void note_finalizer() noexcept { the_core().note_finalizer(); }
void note_resurrected() noexcept { the_core().note_resurrected(); }

void pace() noexcept {
  if (atomics::load<relaxed>(attention) != 0) come_to_safepoint();
  if (local.credit >= 0) return;
  all_tracked.tidy();
  the_core().pace_here();
}

}  // namespace shared

collection shared_heap::collect(generation oldest) {
  return shared::the_core().collect_all(static_cast<unsigned>(oldest));
}
bool shared_heap::collect_for(std::chrono::nanoseconds budget) {
  return shared::the_core().collect_a_slice(budget);
}
shared_statistics shared_heap::stats() { return shared::the_core().statistics_now(); }
void shared_heap::configure(const shared_settings& with) { shared::the_core().set(with); }
shared_settings shared_heap::configuration() { return shared::the_core().get(); }

}  // namespace v1
}  // namespace tricycle
