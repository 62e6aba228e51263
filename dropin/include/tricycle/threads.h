// The shared heap, and the threads that use it.
//
// Objects behind shared_ptr and shared_ref live in one heap of the whole process. While the process
// has one thread, it is collected as a confined heap is: by slices at allocations. With several
// threads nothing is traced until they have said that they cooperate: each by an attach_thread. The
// collector then runs on whichever attached thread allocates, while all others that are attached
// stand at safepoints: allocations of shared objects, safepoint(), or within a `blocking` scope.
//
// What an attached thread promises: to come to safepoints. What a thread that is not attached
// promises while others are: to touch no tracked shared object (one of a class that declares edges)
// and no pointer to one, weak ones included. Objects of other classes are anyone's.
//
//     std::thread worker([&] {
//       tricycle::attach_thread here("worker");
//       while (auto job = next_job()) run(*job);          // make_shared and so on: safepoints
//     });
//     { tricycle::blocking scope; worker.join(); }        // in a thread that is attached itself
#ifndef TRICYCLE_THREADS_H_
#define TRICYCLE_THREADS_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tricycle/heap.h"

namespace tricycle {
inline namespace v1 {

/// The calling thread takes part in collections of the shared heap from here to the end of the
/// scope. Scopes nest. O(1); the beginning waits while a collection has the world stopped. Throws
/// std::bad_alloc. Runs no user code.
class attach_thread {
 public:
  /// `name`: for reports of late threads; its first 31 bytes are kept.
  explicit attach_thread(const char* name = "");
  ~attach_thread();
  attach_thread(const attach_thread&) = delete;
  attach_thread& operator=(const attach_thread&) = delete;
};

/// Stands still while a collection asks for it. To be called in loops that allocate nothing. O(1)
/// when nobody asks. No effect in a thread that is not attached, nor in the destructor of a shared
/// object. Runs no user code.
void safepoint() noexcept;

/// While it stands, the calling thread touches no tracked shared object: it waits for a lock, for
/// input, for another thread. Collections go on without it. Scopes nest. O(1); the end waits while
/// a collection has the world stopped. No effect in a thread that is not attached; nor in the
/// destructor of a shared object, whose owner may be half changed: such a thread is late.
class blocking {
 public:
  blocking() noexcept;
  ~blocking();
  blocking(const blocking&) = delete;
  blocking& operator=(const blocking&) = delete;

 private:
  bool counts_;
};

/// What a thread owes to the collector.
struct late_thread {
  std::string name;                     ///< as given to attach_thread
  std::uint64_t count = 0;              ///< stops that were given up because it did not come
  std::chrono::nanoseconds longest{0};  ///< from the question to its next safepoint
};

struct shared_statistics : statistics {
  std::uint64_t stops = 0;        ///< of all threads that take part
  std::uint64_t skipped = 0;      ///< slices that were skipped: a thread did not come in time
  std::size_t attached = 0;       ///< threads
  pause_statistics to_safepoint;  ///< time from the question until all stood still
  pause_statistics stopped;       ///< from then until they were let go
  std::vector<late_thread> late;  ///< threads that were late at least once
};

struct shared_settings : settings {
  /// How long a slice waits for the other threads before it is skipped.
  std::chrono::nanoseconds safepoint_wait = std::chrono::microseconds(200);
  /// The same for collect(), which no slice follows.
  std::chrono::nanoseconds collect_wait = std::chrono::seconds(1);
};

/// The heap behind shared_ptr and shared_ref. Any thread may call these, attached or not.
struct shared_heap {
  /// Collects to the end: what is dead when it is called is gone when it returns; O(what candidates
  /// reach), with all attached threads stopped but while destructors run. If a thread does not come
  /// within `collect_wait`, it gives up: stats() tells which. In a process with several threads of
  /// which none is attached, it is the caller's word that no other thread touches tracked objects
  /// meanwhile. Runs destructors on this thread. In a destructor it does nothing.
  static collection collect(generation oldest = generation::old);
  /// At most one slice of that length. Returns whether work is left.
  static bool collect_for(std::chrono::nanoseconds budget);
  /// O(threads). Throws std::bad_alloc.
  [[nodiscard]] static shared_statistics stats();
  /// Waits for a running slice. `release_budget` has no meaning here.
  static void configure(const shared_settings& with);
  [[nodiscard]] static shared_settings configuration();
};

}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_THREADS_H_
