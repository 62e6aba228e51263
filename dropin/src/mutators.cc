#include "mutators.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>
#include <thread>
#include <utility>

#include "block_store.h"
#include "mutex.h"
#include "shared_core.h"
#include "tricycle/detail/shared_type.h"
#include "tricycle/threads.h"

namespace tricycle {
inline namespace v1 {
namespace shared {

constinit thread_local local_state local{};
constinit std::uint32_t attention = 0;
constinit std::atomic<bool> process_ends{false};
constinit std::mutex mutators_mutex;
constinit mutator* all_mutators = nullptr;
constinit entry_list orphans;
constinit local_state books_of_ended{};

namespace {

/// The world is stopped, or about to be.
constinit std::atomic<std::uint32_t> stop{0};
/// Threads that stand still because of it, and want to go on.
constinit std::atomic<std::size_t> waiting_to_run{0};
constinit std::size_t late_pending = 0;  // threads with an `asked_at`; under the lock
constinit std::atomic<std::size_t> attached_threads{0};

[[nodiscard]] std::int64_t now() noexcept {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time::now().time_since_epoch())
      .count();
}

void set_attention() noexcept {
  atomics::store<relaxed>(attention,
                          stop.load(std::memory_order_relaxed) != 0 || late_pending != 0);
}

/// It has come, at last.
void answer(mutator* me) noexcept {
  const std::lock_guard lock(mutators_mutex);
  if (me->asked_at == 0) return;
  me->longest = std::max(me->longest, now() - me->asked_at);
  atomics::store<relaxed>(me->asked_at, 0);
  --late_pending;
  set_attention();
}

void add_books(local_state& to, const local_state& from) noexcept {
  to.made += from.made;
  to.dead += from.dead;
}

/// The thread ends: its candidates are handed over. Drops after that, in destructors of other
/// thread_local objects, add to the orphans.
struct thread_end {
  ~thread_end() {
    mutator* me = local.me;
    if (me == nullptr) return;
    if (me->attached != 0) {
      me->attached = 0;
      me->is.store(state::detached);
      attached_threads.fetch_sub(1);
      answer(me);
    }
    const std::lock_guard lock(mutators_mutex);
    me->entries.move_to(orphans);
    add_books(books_of_ended, local);
    me->books = nullptr;
    me->used = false;
    local.me = nullptr;
    local.ended = true;
  }
};

[[gnu::noinline]] mutator* make_mutator() noexcept {
  if (local.ended) return nullptr;
  static_cast<void>(the_core());
  {
    const std::lock_guard lock(mutators_mutex);
    mutator* found = all_mutators;
    while (found != nullptr && found->used) found = found->next;
    if (found == nullptr) {
      void* memory = alloc::raw_allocate(sizeof(mutator));
      if (memory == nullptr) return nullptr;
      found = ::new (memory) mutator{};
      found->next = all_mutators;
      all_mutators = found;
    }
    found->used = true;
    found->books = &local;
    found->attached = found->blocking = 0;
    found->name[0] = '\0';
    found->late = 0;
    found->longest = found->asked_at = 0;
    local.me = found;
  }
  static thread_local thread_end end;
  static_cast<void>(&end);
  return local.me;
}

}  // namespace

mutator* mutator_here() noexcept { return local.me != nullptr ? local.me : make_mutator(); }

void check_attached(const header* h) noexcept {
  // Relaxed: a guess at what is wrong anyway. This thread may be ending, and drop what it had.
  if ((atomics::load<relaxed>(h->word) & gc::generation_mask) == gc::untracked || local.ended ||
      attached_threads.load(std::memory_order_relaxed) == 0 ||
      process_ends.load(std::memory_order_relaxed))
    return;
  const mutator* me = local.me;
  if (me != nullptr && (me->collecting || (me->attached != 0 && me->blocking == 0))) return;
  const std::string_view type = type_of_block(h).name;
  std::fprintf(stderr,
               me != nullptr && me->attached != 0
                   ? "tricycle: a thread used a shared object of type '%.*s' in a blocking scope. "
                     "The collector does not wait for it there: use the object before or after\n"
                   : "tricycle: a thread that is not attached used a shared object of type '%.*s', "
                     "whose class declares edges, while other threads are attached. The collector "
                     "can't stop it: give it a tricycle::attach_thread\n",
               static_cast<int>(type.size()), type.data());
  std::abort();
}

// Candidates.

bool entry_list::push(gc::header* h) noexcept {
  if (--until_sweep_ == 0) {
    until_sweep_ = sweep_distance;
    if (size_ >= entry_chunk::capacity) sweep_some();
  }
  return append(h);
}

bool entry_list::append(gc::header* h) noexcept {
  if (last_ == nullptr || last_->size == entry_chunk::capacity) {
    auto* added = static_cast<entry_chunk*>(alloc::raw_allocate(sizeof(entry_chunk)));
    if (added == nullptr) return false;
    added->next = nullptr;
    added->begin = added->size = 0;
    (last_ == nullptr ? first_ : last_->next) = added;
    last_ = added;
  }
  last_->entries[last_->size++] = h;
  add(1);
  return true;
}

gc::header* entry_list::pop() noexcept {
  constexpr std::uint32_t prefetch_distance = 8;
  while (first_ != nullptr && first_->begin == first_->size) {
    entry_chunk* next = first_->next;
    alloc::raw_free(first_);
    first_ = next;
  }
  if (first_ == nullptr) {
    last_ = nullptr;
    return nullptr;
  }
  add(-1);
  const std::uint32_t ahead = first_->begin + prefetch_distance;
  if (ahead < first_->size) __builtin_prefetch(first_->entries[ahead], 1);
  return first_->entries[first_->begin++];
}

/// The oldest entries go if their objects are dead, and begin anew if not. Two for each that comes:
/// so about half of a list is alive, and it is no longer than twice what is.
void entry_list::sweep_some() noexcept {
  for (unsigned i = 0; i != 2 * sweep_distance; ++i) {
    gc::header* h = pop();
    // Acquire: nothing of the object is read, but its block goes back.
    if ((atomics::load<acquire>(h->count) & count_mask) == 0) {
      drop_weak(h);
    } else if (!append(h)) {
      // Where it was there is still room.
      first_->entries[--first_->begin] = h;
      add(1);
      return;
    }
  }
}

void entry_list::move_to(entry_list& other) noexcept {
  if (first_ == nullptr) return;
  (other.last_ == nullptr ? other.first_ : other.last_->next) = std::exchange(first_, nullptr);
  other.last_ = std::exchange(last_, nullptr);
  other.add(static_cast<std::ptrdiff_t>(size_));
  add(-static_cast<std::ptrdiff_t>(size_));
}

// Stopping.

namespace {

void wait_until_the_world_goes_on() noexcept {
  // Both in the one order: whoever sets `stop` to 0 sees that this thread may sleep; or this thread
  // sees that it is 0.
  waiting_to_run.fetch_add(1);
  for (unsigned i = 0; i < spins && stop.load() != 0; ++i) spin();
  while (stop.load() != 0) sleep_while(stop, 1);
  waiting_to_run.fetch_sub(1);
}

}  // namespace

void become_running(mutator* me) noexcept {
  for (;;) {
    me->is.store(state::running, std::memory_order_seq_cst);
    if (stop.load(std::memory_order_seq_cst) == 0) return;
    me->is.store(state::still, std::memory_order_seq_cst);
    wait_until_the_world_goes_on();
  }
}

void become_still(mutator* me) noexcept {
  me->is.store(state::still, std::memory_order_seq_cst);
  // Relaxed: who is asked and does not see it yet is asked again.
  if (atomics::load<relaxed>(me->asked_at) != 0) answer(me);
}

void come_to_safepoint() noexcept {
  mutator* me = local.me;
  if (me == nullptr || me->attached == 0 || me->blocking != 0 || me->collecting ||
      is_destroying_here())
    return;
  if (stop.load(std::memory_order_relaxed) == 0) {
    // Relaxed: while somebody else is late, all come here at each allocation, and should not meet
    // at the lock. Who misses the question answers it the next time.
    if (atomics::load<relaxed>(me->asked_at) != 0) answer(me);
    return;
  }
  become_still(me);
  become_running(me);
}

bool others_come_back() noexcept {
  // Relaxed: a hint.
  return waiting_to_run.load(std::memory_order_relaxed) != 0;
}

bool others_attached() noexcept {
  const mutator* me = local.me;
  return attached_threads.load() > (me != nullptr && me->attached != 0 ? 1U : 0U);
}

bool others_known() noexcept {
  const std::lock_guard lock(mutators_mutex);
  for (const mutator* m = all_mutators; m != nullptr; m = m->next)
    if (m != local.me && m->used) return true;
  return false;
}

bool stop_others(std::chrono::nanoseconds wait) noexcept {
  const std::int64_t begin = now();
  mutator* first = nullptr;
  {
    const std::lock_guard lock(mutators_mutex);
    stop.store(1, std::memory_order_seq_cst);
    set_attention();
    first = all_mutators;
  }
  // Who is added to the list from here on, at its front, sees `stop`.
  const auto running = [first] {
    for (mutator* m = first; m != nullptr; m = m->next)
      if (m != local.me && m->is.load(std::memory_order_seq_cst) == state::running) return true;
    return false;
  };
  for (unsigned tries = 0; running(); ++tries) {
    if (now() - begin >= wait.count()) {
      {
        const std::lock_guard lock(mutators_mutex);
        for (mutator* m = all_mutators; m != nullptr; m = m->next) {
          if (m == local.me || m->is.load(std::memory_order_seq_cst) != state::running) continue;
          ++m->late;
          if (m->asked_at != 0) continue;
          atomics::store<relaxed>(m->asked_at, begin);
          ++late_pending;
        }
      }
      let_others_go();
      return false;
    }
    // With a processor each they come in a moment; else one of them needs this one.
    if (tries < spins / 10)
      spin();
    else
      std::this_thread::sleep_for(std::chrono::microseconds(20));
  }
  return true;
}

void let_others_go() noexcept {
  {
    const std::lock_guard lock(mutators_mutex);
    stop.store(0, std::memory_order_seq_cst);
    set_attention();
  }
  if (waiting_to_run.load() != 0) wake_all(stop);
}

// The process forks: the child has one thread, and it is this one.

namespace {

void before_fork() noexcept {
  the_core().before_fork();
  mutators_mutex.lock();
  all_tracked.lock();
}
void after_fork() noexcept {
  all_tracked.unlock();
  mutators_mutex.unlock();
  the_core().after_fork();
}
void after_fork_in_child() noexcept {
  for (mutator* m = all_mutators; m != nullptr; m = m->next) {
    if (m == local.me || !m->used) continue;
    // What it was about to add to its candidates may be missing: then no count of it will tell, as
    // if it had been lost for want of memory.
    m->entries.move_to(orphans);
    if (m->books != nullptr) add_books(books_of_ended, *m->books);
    m->books = nullptr;
    m->used = false;
    m->attached = m->blocking = 0;
    m->is.store(state::detached);
  }
  the_core().after_fork_in_child();
  late_pending = 0;
  waiting_to_run.store(0);
  if (local.me != nullptr) local.me->asked_at = 0;
  attached_threads.store(local.me != nullptr && local.me->attached != 0 ? 1U : 0U);
  set_attention();
  after_fork();
}

}  // namespace

void watch_forks() noexcept {
  // Out of memory, a child can't collect: it is as if a thread never came.
  static_cast<void>(pthread_atfork(&before_fork, &after_fork, &after_fork_in_child));
}

}  // namespace shared

// The interface.

attach_thread::attach_thread(const char* name) {
  shared::mutator* me = shared::mutator_here();
  if (me == nullptr) shared::throw_bad_alloc();
  if (me->attached++ != 0) return;
  {
    const std::lock_guard lock(shared::mutators_mutex);
    std::strncpy(me->name, name == nullptr ? "" : name, sizeof(me->name) - 1);
    me->name[sizeof(me->name) - 1] = '\0';
    me->late = 0;
    me->longest = me->asked_at = 0;
  }
  shared::watch_exit();
  shared::attached_threads.fetch_add(1);
  shared::become_running(me);
}

attach_thread::~attach_thread() {
  shared::mutator* me = shared::local.me;
  if (me == nullptr || me->attached == 0 || --me->attached != 0) return;
  me->is.store(shared::state::detached, std::memory_order_seq_cst);
  shared::attached_threads.fetch_sub(1);
  shared::answer(me);
}

void safepoint() noexcept {
  if (shared::atomics::load<shared::relaxed>(shared::attention) != 0) shared::come_to_safepoint();
}

blocking::blocking() noexcept : counts_(false) {
  shared::mutator* me = shared::local.me;
  if (me == nullptr || me->attached == 0 || shared::is_destroying_here()) return;
  counts_ = true;
  if (me->blocking++ == 0 && !me->collecting) shared::become_still(me);
}

blocking::~blocking() {
  if (!counts_) return;
  shared::mutator* me = shared::local.me;
  if (--me->blocking == 0 && !me->collecting) shared::become_running(me);
}

}  // namespace v1
}  // namespace tricycle
