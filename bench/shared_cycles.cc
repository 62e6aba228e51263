// Questions: what do cycles through shared_ptr cost, next to the same through ref? And how long
// does a collection of the shared heap stop two threads that both make garbage, with a million
// objects alive?
//
// Expected: counts that could be atomic, pointers twice as wide, and weak references for the
// collector's lists make churn slower than through ref, by less than half. With two threads, an
// operation waits for the other one to come to a safepoint, for a slice (100 us), and for the
// system to wake it up; all of that in well under 2 ms. What the system takes from either thread
// comes on top. So the same table shows two threads that only read the clock, and the busiest
// operation in processor time.
//
//     shared_cycles [live objects]      with a number: only the second question, for so many
#include <tricycle/tricycle.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
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

/// The longest of a thread's operations. Each one's end is the next one's beginning.
class stopwatch {
 public:
  /// Returns when it was called.
  clock::time_point lap() {
    const auto now = clock::now();
    const microseconds took = now - at_;
    at_ = now;
    longest = std::max(longest, took);
    if (took > bar) ++above;
    // To ask for the processor's time takes as long as half an operation: of the short ones, many
    // count as one.
    if (++laps % 16 == 0 || took > std::chrono::microseconds(50)) {
      const auto worked = busy();
      busiest = std::max<microseconds>(busiest, worked - worked_);
      worked_ = worked;
    }
    return now;
  }

  static constexpr microseconds bar = std::chrono::milliseconds(2);
  std::uint64_t laps = 0;
  std::uint64_t above = 0;  // laps longer than the bar
  microseconds longest{};
  microseconds busiest{};  // of the thread's own processor time, waits not included

 private:
  clock::time_point at_ = clock::now();
  std::chrono::nanoseconds worked_ = busy();
};

/// Runs `prepare` in two threads, then what it returns, again and again.
template <class Prepare>
std::array<stopwatch, 2> two_threads(int seconds, const Prepare& prepare) {
  std::latch ready(2);
  std::array<stopwatch, 2> found;
  const auto work = [&](unsigned which) {
    tricycle::attach_thread here(which == 0 ? "first" : "second");
    auto operation = prepare(which);
    {
      tricycle::blocking scope;
      ready.arrive_and_wait();
    }
    stopwatch watch;
    const auto end = clock::now() + std::chrono::seconds(seconds);
    do operation();
    while (watch.lap() < end);
    found[which] = watch;
  };
  std::thread first(work, 0U);
  std::thread second(work, 1U);
  first.join();
  second.join();
  return found;
}

std::array<stopwatch, 2> nothing(int seconds) {
  return two_threads(seconds, [](unsigned) { return [] {}; });
}

/// The most bytes of shared objects beyond `live` objects, of a look each 50 ms while work() runs.
template <class Work>
double most_trash_mib(std::size_t live, const Work& work) {
  std::atomic<bool> done = false;
  double most = 0;
  std::thread watcher([&] {
    while (!done) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      const auto now = tricycle::shared_heap::stats();
      if (now.live_objects <= live) continue;
      const double each =
          static_cast<double>(now.live_bytes) / static_cast<double>(now.live_objects);
      most = std::max(most, static_cast<double>(now.live_objects - live) * each / (1 << 20));
    }
  });
  work();
  done = true;
  watcher.join();
  return most;
}

/// Each replaces rings of its own half of `live` objects.
std::array<stopwatch, 2> churn_in_both(int seconds, std::size_t live) {
  return two_threads(seconds, [live](unsigned which) {
    std::vector<bench::ring_pointer<shared>> held(live / 2 / bench::kRingNodes);
    for (auto& one : held) one = bench::make_ring<shared>(0);
    return [held = std::move(held), random = 88172645463325252ULL + which]() mutable {
      random ^= random << 13;
      random ^= random >> 7;
      random ^= random << 17;
      held[random % held.size()] = bench::make_ring<shared>(0);
    };
  });
}

microseconds print_laps(const char* what, const std::array<stopwatch, 2>& both, int seconds) {
  const microseconds longest = std::max(both[0].longest, both[1].longest);
  std::printf("%-14s%14.0f%14llu%14.0f%14.0f", what, longest.count(),
              static_cast<unsigned long long>(both[0].above + both[1].above),
              std::max(both[0].busiest, both[1].busiest).count(),
              static_cast<double>(both[0].laps + both[1].laps) / seconds);
  return longest;
}

/// Milliseconds of each second that were spent so between two statistics.
void print_share(const tricycle::pause_statistics& before, const tricycle::pause_statistics& after,
                 int seconds) {
  std::printf(
      "%12.1f",
      std::chrono::duration<double, std::milli>(after.total - before.total).count() / seconds);
}

void print_times(const char* what, const tricycle::pause_statistics& all) {
  std::printf("%s: p50 %.1f us, p99.9 %.1f us, longest %.1f us\n", what,
              microseconds(all.quantile(0.5)).count(), microseconds(all.quantile(0.999)).count(),
              microseconds(all.max).count());
}

void compare_pauses(std::size_t live) {
  constexpr int seconds = 4;
  std::printf("\ntwo attached threads, %zu shared objects alive, a ring of 8 an operation\n", live);
  std::printf("%-14s%14s%14s%14s%14s%10s%10s%12s%12s\n", "", "longest, us", "above 2 ms",
              "busiest, us", "operations/s", "stops/s", "skipped", "wait, ms/s", "stopped");
  microseconds best = std::chrono::seconds(1000);
  for (int round = 0; round < 3; ++round) {
    print_laps("the clock", nothing(seconds), seconds);
    const auto before = tricycle::shared_heap::stats();
    const auto both = churn_in_both(seconds, live);
    const auto after = tricycle::shared_heap::stats();
    std::puts("");
    best = std::min(best, print_laps("rings", both, seconds));
    std::printf("%10llu%10llu",
                static_cast<unsigned long long>((after.stops - before.stops) / seconds),
                static_cast<unsigned long long>(after.skipped - before.skipped));
    print_share(before.to_safepoint, after.to_safepoint, seconds);
    print_share(before.stopped, after.stopped, seconds);
    std::puts("");
    static_cast<void>(tricycle::shared_heap::collect());
  }
  const auto all = tricycle::shared_heap::stats();
  print_times("until all stand still", all.to_safepoint);
  print_times("while they stand still", all.stopped);
  // Apart, for the third thread that looks stops one of the two now and then.
  std::printf("most garbage: %.1f MiB\n",
              most_trash_mib(live, [live] { churn_in_both(seconds, live); }));
  std::printf("best of three: %.0f us (bar 2000)%s\n", best.count(),
              best > stopwatch::bar ? "  above" : "");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) {
    compare_pauses(std::strtoull(argv[1], nullptr, 10));
    return 0;
  }
  std::printf("%-42s%10s%10s%8s\n", "ns per ring of 8", "ref", "shared", "ratio");
  compare_churn("dropped at once", 1);
  compare_churn("over the oldest of 1,024", 1'024);
  compare_churn("over the oldest of 65,536", 65'536);
  static_cast<void>(tricycle::shared_heap::collect());
  compare_pauses(1'000'000);
}
