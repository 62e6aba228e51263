// The Boehm-Demers-Weiser collector: conservative mark-sweep, as the distribution ships it.
//
// Everything is at its default (so it marks with as many threads as there are processors, and
// honours pointers into the middle of objects), except that the incremental one is told the pause
// that tricycle is told: its own default would be 50 ms. It allocates from its own heap, not from
// mimalloc: the one contender that cannot share the allocator.
//
// No destructor runs, and no count is kept: what tricycle's users pay for both is in the ratio.
#ifndef TRICYCLE_BENCH_CONTENDERS_BOEHM_H_
#define TRICYCLE_BENCH_CONTENDERS_BOEHM_H_

#include <gc/gc.h>

#include <chrono>
#include <cstddef>
#include <new>
#include <utility>
#include <vector>

#include "contenders/contender.h"
#include "harness/latency_histogram.h"

namespace bench {

// Vectors of roots lie in the collector's heap, where it finds what they point to. They are
// counted, so that they are not taken for trash.
inline std::uint64_t boehm_root_bytes = 0;

template <class T>
class boehm_roots {
 public:
  using value_type = T;

  boehm_roots() = default;
  template <class U>
  boehm_roots(const boehm_roots<U>&) {}

  T* allocate(std::size_t n) {
    boehm_root_bytes += n * sizeof(T);
    return static_cast<T*>(GC_MALLOC_UNCOLLECTABLE(n * sizeof(T)));
  }
  void deallocate(T* at, std::size_t n) {
    boehm_root_bytes -= n * sizeof(T);
    GC_FREE(at);
  }
  bool operator==(const boehm_roots&) const = default;
};

// Its pauses, by its own events. A collection that was asked for runs from start to end in one
// piece; an incremental one stops the world once, and does its steps inside allocations, where no
// event tells of them: those show in the operations only.
template <bool Incremental>
class boehm_pauses {
 public:
  static void GC_CALLBACK on_event(GC_EventType event) {
    if (event == (Incremental ? GC_EVENT_PRE_STOP_WORLD : GC_EVENT_START)) {
      begin_ = clock::now();
    } else if (event == (Incremental ? GC_EVENT_POST_START_WORLD : GC_EVENT_END)) {
      const std::chrono::nanoseconds pause = clock::now() - begin_;
      pauses_.record(static_cast<std::uint64_t>(pause.count()));
    }
  }
  static observation observe() {
    const auto time = [](std::uint64_t ns) {
      return std::chrono::nanoseconds(static_cast<std::int64_t>(ns));
    };
    return {
        .live_bytes = GC_get_heap_size() - GC_get_free_bytes() - boehm_root_bytes,
        .pauses = pauses_.count(),
        .pause_max = time(pauses_.max()),
        .pause_p99 = time(pauses_.quantile(0.99)),
        .pause_total = time(pauses_.sum()),
    };
  }

 private:
  using clock = std::chrono::steady_clock;
  static inline clock::time_point begin_{};
  static inline latency_histogram pauses_{};
};

template <bool Incremental>
struct boehm_collector {
  static constexpr const char* name = Incremental ? "boehm_incremental" : "boehm";
  static constexpr const char* title = Incremental ? "Boehm GC (incremental)" : "Boehm GC";
  static constexpr bench::cleanup cleanup = bench::cleanup::nothing;
  static constexpr bool collects = true;

  template <class T>
  using pointer = T*;
  template <class T>
  using roots = std::vector<pointer<T>, boehm_roots<pointer<T>>>;

  static void start() {
    GC_set_warn_proc(GC_ignore_warn_proc);  // it warns of large blocks, of which we have some
    GC_INIT();
    if constexpr (Incremental) {
      GC_enable_incremental();
      GC_set_time_limit_tv({.tv_ms = 0, .tv_nsec = 100'000});
    }
    GC_set_on_collection_event(boehm_pauses<Incremental>::on_event);
  }

  // The workload itself has to lie where the collector looks.
  template <class Workload, class... Args>
  static Workload& keep(const Args&... args) {
    return *new (GC_MALLOC_UNCOLLECTABLE(sizeof(Workload))) Workload(args...);
  }

  template <class T, class... Args>
  static pointer<T> make(Args&&... args) {
    return new (GC_MALLOC(sizeof(T))) T{std::forward<Args>(args)...};
  }
  template <class T>
  static T* raw(T* p) {
    return p;
  }

  // Bytes beside a node: freed with it, and not searched for pointers.
  class bytes {
   public:
    explicit bytes(std::size_t size) : at_(static_cast<std::byte*>(GC_MALLOC_ATOMIC(size))) {}
    std::byte* get() { return at_; }

   private:
    std::byte* at_;
  };

  static void collect_all() { GC_gcollect(); }
  static observation observe() { return boehm_pauses<Incremental>::observe(); }

  // What a node of that size really takes.
  static std::size_t block_bytes(std::size_t size) { return GC_size(GC_MALLOC_ATOMIC(size)); }
};

using boehm = boehm_collector<false>;
struct boehm_incremental : boehm_collector<true> {
  static constexpr bool minor = true;
};

}  // namespace bench

#endif  // TRICYCLE_BENCH_CONTENDERS_BOEHM_H_
