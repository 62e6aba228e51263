// The shared heap in a process with several threads: who is stopped, who is late, what is handed
// over, and what a collection may meet.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <tricycle/tricycle.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <latch>
#include <memory>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "dropin/quiet_heap.h"

namespace tricycle::testing {
namespace {

using namespace std::chrono_literals;

int counted_blocks = 0;  // of Counting allocators

struct Node {
  Counted counted;
  shared_ptr<Node> next;
  std::vector<shared_ptr<Node>> more;
};

void MakeRing(int n) {
  auto first = make_shared<Node>();
  auto last = first;
  for (int i = 1; i < n; ++i) last = last->next = make_shared<Node>();
  last->next = first;
}

class SharedThreads : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    // From here on the process has had more than one thread.
    std::thread([] {}).join();
  }
  void SetUp() override {
    shared_heap::collect();
    before_ = Counted::alive;
  }
  void TearDown() override {
    shared_heap::configure({});
    shared_heap::collect();
    EXPECT_EQ(Alive(), 0);
  }
  [[nodiscard]] int Alive() const { return Counted::alive - before_; }

 private:
  int before_ = 0;
};

TEST_F(SharedThreads, NothingIsTracedByItselfWithoutAttachedThreads) {
  const auto before = shared_heap::stats().slices;
  for (int i = 0; i < 20000; ++i) MakeRing(3);
  EXPECT_EQ(shared_heap::stats().slices, before);
  EXPECT_EQ(Alive(), 60000);
  EXPECT_EQ(collect().objects, 60000U) << "by the caller's word";
}

TEST_F(SharedThreads, AnAttachedThreadCollectsByItself) {
  attach_thread here("main");
  for (int i = 0; i < 300000; ++i) MakeRing(3);
  EXPECT_LT(Alive(), 800000);
  EXPECT_GT(shared_heap::stats().stops, 0U);
}

TEST_F(SharedThreads, CandidatesOfAThreadThatEndedAreHandedOver) {
  std::thread([] { MakeRing(5); }).join();
  EXPECT_EQ(Alive(), 5);
  EXPECT_EQ(collect().objects, 5U);
}

template <class T>
struct Counting {
  using value_type = T;
  Counting() = default;
  template <class U>
  explicit Counting(const Counting<U>& /*other*/) noexcept {}
  T* allocate(std::size_t n) {
    ++counted_blocks;
    return std::allocator<T>().allocate(n);
  }
  void deallocate(T* p, std::size_t n) {
    --counted_blocks;
    std::allocator<T>().deallocate(p, n);
  }
  friend bool operator==(const Counting& /*a*/, const Counting& /*b*/) { return true; }
};

void MakeCandidate(shared_ptr<Node>& node) { const shared_ptr<Node> copy = node; }

TEST_F(SharedThreads, CandidatesThatDiedGiveTheirBlocksBackAFewAtATime) {
  constexpr int n = 20'000;
  std::vector<shared_ptr<Node>> nodes;
  for (int i = 0; i < n; ++i)
    MakeCandidate(nodes.emplace_back(allocate_shared<Node>(Counting<Node>())));
  nodes.clear();
  EXPECT_GE(counted_blocks, n - 1);
  int most = 0;
  for (int i = 0; i < n; ++i) {
    nodes.push_back(make_shared<Node>());
    const int before = counted_blocks;
    MakeCandidate(nodes.back());
    most = std::max(most, before - counted_blocks);
  }
  EXPECT_LE(most, 256);
  EXPECT_EQ(counted_blocks, 0);
}

TEST_F(SharedThreads, EachStopIsTimed) {
  attach_thread here("main");
  const shared_statistics before = shared_heap::stats();
  MakeRing(3);
  shared_heap::collect();
  const shared_statistics after = shared_heap::stats();
  EXPECT_GT(after.stops, before.stops);
  EXPECT_EQ(after.to_safepoint.count, after.stops);
  EXPECT_EQ(after.stopped.count, after.stops);
  EXPECT_GT(after.stopped.total, before.stopped.total);
}

