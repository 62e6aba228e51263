// Explores every interleaving of a few threads that run the library's own protocol code, and every
// value that C++'s memory model lets their loads return.
//
// Each execution runs the scenario from its beginning, with its threads as fibers of one thread.
// A fiber announces each atomic operation and stops before it; the explorer picks who goes on, and
// which of the possible values a load sees. All picks together are one path; depth-first search
// takes every path (stateless model checking: Godefroid, "Model Checking for Programming Languages
// using VeriSoft", POPL 1997), but for those that sleep sets show to be a reordering of independent
// steps of one already taken (Godefroid, LNCS 1032, 1996).
//
// The memory is a view machine for the release/acquire fragment (Kang et al., "A Promising
// Semantics for Relaxed-Memory Concurrency", POPL 2017, without promises): each word keeps its
// history, each thread a view of how far it has seen; a relaxed load returns any message not older
// than the view; a release message carries its writer's view, and an acquiring reader joins it.
// What is not explored: a store that comes before an older one in a word's order (all stores
// append; nearly all of ours are read-modify-writes, which must), loads that see later stores of
// their own future (C++ compilers on the machines we know do not do it to these), consume, fences.
// A compare-exchange fails for a reason only: one that fails for none repeats its loop.
//
// A data race is found by vector clocks, in whatever order the two accesses happen to run.
#ifndef TRICYCLE_TESTS_PROTOCOL_EXPLORER_H_
#define TRICYCLE_TESTS_PROTOCOL_EXPLORER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace tricycle::protocol {

struct verdict {
  bool faulty = false;
  std::string fault;  // what went wrong, and the steps that led to it
  std::size_t executions = 0;
  std::size_t pruned = 0;  // cut short by a sleep set
  std::size_t steps = 0;   // of the longest one
};

/// Takes every path of `scenario`, which starts threads; ends with the first fault. More than
/// `limit` executions are a fault, too: then the scenario is too large for this.
[[nodiscard]] verdict explore(const std::function<void()>& scenario, std::size_t limit = 3'000'000);

// For scenarios, before the threads run: what they do first and last runs alone.

/// One more thread; at most 4.
void thread(std::function<void()> work);
/// Runs after all threads have ended.
void finally(std::function<void()> check);
/// Cuts paths with more failed exchanges than that, of all threads together. Where the loops around
/// them do nothing else, a failure is as good as a later look at the word; that bounds what three
/// threads in such loops can do to a number that can be explored.
void at_most_failures(unsigned number);
/// For scenarios too large for every path: all those with at most so many changes from a thread
/// that could go on (Musuvathi, Qadeer, "Iterative Context Bounding", PLDI 2007). No sleep sets
/// then.
void at_most_preemptions(unsigned number);
/// And those in which at most so many loads see something older than the newest.
void at_most_older_loads(unsigned number);

// For threads.

/// Ends this execution, and the exploration, with a sentence.
[[noreturn]] void fault(const char* sentence);
inline void expect(bool holds, const char* sentence) {
  if (!holds) fault(sentence);
}
/// Takes every value from 0 to n - 1, one after the other.
[[nodiscard]] unsigned choose(unsigned n);
/// The number of the running thread; that of the scenario itself is 0.
[[nodiscard]] unsigned self();
/// Whether a thread of the scenario runs, and not the scenario itself.
[[nodiscard]] bool exploring();
/// What a place is called in the steps that are shown.
void name(const void* place, const char* called);

/// Accesses that are not atomic: two that are not ordered, one of them a write, are a fault.
void read_plain(const void* place);
void write_plain(const void* place);
/// The memory goes back: every access so far must have happened before, and none may follow.
void retire(const void* place, std::size_t bytes);
/// Whether some message in the history of the word has no bit of `mask`.
[[nodiscard]] bool was_zero(const std::uint32_t& word, std::uint32_t mask);

// Atomic operations, for atomics.h. `order` is one of the compiler's.
enum class change : std::uint8_t { put, add, set, clear };
[[nodiscard]] std::uint64_t load(const void* word, std::size_t bytes, int order);
/// Bits that never change: no step, but the word must be there.
[[nodiscard]] std::uint64_t load_constant(const void* word, std::size_t bytes);
void store(void* word, std::size_t bytes, std::uint64_t value, int order);
void store_plain(void* word, std::size_t bytes, std::uint64_t value);
/// Returns what was there.
std::uint64_t update(void* word, std::size_t bytes, change how, std::uint64_t by, int order);
[[nodiscard]] bool replace(void* word, std::size_t bytes, std::uint64_t& seen, std::uint64_t value,
                           int success, int failure);

/// As std::atomic's: returns when it was woken, or at once if the word is not `value`.
void wait_while(const void* word, std::size_t bytes, std::uint64_t value);
void wake_all(const void* word);

/// Memory that each thread has of its own, as thread_local would give it to real ones. Zero at the
/// start.
void thread_storage(void* memory, std::size_t bytes);

class mutex {
 public:
  void lock();
  void unlock();
};

/// Waiters are woken by a notification only, or by their time running out, which may be at once.
class condition {
 public:
  /// Gives up the mutex, waits, takes it again. False: the time ran out.
  bool wait(mutex& held, bool timed);
  void notify_all();
  void notify_one() { notify_all(); }  // waking too many is always allowed
};

}  // namespace tricycle::protocol

#endif  // TRICYCLE_TESTS_PROTOCOL_EXPLORER_H_
