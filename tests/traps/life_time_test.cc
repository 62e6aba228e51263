// Traps 28 and 32: threads, processes and memory that end before the objects do.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <optional>
#include <thread>

#include "gc/fixture.h"

namespace tricycle::testing {
namespace {

/// Counts on all threads.
struct Counter {
  Counter() noexcept { ++alive; }
  Counter(const Counter&) noexcept { ++alive; }
  ~Counter() { --alive; }
  static inline std::atomic<long> alive = 0;
};
struct Item {
  Counter counter;
  ref<Item> next;
  int value = 0;
};

template <class Work>
void OnAnotherThread(Work work) {
  std::thread(std::move(work)).join();
}

class LifeTime : public HeapTest {
 protected:
  void TearDown() override {
    EXPECT_EQ(Counter::alive, 0);
    HeapTest::TearDown();
  }
};

TEST_F(LifeTime, Trap28ObjectsOutliveTheirThreadWithCandidatesStillBuffered) {
  std::vector<ref<Item>> kept;
  OnAnotherThread([&] {
    configure(Manual());
    for (int i = 0; i < 3000; ++i) {
      kept.push_back(make<Item>());
      kept.back()->next = make<Item>();
      Touch(kept.back());
    }
  });
  EXPECT_EQ(Counter::alive, 6000);
  for (auto& item : kept) Touch(item);
  for (auto& item : kept) item->value = 1;
  kept.clear();
  EXPECT_EQ(Counter::alive, 0);
}

TEST_F(LifeTime, Trap28AThreadMayEndInTheMiddleOfACollection) {
  ref<Item> kept;
  OnAnotherThread([&] {
    kept = MakeRing<Item>(3000);
    Touch(kept);
    EXPECT_TRUE(collect_for(1ns));
  });
  EXPECT_EQ(Counter::alive, 3000);
  kept->next.reset();
  Drop(kept);
  EXPECT_EQ(Counter::alive, 0);
}

TEST_F(LifeTime, Trap28AThreadThatDoesNotCollectMayEndInTheMiddleOfACollection) {
  ref<Item> kept;
  OnAnotherThread([&] {
    configure(Manual());
    kept = MakeRing<Item>(3000);
    Touch(kept);
    EXPECT_TRUE(collect_for(1ns));
  });
  kept->next.reset();
  Drop(kept);
  EXPECT_EQ(Counter::alive, 0);
}

TEST_F(LifeTime, Trap28AThreadMayEndWhileAReleaseIsUnderWay) {
  OnAnotherThread([] {
    settings s = Manual();
    s.release_budget = 1us;
    configure(s);
    ref<Item> chain = MakeChain<Item>(100'000);
    Drop(chain);
    EXPECT_GT(Counter::alive, 0);
  });
  EXPECT_EQ(Counter::alive, 0) << "what was dropped is destroyed at the latest with its heap";
}

/// The heap of an ended thread is given back with the last reference into it, whichever way that
/// goes.
TEST_F(LifeTime, Trap28ThousandsOfThreadsWhoseObjectsOutliveThemUseUpNothing) {
  for (int i = 0; i < 5000; ++i) {
    ref<Item> kept;
    OnAnotherThread([&] {
      kept = i % 2 == 0 ? make<Item>() : MakeChain<Item>(50);
      if (i % 3 == 0) Touch(kept);
      const weak_ref<Item> watch = i % 5 == 0 ? kept : nullptr;
    });
    Drop(kept);
  }
  EXPECT_NO_THROW(heap{Manual()});
}

TEST_F(LifeTime, Trap28DeepChainsOfAnEndedThreadAreFreed) {
  ref<Item> chain;
  OnAnotherThread([&] { chain = MakeChain<Item>(100'000); });
  Drop(chain);
  EXPECT_EQ(Counter::alive, 0);
}

TEST_F(LifeTime, Trap28WeakReferencesToObjectsOfAnEndedThreadWork) {
  ref<Item> item;
  weak_ref<Item> watch;
  OnAnotherThread([&] {
    item = make<Item>();
    watch = item;
  });
  EXPECT_EQ(watch.lock(), item);
  Drop(item);
  EXPECT_TRUE(watch.expired());
}

TEST_F(LifeTime, Trap28ARingThatOutlivedItsThreadOnlyLeaksUntilItIsCut) {
  ref<Item> ring;
  OnAnotherThread([&] { ring = MakeRing<Item>(3); });
  Item* const raw = ring->next.get();
  Drop(ring);
  EXPECT_EQ(Counter::alive, 3);
  raw->next.reset();
  EXPECT_EQ(Counter::alive, 0);
}

/// A heap whose pages hold blocks of an ended thread, too, must still know which are its own.
TEST_F(LifeTime, Trap28AHeapThatAdoptsPagesOfAnEndedThreadDestroysItsOwnObjectsOnly) {
  std::vector<ref<Item>> kept;
  OnAnotherThread([&] {
    std::vector<ref<Item>> all(50'000);
    for (auto& item : all) item = make<Item>();
    for (std::size_t i = 0; i < all.size(); i += 8) kept.push_back(std::move(all[i]));
  });
  const long others = Counter::alive;
  EXPECT_EQ(others, 6250);
  {
    heap vm(Manual());
    const heap::scope in(vm);
    for (int i = 0; i < 25'000; ++i) MakeRing<Item>(2);
    EXPECT_EQ(Counter::alive, others + 50'000);
  }
  EXPECT_EQ(Counter::alive, others);
  kept.clear();
}

TEST_F(LifeTime, Trap28AHeapMayEndBeforeAndAfterTheReferencesOfAnotherThreadsEnd) {
  std::vector<ref<Item>> kept;
  OnAnotherThread([&] {
    heap vm(Manual());
    const heap::scope in(vm);
    for (int i = 0; i < 100; ++i) kept.push_back(make<Item>());
  });
  EXPECT_EQ(Counter::alive, 0) << "the heap's end destroyed them; the blocks wait";
  kept.clear();
}

/// A thread_local object that is older than the thread's heap, and so outlives it.
struct Late {
  ~Late() {
    kept.reset();
    if (makes) {
      const ref<Item> item = make<Item>();
      tricycle::collect();
    }
  }
  ref<Item> kept;
  bool makes = false;
};

TEST_F(LifeTime, Trap28AThreadLocalDestroyedAfterTheHeapMayDropItsReference) {
  OnAnotherThread([] {
    static thread_local Late late;
    late.makes = false;
    late.kept = MakeChain<Item>(100);
  });
  EXPECT_EQ(Counter::alive, 0);
}

TEST_F(LifeTime, Trap28AThreadLocalDestroyedAfterTheHeapMayMakeObjects) {
  OnAnotherThread([] {
    static thread_local Late late;
    late.kept = MakeChain<Item>(100);
    late.makes = true;
  });
  EXPECT_EQ(Counter::alive, 0);
}

TEST_F(LifeTime, Trap28ThousandsOfThreadsThatMakeObjectsAfterTheirHeapsEndUseUpNothing) {
  for (int i = 0; i < 5000; ++i) {
    OnAnotherThread([] {
      static thread_local Late late;
      late.makes = true;
      static_cast<void>(make<Item>());
    });
  }
  EXPECT_NO_THROW(heap{Manual()});
}

TEST_F(LifeTime, Trap28AThreadLocalDestroyedBeforeTheHeapMayUseIt) {
  OnAnotherThread([] {
    static_cast<void>(make<Item>());
    static thread_local Late late;
    late.makes = true;
    late.kept = MakeRing<Item>(5);
  });
  EXPECT_EQ(Counter::alive, 0);
}

// Static objects, destroyed when main has returned. Each of these lives in a process of its own.
class LifeTimeDeathTest : public ::testing::Test {
 protected:
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(LifeTimeDeathTest, Trap28AStaticReferenceIsDroppedAfterTheHeapsEnd) {
  const auto leave = [] {
    static ref<Item> survivor;
    survivor = MakeChain<Item>(1000);
    std::exit(0);
  };
  EXPECT_EXIT(leave(), ::testing::ExitedWithCode(0), "");
}

TEST_F(LifeTimeDeathTest, Trap28AStaticObjectMayMakeObjectsAfterTheHeapsEnd) {
  const auto leave = [] {
    static Late late;
    late.makes = true;
    late.kept = MakeRing<Item>(1000);
    std::exit(0);
  };
  EXPECT_EXIT(leave(), ::testing::ExitedWithCode(0), "");
}

TEST_F(LifeTimeDeathTest, Trap28AStaticHeapEndsAfterTheThreadsOwn) {
  const auto leave = [] {
    static std::optional<heap> vm;
    vm.emplace();
    const heap::scope in(*vm);
    MakeRing<Item>(1000);
    std::exit(0);
  };
  EXPECT_EXIT(leave(), ::testing::ExitedWithCode(0), "");
}

TEST_F(LifeTime, Trap32AForkedChildGoesOnCollecting) {
  ref<Item> ring = MakeRing<Item>(1000);
  Drop(ring);
  static_cast<void>(collect_for(1ns));
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    tricycle::collect();
    for (int i = 0; i < 100; ++i) MakeRing<Item>(8);
    tricycle::collect();
    _exit(Counter::alive == 0 ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_EQ(Collect().objects, 1000U) << "and so does the parent";
}

}  // namespace
}  // namespace tricycle::testing