TEST_F(SharedThreads, ALateThreadIsSkippedAndReportedByName) {
  std::atomic<bool> stop = false;
  std::latch ready(1);
  std::latch came(1);
  std::thread busy([&] {
    attach_thread here("busy");
    ready.count_down();
    while (!stop) {
    }
    safepoint();
    came.count_down();
    while (stop) {
    }
  });
  ready.wait();
  attach_thread here("main");
  shared_settings impatient;
  impatient.collect_wait = 5ms;
  shared_heap::configure(impatient);
  MakeRing(3);
  const auto before = shared_heap::stats().skipped;
  EXPECT_EQ(shared_heap::collect().objects, 0U);
  EXPECT_EQ(Alive(), 3);
  const shared_statistics s = shared_heap::stats();
  EXPECT_EQ(s.skipped, before + 1);
  ASSERT_EQ(s.late.size(), 1U);
  EXPECT_EQ(s.late[0].name, "busy");
  EXPECT_EQ(s.late[0].count, 1U);
  stop = true;
  std::this_thread::sleep_for(10ms);
  came.wait();
  EXPECT_GE(shared_heap::stats().late.at(0).longest, 5ms);
  stop = false;
  {
    blocking scope;
    busy.join();
  }
  EXPECT_EQ(shared_heap::collect().objects, 3U);
}

TEST_F(SharedThreads, AThreadInABlockingScopeIsNotWaitedFor) {
  std::mutex held;
  std::unique_lock lock(held);
  std::latch ready(1);
  std::thread waiting([&] {
    attach_thread here("waiting");
    auto mine = make_shared<Node>();
    mine->next = mine;
    {
      blocking scope;
      ready.count_down();
      const std::lock_guard guard(held);
    }
    EXPECT_EQ(mine->next, mine);
    mine->next.reset();
  });
  ready.wait();
  attach_thread here("main");
  MakeRing(3);
  EXPECT_EQ(shared_heap::collect().objects, 3U);
  lock.unlock();
  blocking scope;
  waiting.join();
}

struct Locker {
  Counted counted;
  shared_ptr<Locker> self;
  static inline std::mutex mutex;
  static inline std::atomic<int> destroyed = 0;
  ~Locker() {
    const std::lock_guard guard(mutex);
    ++destroyed;
  }
  void trace(auto& visit) { visit(self); }
};
TEST_F(SharedThreads, ADestructorMayWaitForALockThatAThreadAtASafepointHas) {
  std::atomic<bool> done = false;
  std::thread other([&] {
    attach_thread here("other");
    while (!done) {
      const std::lock_guard guard(Locker::mutex);
      for (int i = 0; i < 10; ++i) {
        auto p = make_shared<int>(i);  // a safepoint, with the lock
        safepoint();
      }
    }
  });
  attach_thread here("main");
  Locker::destroyed = 0;
  for (int i = 0; i < 200; ++i) {
    {
      auto p = make_shared<Locker>();
      p->self = p;
    }
    if (i % 10 == 0) shared_heap::collect();
  }
  while (Locker::destroyed < 200) {
    shared_heap::collect();
    safepoint();
  }
  done = true;
  blocking scope;
  other.join();
}

TEST_F(SharedThreads, AttachedThreadsChurnAndShare) {
  constexpr int workers = 3;
  struct Shelf {
    std::mutex mutex;
    std::vector<shared_ptr<Node>> books = std::vector<shared_ptr<Node>>(32);
    std::vector<weak_ptr<Node>> watched = std::vector<weak_ptr<Node>>(32);
  } shelf;
  std::latch begin(workers);
  std::vector<std::thread> all;
  for (unsigned t = 0; t < workers; ++t) {
    all.emplace_back([&, t] {
      attach_thread here("worker");
      begin.arrive_and_wait();
      std::minstd_rand random(t + 1);
      for (int i = 0; i < 8000; ++i) {
        const std::size_t at = random() % 32;
        auto a = make_shared<Node>();
        auto b = make_shared<Node>();
        a->next = b;
        b->next = a;
        shared_ptr<Node> taken;
        {
          // No allocation of the library's while it is held: that would be a safepoint.
          const std::lock_guard guard(shelf.mutex);
          taken = std::move(shelf.books[at]);
          shelf.books[at] = a;
          shelf.watched[(at + 7) % 32] = b;
          if (auto seen = shelf.watched[at].lock()) {
            EXPECT_NE(seen->next, nullptr) << "locked, and yet cleared by the collector";
            a->more.push_back(seen);
          }
        }
        if (taken != nullptr && random() % 4 == 0) a->more.push_back(taken);
        if (random() % 3000 == 0) shared_heap::collect();
        if (random() % 64 == 0) {
          blocking scope;
          std::this_thread::yield();
        }
      }
    });
  }
  for (auto& worker : all) worker.join();
  shelf.books.clear();
  collect();
  shelf.watched.clear();
  EXPECT_EQ(Alive(), 0);
}

