// Questions: what do cycles through shared_ptr cost, next to the same through ref? And how long
// does a collection of the shared heap stop two threads that both make garbage, with a million
// objects alive?
//
// Expected: counts that could be atomic, pointers twice as wide, and weak references for the
// collector's lists make churn slower than through ref, by less than half. With two threads, an
// operation waits for a slice (100 us) and for the other thread to come to a safepoint; what the
// scheduler of the system does to either comes on top, so the best of three runs is what tells, and
// the busiest operation in processor time.
#include <tricycle/tricycle.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <latch>
#include <thread>
#include <utility>
#include <vector>

#include "workloads/ring.h"

namespace {

using clock = std::chrono::steady_clock;
using microseconds = std::chrono::duration<double, std::micro>;

// Of a contender (contenders/contender.h), what rings ask for.
struct refs {
  template <class T>
  using pointer = tricycle::ref<T>;
  template <class T>
  static pointer<T> make() {
    return tricycle::make<T>();
  }
};
struct shared {
  template <class T>
  using pointer = tricycle::shared_ptr<T>;
  template <class T>
  static pointer<T> make() {
    return tricycle::make_shared<T>();
  }
};

/// Nanoseconds for a ring that is made, put over the oldest of `window`, and collected some day.
template <class Side>
double churn(std::size_t window, int rings) {
  std::vector<bench::ring_pointer<Side>> held(window);
  for (auto& one : held) one = bench::make_ring<Side>(0);
  const auto begin = clock::now();
  for (int i = 0; i < rings; ++i)
    held[static_cast<std::size_t>(i) % window] = bench::make_ring<Side>(0);
  const std::chrono::duration<double, std::nano> took = clock::now() - begin;
  return took.count() / rings;
}

void compare_churn(const char* what, std::size_t window) {
  constexpr int rings = 400'000;
  double best_ref = 1e9;
  double best_shared = 1e9;
  for (int round = 0; round < 5; ++round) {
    best_ref = std::min(best_ref, churn<refs>(window, rings));
    best_shared = std::min(best_shared, churn<shared>(window, rings));
    tricycle::collect();
  }
  std::printf("%-42s%10.1f%10.1f%8.2f  (bar 1.50)%s\n", what, best_ref, best_shared,
              best_shared / best_ref, best_shared > 1.5 * best_ref ? "  above" : "");
}

/// Processor time of this thread: what the system took away is not in it.
std::chrono::nanoseconds busy() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec);
}

struct outcome {
  microseconds longest{};
  microseconds busiest{};  // of the thread's own processor time, waits not included
  double per_second = 0;
  tricycle::shared_statistics stats;
};

/// Two threads, each of which replaces rings of its own half of `live` objects.
outcome two_threads(std::size_t live, int seconds) {
  const auto before = tricycle::shared_heap::stats();
  std::latch ready(2);
  std::array<microseconds, 2> longest{};
  std::array<microseconds, 2> busiest{};
  std::array<std::uint64_t, 2> operations{};
  const auto work = [&](unsigned which) {
    tricycle::attach_thread here(which == 0 ? "first" : "second");
    std::vector<bench::ring_pointer<shared>> held(live / 16);
    for (auto& one : held) one = bench::make_ring<shared>(0);
    {
      tricycle::blocking scope;
      ready.arrive_and_wait();
    }
    const auto end = clock::now() + std::chrono::seconds(seconds);
    std::uint64_t random = 88172645463325252ULL + which;
    auto worked = busy();
    for (auto at = clock::now(); at < end;) {
      random ^= random << 13;
      random ^= random >> 7;
      random ^= random << 17;
      held[random % held.size()] = bench::make_ring<shared>(0);
      const auto now = clock::now();
      longest[which] = std::max<microseconds>(longest[which], now - at);
      at = now;
      busiest[which] = std::max<microseconds>(busiest[which], busy() - worked);
      worked = busy();
      ++operations[which];
    }
  };
  std::thread first(work, 0U);
  std::thread second(work, 1U);
  first.join();
  second.join();
  outcome found;
  found.longest = std::max(longest[0], longest[1]);
  found.busiest = std::max(busiest[0], busiest[1]);
  found.per_second = static_cast<double>(operations[0] + operations[1]) / seconds;
  found.stats = tricycle::shared_heap::stats();
  found.stats.stops -= before.stops;
  found.stats.skipped -= before.skipped;
  return found;
}

}  // namespace

int main() {
  std::printf("%-42s%10s%10s%8s\n", "ns per ring of 8", "ref", "shared", "ratio");
  compare_churn("dropped at once", 1);
  compare_churn("over the oldest of 1,024", 1'024);
  compare_churn("over the oldest of 65,536", 65'536);
  static_cast<void>(tricycle::shared_heap::collect());

  std::printf("\ntwo attached threads, 1,000,000 shared objects alive, a ring of 8 an operation\n");
  std::printf("%14s%14s%14s%10s%10s%16s%16s\n", "longest, us", "busiest, us", "operations/s",
              "stops", "skipped", "safepoint, p50", "longest");
  microseconds best = std::chrono::seconds(1000);
  for (int round = 0; round < 3; ++round) {
    const outcome found = two_threads(1'000'000, 4);
    best = std::min(best, found.longest);
    std::printf("%14.0f%14.0f%14.0f%10llu%10llu%13.1f us%13.1f us\n", found.longest.count(),
                found.busiest.count(), found.per_second,
                static_cast<unsigned long long>(found.stats.stops),
                static_cast<unsigned long long>(found.stats.skipped),
                microseconds(found.stats.to_safepoint.quantile(0.5)).count(),
                microseconds(found.stats.to_safepoint.max).count());
    static_cast<void>(tricycle::shared_heap::collect());
  }
  std::printf("best of three: %.0f us (bar 2000)%s\n", best.count(),
              best > std::chrono::milliseconds(2) ? "  above" : "");
}
