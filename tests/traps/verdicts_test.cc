// Traps 5, 6, 8, 9, 10 and 18: counts, marks and edges that an interrupted search may get wrong.
#include "gc/fixture.h"

namespace tricycle::testing {
namespace {

using Verdicts = HeapTest;

TEST_F(Verdicts, Trap05AnInterruptedSearchHasChangedNoCount) {
  const ref<Node> ring = MakeRing(2000);
  const ref<Node> middle = ring->next->next;
  Touch(ring);
  bool left = true;
  while (left) {
    left = Slice();
    ASSERT_EQ(ring.use_count(), 2);
    ASSERT_EQ(ring->next.use_count(), 1);
    ASSERT_EQ(middle.use_count(), 2);
  }
  ring->next.reset();
}

TEST_F(Verdicts, Trap06WhatTheFirstLiveNodeReachesIsRestoredWhole) {
  // Only the last node that the search meets is held from outside.
  ref<Node> first = MakeRing(1000);
  ref<Node> held = first;
  while (held->next != first) held = held->next;
  Touch(first);
  Drop(first);
  EXPECT_EQ(Collect().objects, 0U);
  std::size_t length = 1;
  for (const Node* at = held->next.get(); at != held.get(); at = at->next.get()) {
    ASSERT_EQ(at->next.use_count(), at->next == held ? 2 : 1);
    ++length;
  }
  EXPECT_EQ(length, 1000U);
  Drop(held);
  EXPECT_EQ(Collect().objects, 1000U) << "no flag of the first collection may be left";
}

TEST_F(Verdicts, Trap06TheLiveNodeThatIsMetFirstIsRestoredToo) {
  const ref<Node> held = MakeRing(3);
  for (int i = 0; i < 5; ++i) {
    Touch(held);
    EXPECT_EQ(Collect().objects, 0U);
  }
  held->next.reset();
}

struct Callbacks {
  Counted counted;
  std::vector<ref<Callbacks>> callbacks;
};

/// All edges move from one live object to another without any count changing, at every place where
/// a collection can stop.
TEST_F(Verdicts, Trap08AContainerMovedFromAnUnseenToASeenObjectTakesItsEdgesAlong) {
  for (int stop = 1; stop < 60; ++stop) {
    const ref<Callbacks> seen = make<Callbacks>();
    const ref<Callbacks> unseen = make<Callbacks>();
    for (int i = 0; i < 300; ++i) {
      unseen->callbacks.push_back(make<Callbacks>());
      unseen->callbacks.back()->callbacks.push_back(unseen);
    }
    Touch(seen);
    Touch(unseen);
    for (int slice = 0; slice < stop; ++slice) static_cast<void>(Slice());
    seen->callbacks = std::move(unseen->callbacks);
    unseen->callbacks.clear();
    FinishInSlices();
    ASSERT_EQ(Alive(), 302);
    for (const auto& callback : seen->callbacks) ASSERT_EQ(callback.use_count(), 1);
    seen->callbacks.clear();
  }
}

TEST_F(Verdicts, Trap08AContainerMovedOutToTheStackAndBackInAroundAScanKeepsItsObjects) {
  for (int stop = 0; stop < 40; ++stop) {
    const ref<Callbacks> object = make<Callbacks>();
    for (int i = 0; i < 300; ++i) {
      object->callbacks.push_back(make<Callbacks>());
      object->callbacks.back()->callbacks.push_back(object->callbacks.front());
      Touch(object->callbacks.back());
    }
    Touch(object);
    for (int slice = 0; slice < stop; ++slice) static_cast<void>(Slice());
    auto callbacks = std::move(object->callbacks);
    object->callbacks.clear();
    for (int slice = 0; slice < 5; ++slice) static_cast<void>(Slice());
    object->callbacks = std::move(callbacks);
    FinishInSlices();
    ASSERT_EQ(Alive(), 301);
    object->callbacks.front()->callbacks.clear();
    object->callbacks.clear();
  }
}

TEST_F(Verdicts, Trap08AnEdgeThatMovesThroughANewObjectKeepsItsTarget) {
  const ref<Node> root = MakeRing(1500);
  Touch(root);
  bool left = true;
  while (left) {
    left = Slice();
    ref<Node> between = make<Node>();  // root -> between -> what root led to
    between->next = std::move(root->next);
    root->next = std::move(between);
  }
  std::size_t length = 1;
  for (const Node* at = root->next.get(); at != root.get(); at = at->next.get()) ++length;
  EXPECT_EQ(static_cast<long>(length), Alive());
  root->next.reset();
}

TEST_F(Verdicts, Trap09AYoungDeadRingHeldByADeadOldObjectDiesInTheNextOldCollection) {
  ref<Node> old = MakeRing(2);
  MakeOld(old);
  old->others.push_back(MakeRing(3));
  Drop(old);
  EXPECT_EQ(CollectYoung().objects, 0U) << "an old object holds it";
  EXPECT_EQ(Collect().objects, 5U);
}

TEST_F(Verdicts, Trap09AYoungRingWhoseOnlyHolderIsAnOldRingAliveForNowDiesWithIt) {
  ref<Node> old = MakeRing(2);
  MakeOld(old);
  old->others.push_back(MakeRing(3));
  CollectYoung();
  CollectYoung();
  CollectMiddle();
  Drop(old);
  EXPECT_EQ(Collect().objects, 5U);
}

TEST_F(Verdicts, Trap10TwoToThe31ReferencesAbortWithASentence) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const ref<Node> node = make<Node>();
  const auto overflow = [&] {
    gc::header_of(node.get())->count |= ~gc::unwanted;  // so many references are there already
    const ref<Node> one_more = node;
  };
  EXPECT_DEATH(overflow(), "2\\^31 references to one object of type .*Node");
}

TEST_F(Verdicts, Trap10AMillionReferencesFromOutsideKeepTheObject) {
  ref<Node> ring = MakeRing(2);
  std::vector<ref<Node>> references(1'000'000, ring);
  Drop(ring);
  references.resize(1);
  EXPECT_EQ(references[0].use_count(), 2);
  EXPECT_EQ(Collect().objects, 0U);
  references.clear();
  EXPECT_EQ(Collect().objects, 2U);
}

TEST_F(Verdicts, Trap18ACandidateWhoseCountFallsToZeroLeavesTheBuffer) {
  std::vector<ref<Node>> nodes(5000);
  for (auto& node : nodes) node = make<Node>();
  for (auto& node : nodes) Touch(node);
  ASSERT_EQ(stats().candidates, 5000U);
  for (std::size_t i = 0; i < nodes.size(); i += 2) Drop(nodes[i]);
  EXPECT_EQ(stats().candidates, 2500U);
  EXPECT_EQ(LiveObjects(), 2500U) << "the memory goes back at once, not with the buffer's entry";
  nodes.clear();
  EXPECT_EQ(stats().candidates, 0U);
  EXPECT_EQ(Collect().examined, 0U);
}

TEST_F(Verdicts, Trap18ABlockUsedAgainIsNotTheCandidateItWas) {
  for (int i = 0; i < 100'000; ++i) {
    ref<Node> node = make<Node>();
    Touch(node);
    Drop(node);
    const ref<Node> successor = make<Node>();  // most likely in the same place
    ASSERT_LE(stats().candidates, 1U);
  }
}

TEST_F(Verdicts, Trap18CandidatesOfEveryGenerationLeaveTheirBuffer) {
  std::vector<ref<Node>> nodes(300);
  for (auto& node : nodes) node = make<Node>();
  for (std::size_t i = 100; i < 300; ++i) Touch(nodes[i]);
  CollectYoung();
  for (std::size_t i = 200; i < 300; ++i) Touch(nodes[i]);
  CollectMiddle();
  for (auto& node : nodes) Touch(node);
  EXPECT_EQ(stats().candidates, 300U);
  nodes.clear();
  EXPECT_EQ(stats().candidates, 0U);
}

}  // namespace
}  // namespace tricycle::testing