TEST_F(SharedThreads, LockAgainstLastReleaseAgainstTheCollector) {
  std::atomic<bool> done = false;
  std::mutex mutex;
  weak_ptr<Node> watched;
  std::thread locker([&] {
    attach_thread here("locker");
    while (!done) {
      weak_ptr<Node> mine;
      {
        const std::lock_guard guard(mutex);
        mine = watched;
      }
      if (auto p = mine.lock()) {
        EXPECT_EQ(p->next->next, p);
      }
      safepoint();
    }
  });
  {
    attach_thread here("maker");
    for (int i = 0; i < 5000; ++i) {
      auto a = make_shared<Node>();
      a->next = make_shared<Node>();
      a->next->next = a;
      {
        const std::lock_guard guard(mutex);
        watched = a;
      }
      a.reset();
      if (i % 8 == 0) shared_heap::collect();
    }
    done = true;
    blocking scope;
    locker.join();
  }
  watched.reset();
}

TEST_F(SharedThreads, ThreadsComeAndGoDuringCollections) {
  attach_thread here("main");
  for (int round = 0; round < 60; ++round) {
    std::vector<std::thread> all;
    for (int t = 0; t < 2; ++t)
      all.emplace_back([] {
        attach_thread mine;
        for (int i = 0; i < 100; ++i) MakeRing(4);
      });
    for (int i = 0; i < 3; ++i) shared_heap::collect();
    blocking scope;
    for (auto& thread : all) thread.join();
  }
}

TEST_F(SharedThreads, AForkedChildHasOneThreadAndCollects) {
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
  GTEST_SKIP() << "the sanitizer's own locks may be held by a thread that the child does not have";
#endif
#endif
  std::atomic<bool> done = false;
  std::thread other([&] {
    attach_thread here("other");
    while (!done) MakeRing(2);
  });
  attach_thread here("main");
  for (int i = 0; i < 3; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      for (int n = 0; n < 1000; ++n) MakeRing(3);
      shared_settings long_wait;
      long_wait.collect_wait = 100ms;
      shared_heap::configure(long_wait);
      const auto collected = shared_heap::collect().objects;
      _exit(collected >= 1000 || shared_heap::stats().skipped == 0 ? 0 : 1);
    }
    int status = -1;
    {
      blocking scope;
      ASSERT_EQ(waitpid(child, &status, 0), child);
    }
    EXPECT_EQ(status, 0);
  }
  done = true;
  blocking scope;
  other.join();
}

TEST_F(SharedThreads, ExitWithAttachedThreadsRunning) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        std::thread([] {
          attach_thread here("daemon");
          for (;;) MakeRing(3);
        }).detach();
        attach_thread here("main");
        for (int i = 0; i < 1000; ++i) MakeRing(2);
        std::exit(0);
      },
      ::testing::ExitedWithCode(0), "");
}

#ifdef TRICYCLE_CHECKED
using SharedThreadsDeathTest = SharedThreads;
TEST_F(SharedThreadsDeathTest, AThreadThatIsNotAttachedMustNotTouchTrackedObjects) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  auto p = make_shared<Node>();
  auto leaf = make_shared<int>(3);
  EXPECT_DEATH(
      {
        attach_thread here("main");
        std::thread([&] {
          auto fine = leaf;
          auto wrong = p;
        }).join();
      },
      "a thread that is not attached used a shared object of type '.*Node'");
  EXPECT_DEATH(
      {
        attach_thread here("main");
        blocking scope;
        auto wrong = p;
      },
      "in a blocking scope");
}
#endif

struct AtThreadEnd {
  shared_ptr<Node> kept;
  ~AtThreadEnd() {
    if (kept == nullptr) return;
    auto more = kept;
    MakeRing(2);
  }
};
TEST_F(SharedThreads, DropsInDestructorsOfThreadLocalObjects) {
  std::thread([] {
    static thread_local AtThreadEnd end;
    attach_thread here;
    end.kept = make_shared<Node>();
    end.kept->next = end.kept;
  }).join();
  EXPECT_EQ(collect().objects, 3U);
}

}  // namespace
}  // namespace tricycle::testing
