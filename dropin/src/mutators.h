// The threads that use tracked shared objects: their books and candidates, and how they are
// stopped.
//
// A thread has a mutator from its first allocation, or its first candidate, to its end. The
// thread's state, by who changes it:
//
//   detached   the thread does not take part in stops; its tracked objects are its promise (README)
//   running    it may do anything with tracked objects
//   still      it stands at a safepoint, or in a `blocking` scope: it touches no tracked object
//
//   detached -> running   attach      the thread; waits while the world is stopped
//   running  -> still     safepoint, blocking begins           the thread
//   still    -> running   the world goes on, blocking ends     the thread; waits while it is
//   stopped running  -> detached  detach      the thread
//
// Stopping is Dekker's handshake, in the one order of all sequentially consistent operations: the
// collector sets `stop`, then reads each state; a thread stores `running`, then reads `stop`. One
// of the two sees the other: so when all states read not `running`, nobody is.
#ifndef TRICYCLE_DROPIN_MUTATORS_H_
#define TRICYCLE_DROPIN_MUTATORS_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>

#include "tricycle/detail/header.h"
#include "tricycle/detail/shared_pace.h"

namespace tricycle {
inline namespace v1 {
namespace shared {

using time = std::chrono::steady_clock;

/// Candidates of one thread: entries with a weak reference each, the oldest first. The owner
/// appends; the collector takes whole chains, with the owner stopped, or by its word.
struct entry_chunk {
  static constexpr std::uint32_t capacity = 1021;
  entry_chunk* next;  // younger
  std::uint32_t begin;
  std::uint32_t size;
  gc::header* entries[capacity];
};
class entry_list {
 public:
  /// False when memory is out. O(1): now and then it looks at some of the oldest entries.
  [[nodiscard]] bool push(gc::header* h) noexcept;
  /// The one pushed last, if it is `h`, is taken back.
  [[nodiscard]] bool take_back(const gc::header* h) noexcept {
    if (last_ == nullptr || last_->size == last_->begin || last_->entries[last_->size - 1] != h)
      return false;
    --last_->size;
    add(-1);
    return true;
  }
  /// The oldest; null when there is none.
  [[nodiscard]] gc::header* pop() noexcept;
  /// O(1).
  void move_to(entry_list& other) noexcept;
  /// At some moment during the call, for others than the owner.
  [[nodiscard]] std::size_t size() const noexcept { return atomics::load<relaxed>(size_); }

 private:
  static constexpr unsigned sweep_distance = 128;  // pushes; twice as many entries are looked at
  [[nodiscard]] bool append(gc::header* h) noexcept;
  void sweep_some() noexcept;
  void add(std::ptrdiff_t n) noexcept {
    atomics::store<relaxed>(size_, size_ + static_cast<std::size_t>(n));
  }
  entry_chunk* first_ = nullptr;  // any may be empty; only the first has been popped from
  entry_chunk* last_ = nullptr;
  std::size_t size_ = 0;
  unsigned until_sweep_ = sweep_distance;
};

enum class state : std::uint32_t { detached, running, still };

struct mutator {
  mutator* next;       // of all there ever were
  bool used;           // under the lock: by a thread that has not ended
  local_state* books;  // of that thread
  std::atomic<state> is;
  unsigned attached;  // scopes
  unsigned blocking;  // scopes
  bool collecting;    // it is this thread that runs the collector
  char name[32];
  entry_list entries;
  // Of safepoints that it came to too late; under the lock.
  std::int64_t asked_at;  // nanoseconds; 0: nobody waits for it
  std::uint64_t late;
  std::int64_t longest;
};

/// The calling thread's; made if there is none. Null: memory is out, or the thread is ending.
[[nodiscard]] mutator* mutator_here() noexcept;

/// All threads that take part, but this one, are stopped when it returns true; or the time was up,
/// all go on, and who did not come is noted as late.
[[nodiscard]] bool stop_others(std::chrono::nanoseconds wait) noexcept;
void let_others_go() noexcept;
/// Whether some of those that were stopped have not come so far as to notice that they may go on.
[[nodiscard]] bool others_come_back() noexcept;
/// Whether any thread but this one takes part in stops.
[[nodiscard]] bool others_attached() noexcept;
/// Whether any other has tracked objects, or had, and has not ended.
[[nodiscard]] bool others_known() noexcept;
/// Another thread may be waiting for this one: stands still while it does.
void come_to_safepoint() noexcept;
/// From here on this thread is still, or does not take part.
void become_still(mutator* me) noexcept;
void become_running(mutator* me) noexcept;

/// The process ends while threads are attached, and static objects, which anyone may have filled,
/// are destroyed by a thread that perhaps is not: nothing is traced any more. Set in a turn of the
/// collector's, so that none is under way.
extern constinit std::atomic<bool> process_ends;

/// Under the lock: calls f(mutator&) for each.
extern constinit std::mutex mutators_mutex;
extern constinit mutator* all_mutators;
/// Entries of threads that have ended, and of those that have no mutator. Under the lock.
extern constinit entry_list orphans;
/// What ended threads had in their books.
extern constinit local_state books_of_ended;

}  // namespace shared
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_DROPIN_MUTATORS_H_
