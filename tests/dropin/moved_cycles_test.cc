// Cycles that were closed by moves alone: no count of theirs ever fell, so that only a look at all
// tracked objects finds them; and what such a look comes upon beside them.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <tricycle/tricycle.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstring>
#include <latch>
#include <memory>
#include <new>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "dropin/quiet_heap.h"

namespace tricycle::testing {
namespace {

using namespace std::chrono_literals;

template <std::size_t Bytes>
struct Sized {
  Counted counted;
  std::array<char, Bytes> payload{};
  shared_ptr<Sized> next;
};
using Node = Sized<8>;
using LargeNode = Sized<4'000>;
struct alignas(256) AlignedNode {
  Counted counted;
  shared_ptr<AlignedNode> next;
};

/// The pointer's object holds itself, and nobody else does.
template <class T>
void CloseByMove(shared_ptr<T> last) {
  T* const raw = last.get();
  raw->next = std::move(last);
}

template <class T>
void MakeRingByMoves(int n) {
  auto last = make_shared<T>();
  T* const end = last.get();
  for (int i = 1; i < n; ++i) {
    auto before = make_shared<T>();
    before->next = std::move(last);
    last = std::move(before);
  }
  end->next = std::move(last);
}

/// The tests of the one thread come first: from the first of the others on, there have been
/// several.
using MovedCycles = QuietSharedHeap;

TEST_F(MovedCycles, AreFound) {
  MakeRingByMoves<Node>(1);
  MakeRingByMoves<Node>(3);
  MakeRingByMoves<Node>(1'000);
  EXPECT_EQ(shared_heap::stats().candidates, 0U);
  EXPECT_EQ(Alive(), 1'004);
  EXPECT_EQ(shared_heap::collect().objects, 1'004U);
  EXPECT_EQ(Alive(), 0);
}

TEST_F(MovedCycles, AreFoundByTheCollectionOfAllHeaps) {
  MakeRingByMoves<Node>(3);
  EXPECT_EQ(collect().objects, 3U);
}

TEST_F(MovedCycles, OfLargeObjectsAndOfAlignedOnes) {
  MakeRingByMoves<LargeNode>(5);
  MakeRingByMoves<AlignedNode>(5);
  EXPECT_EQ(collect().objects, 10U);
}

TEST_F(MovedCycles, OfArrays) {
  {
    auto all = make_shared<Node[]>(10);
    Node* const first = all.get();
    first->next = shared_ptr<Node>(std::move(all), first);
  }
  EXPECT_EQ(Alive(), 10);
  EXPECT_EQ(collect().objects, 1U);
}

TEST_F(MovedCycles, OfAllocateShared) {
  CloseByMove(allocate_shared<Node>(std::allocator<char>()));
  CloseByMove(allocate_shared<AlignedNode>(std::allocator<char>()));
  EXPECT_EQ(collect().objects, 2U);
}

TEST_F(MovedCycles, OfAdoptedPointers) {
  CloseByMove(shared_ptr<Node>(new Node));
  CloseByMove(shared_ptr<Node>(std::make_unique<Node>()));
  CloseByMove(shared_ptr<Node>(new Node, std::default_delete<Node>(), std::allocator<int>()));
  EXPECT_EQ(collect().objects, 3U);
}

TEST_F(MovedCycles, OfSharedRefs) {
  struct Held {
    Counted counted;
    shared_ref<Held> next;
    void trace(edge_visitor& visit) { visit(next); }
  };
  auto made = make_shared_ref<Held>();
  Held* const raw = made.get();
  raw->next = std::move(made);
  EXPECT_EQ(collect().objects, 1U);
}

TEST_F(MovedCycles, WhatIsHeldStays) {
  std::vector<shared_ptr<Node>> held;
  for (int i = 0; i < 10'000; ++i) {
    MakeRingByMoves<Node>(2);
    held.push_back(make_shared<Node>());
    held.back()->next = make_shared<Node>();
  }
  EXPECT_EQ(collect().objects, 20'000U);
  EXPECT_EQ(Alive(), 20'000);
  for (const auto& one : held) EXPECT_EQ(one->next->next, nullptr);
}

TEST_F(MovedCycles, ADeadObjectThatIsWatchedIsPassedOver) {
  std::vector<weak_ptr<Node>> watchers;
  for (int i = 0; i < 1'000; ++i) watchers.emplace_back(make_shared<Node>());
  MakeRingByMoves<Node>(3);
  EXPECT_EQ(collect().objects, 3U);
  for (const auto& one : watchers) EXPECT_TRUE(one.expired());
}

/// Its blocks look like objects with owners.
template <class T>
struct Filling {
  using value_type = T;
  Filling() = default;
  template <class U>
  Filling(const Filling<U>& /*other*/) noexcept {}  // NOLINT(google-explicit-constructor)
  T* allocate(std::size_t n) {
    return static_cast<T*>(std::memset(std::allocator<T>().allocate(n), 0x11, n * sizeof(T)));
  }
  void deallocate(T* p, std::size_t n) noexcept { std::allocator<T>().deallocate(p, n); }
  bool operator==(const Filling&) const = default;
};

TEST_F(MovedCycles, ABlockWhoseConstructorCollectsIsPassedOver) {
  struct Collects {
    Counted counted;
    shared_ptr<Node> part;
    explicit Collects(bool throws) : part(make_shared<Node>()) {
      MakeRingByMoves<Node>(3);
      EXPECT_EQ(collect().objects, 3U);
      if (throws) throw std::runtime_error("no");
    }
    void trace(edge_visitor& visit) { visit(part); }
  };
  const auto made = make_shared<Collects>(false);
  EXPECT_THROW(static_cast<void>(make_shared<Collects>(true)), std::runtime_error);
  const auto allocated = allocate_shared<Collects>(Filling<int>(), false);
  EXPECT_THROW(static_cast<void>(allocate_shared<Collects>(Filling<int>(), true)),
               std::runtime_error);
  EXPECT_EQ(collect().objects, 0U);
  EXPECT_EQ(Alive(), 4);
}

TEST_F(MovedCycles, BlocksThatWereFreeAndAreObjectsAgainAreFound) {
  for (int round = 0; round < 3; ++round) {
    {
      std::vector<shared_ptr<Node>> many(50'000);
      for (auto& one : many) one = make_shared<Node>();
      // Every other one goes back: free blocks and objects lie side by side.
      for (std::size_t i = 0; i < many.size(); i += 2) many[i].reset();
      EXPECT_EQ(collect().objects, 0U);
      for (std::size_t i = 0; i < many.size(); i += 2) CloseByMove(make_shared<Node>());
      EXPECT_EQ(collect().objects, 25'000U);
      EXPECT_EQ(Alive(), 25'000);
    }
    EXPECT_EQ(Alive(), 0);
  }
}

/// The program goes on, and slabs come and go, between the slices of an automatic look at all.
TEST_F(MovedCycles, AreFoundByThemselvesWhenTheHeapHasDoubled) {
  shared_heap::configure({});
  using Page = Sized<400>;
  constexpr std::size_t kLargePages = 1'500;  // 6 MB
  std::vector<shared_ptr<Page>> window(4'000);
  std::size_t most = 0;
  for (std::size_t i = 0; i < 3'000'000; ++i) {  // 1.4 GB
    MakeRingByMoves<Page>(1);
    auto& place = window[(i * 7'919) % window.size()];
    place = i % 3 == 0 ? nullptr : make_shared<Page>();
    if (place != nullptr) place->payload.back() = static_cast<char>(i);
    if (i % 1'000 == 0) {
      most = std::max(most, shared_heap::stats().live_bytes);
      if (i / 1'000 < kLargePages) MakeRingByMoves<LargeNode>(1);
    }
  }
  EXPECT_LT(most, std::size_t{1} << 30);
}

/// What never was a candidate has not aged by being found alive.
TEST_F(MovedCycles, WhatTheHeapHasGrownByIsNotFollowedByYoungCollections) {
#ifndef TRICYCLE_USE_MIMALLOC
  GTEST_SKIP() << "there are no slabs to age";
#endif
  shared_heap::configure({});
  const auto first = make_shared<Node>();
  Node* last = first.get();
  for (int i = 0; i < 400'000; ++i) {
    last->next = make_shared<Node>();
    last = last->next.get();
  }
  const auto door = make_shared<Node>();
  door->next = first;
  static_cast<void>(shared_ptr<Node>(door));
  EXPECT_LT(shared_heap::collect(generation::young).examined, 100'000U);
}

class MovedCyclesOfThreads : public MovedCycles {
 protected:
  static void SetUpTestSuite() {
    std::thread([] {}).join();
  }
};

TEST_F(MovedCyclesOfThreads, OfAThreadThatHasEnded) {
  std::thread([] {
    MakeRingByMoves<Node>(5);
    CloseByMove(allocate_shared<Node>(std::allocator<char>()));
  }).join();
  EXPECT_EQ(Alive(), 6);
  EXPECT_EQ(collect().objects, 6U);
}

TEST_F(MovedCyclesOfThreads, OfAttachedThreadsThatWait) {
  std::latch made(2);
  std::latch done(1);
  const auto work = [&] {
    attach_thread here("worker");
    MakeRingByMoves<Node>(1'000);
    MakeRingByMoves<LargeNode>(10);
    const auto kept = make_shared<Node>();
    kept->next = make_shared<Node>();
    blocking scope;
    made.count_down();
    done.wait();
  };
  std::thread first(work);
  std::thread second(work);
  made.wait();
  attach_thread here("main");
  EXPECT_EQ(shared_heap::collect().objects, 2'020U);
  EXPECT_EQ(Alive(), 4);
  done.count_down();
  blocking scope;
  first.join();
  second.join();
}

TEST_F(MovedCyclesOfThreads, WhileOthersMakeAndDropAndEnd) {
  std::atomic<bool> stop = false;
  constexpr int kWorkers = 3;
  std::latch ready(kWorkers);
  const auto work = [&] {
    ready.count_down();
    while (!stop) {
      std::thread([&] {
        attach_thread here("worker");
        std::vector<shared_ptr<Node>> window(3'000);
        for (int i = 0; i < 20'000 && !stop; ++i) {
          window[static_cast<std::size_t>(i * 7) % window.size()] = make_shared<Node>();
          if (i % 8 == 0) MakeRingByMoves<Node>(2);
          if (i % 64 == 0) CloseByMove(allocate_shared<Node>(std::allocator<char>()));
          // Leaves are anybody's, and not looked at.
          if (i % 32 == 0) static_cast<void>(make_shared<std::array<char, 24>>());
        }
      }).join();
    }
  };
  std::vector<std::thread> workers;
  for (int i = 0; i < kWorkers; ++i) workers.emplace_back(work);
  ready.wait();
  {
    attach_thread here("main");
    shared_settings patient;
    patient.collect_wait = 100ms;
    shared_heap::configure(patient);
    std::size_t collected = 0;
    const auto end = std::chrono::steady_clock::now() + 1s;
    while (std::chrono::steady_clock::now() < end) collected += shared_heap::collect().objects;
    EXPECT_GT(collected, 0U);
    stop = true;
    blocking scope;
    for (auto& worker : workers) worker.join();
  }
}

// Fork. The thread sanitizer's own locks may be held by a thread that the child does not have.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define TRICYCLE_TESTS_CANNOT_FORK
#endif
#endif
#ifndef TRICYCLE_TESTS_CANNOT_FORK

/// In a child process: how many objects a collection finds there. 0 to 100.
std::size_t CollectedByAChild() {
  const pid_t child = fork();
  if (child == 0) _exit(static_cast<int>(shared_heap::collect().objects));
  int status = -1;
  blocking scope;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  return static_cast<std::size_t>(WEXITSTATUS(status));
}

TEST_F(MovedCyclesOfThreads, InAChildWhoseParentsThreadsStoodStill) {
  std::atomic<bool> stop = false;
  std::thread other([&] {
    attach_thread here("other");
    const auto mine = make_shared<Node>();
    while (!stop) mine->next = make_shared<Node>();
  });
  {
    attach_thread here("main");
    MakeRingByMoves<Node>(10);
    EXPECT_EQ(CollectedByAChild(), 10U);
    stop = true;
    blocking scope;
    other.join();
  }
}

TEST_F(MovedCyclesOfThreads, NothingIsTracedInAChildWhoseParentsThreadsCouldNotBeStopped) {
  std::atomic<bool> stop = false;
  std::latch ready(2);
  std::thread late([&] {
    attach_thread here("late");
    ready.arrive_and_wait();
    while (!stop) {
    }
  });
  ready.arrive_and_wait();
  {
    attach_thread here("main");
    shared_settings impatient;
    impatient.collect_wait = 5ms;
    shared_heap::configure(impatient);
    MakeRingByMoves<Node>(10);
    EXPECT_EQ(CollectedByAChild(), 0U);
    stop = true;
    blocking scope;
    late.join();
  }
}

TEST_F(MovedCyclesOfThreads, NothingIsTracedInAChildWhoseParentHadThreadsThatAreNotAttached) {
  std::latch made(1);
  std::latch done(1);
  std::thread other([&] {
    const auto mine = make_shared<Node>();
    made.count_down();
    done.wait();
  });
  made.wait();
  MakeRingByMoves<Node>(10);
  EXPECT_EQ(CollectedByAChild(), 0U);
  done.count_down();
  other.join();
}

#endif

}  // namespace
}  // namespace tricycle::testing
