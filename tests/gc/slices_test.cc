// collect_for(): collections in slices, with the program running between them.
#include <random>

#include "gc/fixture.h"

namespace tricycle::testing {
namespace {

using SlicesTest = HeapTest;

TEST_F(SlicesTest, WithoutWorkThereIsNothingLeft) {
  EXPECT_FALSE(collect_for(1ms));
  const ref<Node> chain = MakeChain(100);
  EXPECT_FALSE(collect_for(1ms)) << "no candidates";
}

TEST_F(SlicesTest, ALongEnoughSliceFinishes) {
  ref<Node> ring = MakeRing(8);
  Drop(ring);
  while (collect_for(10s)) {
  }
  EXPECT_EQ(Alive(), 0);
}

TEST_F(SlicesTest, ShortSlicesFreeALargeRingInTheEnd) {
  ref<Node> ring = MakeRing(5000);
  Drop(ring);
  EXPECT_GT(FinishInSlices(), 10) << "a slice did far more than its share";
  EXPECT_EQ(Alive(), 0);
}

TEST_F(SlicesTest, ShortSlicesFreeManySmallRingsInTheEnd) {
  for (int i = 0; i < 2000; ++i) {
    ref<Node> ring = MakeRing(3);
    Drop(ring);
  }
  EXPECT_GT(FinishInSlices(), 10);
  EXPECT_EQ(Alive(), 0);
}

TEST_F(SlicesTest, ASliceOfMicrosecondsFreesEverythingInTheEnd) {
  ref<Node> ring = MakeRing(5000);
  Drop(ring);
  while (collect_for(1us)) {
  }
  EXPECT_EQ(Alive(), 0);
}

TEST_F(SlicesTest, StatisticsTellThatACollectionIsUnderWay) {
  ref<Node> ring = MakeRing(5000);
  Drop(ring);
  EXPECT_FALSE(stats().collecting);
  const auto slices = stats().slices;
  ASSERT_TRUE(Slice());
  EXPECT_TRUE(stats().collecting);
  FinishInSlices();
  EXPECT_FALSE(stats().collecting);
  EXPECT_GT(stats().slices, slices + 1);
}

TEST_F(SlicesTest, ALiveGraphSurvivesASlicedCollection) {
  const ref<Node> ring = MakeRing(5000);
  Touch(ring);
  FinishInSlices();
  EXPECT_EQ(Alive(), 5000);
  std::size_t length = 1;
  for (const Node* at = ring->next.get(); at != ring.get(); at = at->next.get()) ++length;
  EXPECT_EQ(length, 5000U);
  ring->next.reset();
}

TEST_F(SlicesTest, CollectFinishesWhatSlicesBegan) {
  ref<Node> ring = MakeRing(5000);
  Drop(ring);
  ASSERT_TRUE(Slice());
  Collect();
  EXPECT_EQ(Alive(), 0);
  EXPECT_FALSE(stats().collecting);
}

TEST_F(SlicesTest, ARingDroppedBetweenSlicesIsFreedToo) {
  ref<Node> first = MakeRing(5000);
  ref<Node> second = MakeRing(5000);
  Touch(second);
  Drop(first);
  ASSERT_TRUE(Slice());
  Drop(second);
  FinishInSlices();
  EXPECT_EQ(Alive(), 0);
}

/// At every place where a collection can stop, a ring that was about to die is picked up again.
TEST_F(SlicesTest, ARingRescuedThroughAWeakReferenceBetweenAnyTwoSlicesSurvives) {
  for (int stop = 1;; ++stop) {
    ref<Node> ring = MakeRing(600);
    const weak_ref<Node> watch = ring;
    Drop(ring);
    bool left = true;
    for (int slice = 0; slice < stop && left; ++slice) left = Slice();
    ring = watch.lock();
    const bool rescued = ring != nullptr;
    FinishInSlices();
    EXPECT_EQ(Alive(), rescued ? 600 : 0);
    if (rescued) {
      EXPECT_EQ(ring.use_count(), 2);
      ring->next.reset();
      Drop(ring);
    }
    Collect();
    ASSERT_EQ(Alive(), 0);
    if (!rescued) return;  // from here on, every stop comes too late
  }
}

TEST_F(SlicesTest, AnObjectThatDiesByCountingBetweenAnyTwoSlicesIsFreedOnce) {
  for (int stop = 1; stop < 40; ++stop) {
    ref<Node> chain = MakeChain(600);
    Touch(chain);
    for (int slice = 0; slice < stop; ++slice) static_cast<void>(Slice());
    Drop(chain);
    ASSERT_EQ(Alive(), 0);
    FinishInSlices();
    ASSERT_EQ(LiveObjects(), 0U) << "no list of the collector keeps the memory";
  }
}

TEST_F(SlicesTest, WhatIsMadeAndDroppedBetweenSlicesIsFreed) {
  ref<Node> ring = MakeRing(3000);
  Drop(ring);
  for (int i = 0; i < 50; ++i) {
    static_cast<void>(Slice());
    ref<Node> more = MakeRing(10);
    Drop(more);
  }
  FinishInSlices();
  EXPECT_EQ(Alive(), 0);
}

/// A program that moves its edges about, with a slice after every step; everything that it can
/// reach it must still be able to reach.
TEST_F(SlicesTest, ALiveGraphMutatedBetweenSlicesKeepsWhatItReaches) {
  constexpr std::size_t nodes = 400;
  std::mt19937 random(7);
  std::vector<ref<Node>> roots;
  for (std::size_t i = 0; i < nodes; ++i) roots.push_back(make<Node>());
  for (int step = 0; step < 4000; ++step) {
    Node& from = *roots[random() % nodes];
    Node& to = *roots[random() % nodes];
    switch (random() % 6) {
      case 0:
        from.others.push_back(roots[random() % nodes]);
        break;
      case 1:
        to.others = std::move(from.others);
        from.others.clear();
        break;
      case 2:
        from.next.swap(to.next);
        break;
      case 3:
        from.next = roots[random() % nodes];
        break;
      case 4:
        from.others.push_back(MakeRing(3));
        break;
      case 5:
        if (!from.others.empty()) from.others.pop_back();
        break;
    }
    static_cast<void>(Slice());
    ASSERT_GE(Alive(), static_cast<long>(nodes));
  }
  for (const ref<Node>& root : roots) {
    for (const ref<Node>& other : root->others) ASSERT_GE(other.use_count(), 1);
    if (root->next) {
      ASSERT_GE(root->next.use_count(), 2) << "all that `next` can be is a root, too";
    }
  }
  roots.clear();
  FinishInSlices();
  EXPECT_EQ(Alive(), 0);
}

TEST_F(SlicesTest, EverySliceIsRecordedAsAPause) {
  ref<Node> ring = MakeRing(3000);
  Drop(ring);
  const auto before = stats().pauses.count;
  const int slices = FinishInSlices();
  EXPECT_EQ(stats().pauses.count, before + static_cast<std::uint64_t>(slices));
}

}  // namespace
}  // namespace tricycle::testing
