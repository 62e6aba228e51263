// Heaps: where objects live, how their collector is set, and what it says of its work.
//
// Every thread has a default heap, made at its first use; `heap` makes another, isolated one.
//
// Thread safety: everything here is confined to the thread that made the heap. Checked builds
// abort, with a sentence, when it is not. User code: collections run destructors of the objects
// that they find dead, in the collecting call.
#ifndef TRICYCLE_HEAP_H_
#define TRICYCLE_HEAP_H_

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace tricycle {
inline namespace v1 {

/// Objects start young; who survives a collection ages, up to old.
enum class generation : unsigned char { young, middle, old };

/// What one collection, or one call that collects, did.
struct collection {
  std::size_t objects = 0;     ///< objects freed because they were in, or hung off, dead cycles
  std::size_t bytes = 0;       ///< bytes of their blocks, headers included
  std::size_t components = 0;  ///< dead cycles (strongly connected components) among them
  std::size_t examined = 0;    ///< objects whose edges were followed
  std::chrono::nanoseconds duration{0};
};

/// The two budgets of a heap's collector: how long it stops the program, and how much garbage it
/// lets lie.
enum class budget : unsigned char { time, trash };

/// How a heap's collector behaves. All of it may be changed at any time with `heap::configure`.
struct settings {
  /// No slice of the collector takes longer.
  std::chrono::nanoseconds pause_target = std::chrono::microseconds(100);
  /// Uncollected garbage is kept below max(trash_floor, trash_fraction x live bytes).
  std::size_t trash_floor = std::size_t{24} << 20;  ///< bytes
  double trash_fraction = 0.25;                     ///< of the live bytes
  /// Which budget gives way when the program makes garbage faster than slices of `pause_target`
  /// collect it, though they follow upon each other. `trash`: slices stay as long as they are.
  /// `time`: each is twice as long as the one before, until the collector has caught up.
  budget gives_way = budget::trash;
  /// Whether `make` runs slices by itself. Off: only collect() and collect_for() do.
  bool automatic = true;
  /// At most this much time is spent at once on destroying what hangs off a dropped reference; the
  /// rest is destroyed in later slices. Zero: all of it, at once, where it is dropped. The
  /// destructor of a single object, with a container of a million references say, is not divided.
  std::chrono::nanoseconds release_budget{0};
};

/// The pauses of a heap: every stop that the collector made in the program. A log-linear histogram
/// of fixed size: recording allocates nothing; quantiles are exact to 1/16.
class pause_statistics {
 public:
  std::uint64_t count = 0;
  std::chrono::nanoseconds max{0};
  std::chrono::nanoseconds total{0};

  /// The pause that a share q (0 to 1) of all pauses does not exceed. O(1), 0 when there are none.
  [[nodiscard]] std::chrono::nanoseconds quantile(double q) const noexcept;
  /// For the collector. O(1).
  void record(std::chrono::nanoseconds pause) noexcept;

 private:
  static constexpr unsigned sub_bits = 4;
  static constexpr std::size_t buckets = (64 - sub_bits + 1) << sub_bits;
  std::array<std::uint32_t, buckets> histogram_{};
};

struct generation_statistics {
  std::uint64_t collections = 0;          ///< finished
  std::uint64_t collected = 0;            ///< objects freed by them
  std::uint64_t candidates_examined = 0;  ///< candidates they started from
};

/// A heap's state at the moment of the call.
struct statistics {
  std::size_t live_objects = 0;  ///< made and not yet destroyed, dead cycles not yet found included
  std::size_t live_bytes = 0;    ///< bytes of their blocks, headers included
  std::size_t candidates = 0;    ///< objects that wait for examination
  std::uint64_t candidates_lost = 0;  ///< candidates that no memory could be had for (0, one hopes)
  std::uint64_t slices = 0;           ///< that the collector ran in
  std::uint64_t pause_exceeded = 0;   ///< slices that took over 5/4 of what they were allowed
  std::uint64_t trash_exceeded = 0;   ///< collections that found more garbage than the trash bound
  std::uint64_t finalized = 0;        ///< objects whose `finalize` has run
  /// Objects that were found dead, and that a finalizer or a weak callback brought back: with all
  /// of the dead cycle that they were in.
  std::uint64_t resurrected = 0;
  std::size_t collector_bytes = 0;  ///< memory of the collector's own buffers
  bool collecting = false;          ///< a collection, or a release, waits for its next slice
  std::array<generation_statistics, 3> generations{};
  pause_statistics pauses;
};

namespace gc {
class heap_core;
struct hot_heap;
}  // namespace gc

/// An isolated heap. Its objects are collected and counted apart from all others.
///
///     tricycle::heap vm;
///     {
///       tricycle::heap::scope in(vm);
///       run(script);                    // every make() goes into vm
///     }
///
/// The end of a heap destroys all that is left in it, in no particular order; references inside it
/// are null by then. References into it from outside keep their blocks, so that dropping them later
/// stays safe, but the objects are gone: they must not be dereferenced.
/// There can be 4,094 heaps at once.
class heap {
 public:
  /// Throws std::bad_alloc, or std::length_error when there are too many heaps. O(1).
  heap();
  explicit heap(const settings& with);
  ~heap();
  heap(const heap&) = delete;
  heap& operator=(const heap&) = delete;

  /// While a scope stands, `make` and the free functions on this thread use its heap. Scopes nest.
  class scope {
   public:
    explicit scope(heap& in) noexcept;
    ~scope();
    scope(const scope&) = delete;
    scope& operator=(const scope&) = delete;

   private:
    gc::hot_heap* outer_;
  };

  /// As the free functions, for this heap.
  collection collect(generation oldest = generation::old);
  bool collect_for(std::chrono::nanoseconds budget);
  [[nodiscard]] statistics stats() const;
  void configure(const settings& with);
  [[nodiscard]] settings configuration() const;
  std::size_t freeze();
  std::size_t unfreeze();
  [[nodiscard]] std::size_t frozen() const;

 private:
  gc::heap_core* core_;
};

/// Collects the current heap's generations up to `oldest` to the end. Of all generations: what is
/// dead when it is called is gone when it returns; O(live objects). Of young and middle: O(what
/// their candidates reach). Runs destructors. Called from the destructor of an object, however that
/// died and of whichever heap, it does nothing and returns zeros. The shared heap, where objects
/// behind shared_ptr are, is collected with it (shared_heap::collect in threads.h).
collection collect(generation oldest = generation::old);

/// Runs the current heap's collector for at most one slice of that length (the atomic proof of a
/// single large dead cycle excepted). Returns whether work is left. Runs destructors.
bool collect_for(std::chrono::nanoseconds budget);

/// Tells the collector that an object of the current heap brings `bytes` of other memory with it:
/// what a vector in it holds, a texture, a mapped file. The collector can't see them; told of them,
/// it looks sooner for garbage that keeps them. To be called when they are allocated. O(1), runs no
/// user code.
void add_memory_pressure(std::size_t bytes);

/// The current heap's state. O(1).
[[nodiscard]] statistics stats();

/// Changes, or returns, the current heap's settings. O(1).
void configure(const settings& with);
[[nodiscard]] settings configuration();

/// What is alive in the current heap now leaves the collector's sight: what a program builds when
/// it starts, and keeps; and before a fork, so that pages stay shared. Frozen objects are counted,
/// and die by counting, as ever; but they are never examined, a cycle of them is not found, and
/// what they refer to counts as held. Garbage that was not found yet is frozen, too: collect()
/// first.
///
/// Returns the number of objects frozen by this call. In a destructor, a finalizer or a weak
/// callback it does nothing, and returns 0. O(blocks of the heap). What is half destroyed by a
/// collection is destroyed first: runs user code.
std::size_t freeze();
/// All that is frozen is old now, and is examined in the next collection of the old. Returns their
/// number. O(blocks of the heap); 8 bytes of the collector's memory for each. Runs no user code.
std::size_t unfreeze();
/// Objects that are frozen. O(blocks of the heap).
[[nodiscard]] std::size_t frozen();

}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_HEAP_H_
