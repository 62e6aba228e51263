// Heaps of threads: every thread has one of its own, and threads come and go.
#include <atomic>
#include <memory>
#include <thread>

#include "gc/fixture.h"

namespace tricycle::testing {
namespace {

class HeapThreadsTest : public HeapTest {
 protected:
  template <class Work>
  static void OnAnotherThread(Work work) {
    std::thread(work).join();
  }
};

TEST_F(HeapThreadsTest, EveryThreadHasAHeapOfItsOwn) {
  const ref<Node> here = make<Node>();
  OnAnotherThread([] {
    EXPECT_EQ(stats().live_objects, 0U);
    const ref<Node> there = make<Node>();
    EXPECT_EQ(stats().live_objects, 1U);
  });
  EXPECT_EQ(LiveObjects(), 1U);
}

TEST_F(HeapThreadsTest, ThreadsCollectAtTheSameTime) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([] {
      for (std::size_t round = 0; round < Scaled(500); ++round) {
        for (int i = 0; i < 20; ++i) MakeRing(8);
        EXPECT_EQ(tricycle::collect().objects, 160U);
      }
    });
  for (std::thread& thread : threads) thread.join();
}

TEST_F(HeapThreadsTest, ThreadsCollectAutomaticallyAtTheSameTime) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([] {
      settings s;
      s.trash_floor = 1 << 20;
      configure(s);
      for (std::size_t i = 0; i < Scaled(100'000); ++i) MakeRing(8);
    });
  for (std::thread& thread : threads) thread.join();
}

TEST_F(HeapThreadsTest, ThreadsThatComeAndGoTakeNumbersAndGiveThemBack) {
  for (int round = 0; round < 1500; ++round) {
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([] {
        MakeRing(3);
        tricycle::collect();
        EXPECT_EQ(Counted::alive, 0);
      });
    for (std::thread& thread : threads) thread.join();
  }
}

TEST_F(HeapThreadsTest, AThreadsEndCollectsItsRings) {
  static std::atomic<int> destroyed = 0;
  struct Noisy {
    ~Noisy() { ++destroyed; }
    ref<Noisy> next;
    void trace(edge_visitor& visit) { visit(next); }
  };
  destroyed = 0;
  OnAnotherThread([] { MakeRing<Noisy>(10); });
  EXPECT_EQ(destroyed, 10);
}

TEST_F(HeapThreadsTest, ObjectsOutliveTheThreadThatMadeThem) {
  ref<Leaf> leaf;
  ref<Node> chain;
  OnAnotherThread([&] {
    leaf = make<Leaf>(Counted(), 17);
    chain = MakeChain(100);
    Touch(chain);
  });
  EXPECT_EQ(leaf->value, 17);
  const ref<Node> copy = chain->next;
  EXPECT_EQ(copy.use_count(), 2);
  Counted::alive += 101;  // they were counted on the thread that has ended
  Drop(leaf);
  EXPECT_EQ(Alive(), 100);
}

TEST_F(HeapThreadsTest, HeapsMadeByAThreadEndThere) {
  OnAnotherThread([] {
    heap vm(Manual());
    const heap::scope in(vm);
    MakeRing(10);
  });
  OnAnotherThread([] {
    const std::unique_ptr<heap> vm = std::make_unique<heap>(Manual());
    EXPECT_EQ(vm->stats().live_objects, 0U);
  });
}

TEST_F(HeapThreadsTest, ManyThreadsMakeAndEndHeaps) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([] {
      for (std::size_t i = 0; i < 500; ++i) {
        heap vm(Manual());
        const heap::scope in(vm);
        MakeRing(5);
      }
      EXPECT_EQ(Counted::alive, 0);
    });
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace tricycle::testing
