// collect(): which objects die, and what the call says of it.
#include "gc/fixture.h"

namespace tricycle::testing {
namespace {

class CollectTest : public HeapTest {};

TEST_F(CollectTest, ADeadRingIsCollected) {
  ref<Node> ring = MakeRing(8);
  Drop(ring);
  EXPECT_EQ(Alive(), 8) << "counting alone can't free it";
  Collect();
  EXPECT_EQ(Alive(), 0);
}

TEST_F(CollectTest, ARingThatIsHeldSurvives) {
  const ref<Node> ring = MakeRing(8);
  Touch(ring);
  EXPECT_EQ(Collect().objects, 0U);
  EXPECT_EQ(Alive(), 8);
  EXPECT_EQ(ring.use_count(), 2) << "as before";
  ring->next.reset();
}

TEST_F(CollectTest, AnObjectThatOwnsItselfIsCollected) {
  ref<Node> self = MakeRing(1);
  Drop(self);
  EXPECT_EQ(Collect().objects, 1U);
}

TEST_F(CollectTest, SeveralEdgesToOneObjectAreAllCounted) {
  ref<Node> a = make<Node>();
  a->next = make<Node>();
  a->others.assign(3, a->next);
  a->next->others.assign(5, a);
  Drop(a);
  EXPECT_EQ(Collect().objects, 2U);
}

TEST_F(CollectTest, WhatHangsOffADeadRingDiesWithIt) {
  ref<Node> ring = MakeRing(3);
  ring->others.push_back(MakeChain(10));
  Drop(ring);
  EXPECT_EQ(Collect().objects, 13U);
}

TEST_F(CollectTest, WhatHangsOffADeadRingAndIsHeldElsewhereSurvives) {
  ref<Node> ring = MakeRing(3);
  const ref<Node> kept = make<Node>();
  ring->others.push_back(kept);
  Drop(ring);
  EXPECT_EQ(Collect().objects, 3U);
  EXPECT_EQ(kept.use_count(), 1);
}

TEST_F(CollectTest, ARingHeldByOneOfItsMiddleNodesSurvivesWhole) {
  ref<Node> ring = MakeRing(5);
  const ref<Node> middle = ring->next->next;
  Drop(ring);
  EXPECT_EQ(Collect().objects, 0U);
  EXPECT_EQ(Alive(), 5);
  middle->next.reset();
}

TEST_F(CollectTest, WhatALiveObjectReachesSurvives) {
  const ref<Node> root = make<Node>();
  root->next = MakeRing(4);
  Touch(root->next);
  Touch(root->next->next);
  EXPECT_EQ(Collect().objects, 0U);
  root->next->next.reset();
}

TEST_F(CollectTest, OneDeadRingThatReachesAnotherFreesBoth) {
  ref<Node> first = MakeRing(2);
  ref<Node> second = MakeRing(3);
  first->others.push_back(second);
  Drop(first);
  Drop(second);
  const collection done = Collect();
  EXPECT_EQ(done.objects, 5U);
  EXPECT_EQ(done.components, 2U);
}

TEST_F(CollectTest, ALongRowOfDeadRingsIsFreedByOneCall) {
  ref<Node> last;
  for (int i = 0; i < 50; ++i) {
    ref<Node> ring = MakeRing(2);
    ring->others.push_back(std::move(last));
    last = std::move(ring);
  }
  Drop(last);
  EXPECT_EQ(Collect().objects, 100U);
}

TEST_F(CollectTest, ADeadRingThatReachesALiveOneLeavesIt) {
  ref<Node> live = MakeRing(3);
  ref<Node> dead = MakeRing(2);
  dead->others.push_back(live);
  Drop(dead);
  EXPECT_EQ(Collect().objects, 2U);
  EXPECT_EQ(live.use_count(), 2);
  live->next.reset();
}

TEST_F(CollectTest, ADeadRingReachedFromALiveObjectIsNotDead) {
  const ref<Node> live = make<Node>();
  ref<Node> ring = MakeRing(2);
  live->next = ring;
  Drop(ring);
  EXPECT_EQ(Collect().objects, 0U);
  live->next.reset();
  EXPECT_EQ(Collect().objects, 2U);
}

TEST_F(CollectTest, TwoRingsThatShareANodeDieTogether) {
  ref<Node> a = MakeRing(3);
  a->others.push_back(make<Node>());
  a->others[0]->next = a;
  Drop(a);
  const collection done = Collect();
  EXPECT_EQ(done.objects, 4U);
  EXPECT_EQ(done.components, 1U);
}

TEST_F(CollectTest, ItReportsObjectsBytesAndComponents) {
  for (int i = 0; i < 10; ++i) {
    ref<Node> ring = MakeRing(4);
    Drop(ring);
  }
  const std::size_t bytes = LiveBytes();
  const collection done = Collect();
  EXPECT_EQ(done.objects, 40U);
  EXPECT_EQ(done.bytes, bytes);
  EXPECT_EQ(done.components, 10U);
  EXPECT_EQ(done.examined, 40U);
  EXPECT_GT(done.duration.count(), 0);
}

TEST_F(CollectTest, WithoutCandidatesNothingIsExamined) {
  const ref<Node> ring = MakeChain(1000);
  EXPECT_EQ(tricycle::collect(generation::middle).examined, 0U);
}

TEST_F(CollectTest, OneExaminationAnswersForEveryCandidateItMeets) {
  std::vector<ref<Node>> handles;
  ref<Node> ring = MakeRing(8);
  for (ref<Node> at = ring; handles.size() < 8; at = at->next) handles.push_back(at);
  handles.clear();
  Drop(ring);
  EXPECT_EQ(Collect().examined, 8U);
}

TEST_F(CollectTest, ALiveGraphIsNotExaminedAgainUntilItIsTouched) {
  const ref<Node> ring = MakeRing(8);
  Touch(ring);
  Collect();
  Collect();
  EXPECT_EQ(tricycle::collect(generation::middle).examined, 0U);
  EXPECT_FALSE(collect_for(1s));
  EXPECT_EQ(stats().generations[2].candidates_examined, 1U);
  ring->next.reset();
}

TEST_F(CollectTest, CandidatesOfOneCycleMayBeApartOrTogether) {
  std::vector<ref<Node>> ahead;  // more than a chunk of candidates before the next of the cycle
  for (int i = 0; i < 1'500; ++i) ahead.push_back(make<Node>());
  for (const ref<Node>& node : ahead) Touch(node);
  for (const ref<Node>& node : ahead) {
    node->next = MakeRing(2);
    node->next->others.push_back(node);
  }
  const ref<Node> large = MakeRing(200);
  const ref<Node> held = ahead[700];
  Touch(large);
  EXPECT_GT(stats().candidates, 3'000U);
  ahead.clear();
  EXPECT_EQ(Collect().objects, 1'499U * 3);
  EXPECT_EQ(stats().candidates, 0U) << "no entry is left, and none is counted twice";
  EXPECT_EQ(Alive(), 203);
  large->next.reset();
  held->next->others.clear();
  held->next->next.reset();
}

TEST_F(CollectTest, ACycleClosedByMovesIsFoundThoughNoCountFell) {
  ref<Node> only = make<Node>();
  Node* const raw = only.get();
  raw->next = std::move(only);
  ref<Node> first = make<Node>();
  Node* const second = (first->next = make<Node>()).get();
  second->next = std::move(first);
  EXPECT_EQ(stats().candidates, 0U);
  EXPECT_EQ(Collect().objects, 3U);
}

TEST_F(CollectTest, ACycleThatASwapClosesIsFound) {
  ref<Node> a = make<Node>();
  ref<Node> b = make<Node>();
  a->next = b;
  std::swap(a, b->next);
  Drop(b);
  EXPECT_EQ(Collect().objects, 2U);
}

TEST_F(CollectTest, TheLiveAmongAllThatIsLookedAtStay) {
  const ref<Node> chain = MakeChain(1000);
  ref<Node> only = make<Node>();
  Node* const raw = only.get();
  raw->next = std::move(only);
  const collection all = Collect();
  EXPECT_EQ(all.objects, 1U);
  EXPECT_EQ(all.examined, 1001U);
  EXPECT_EQ(Alive(), 1000);
}

TEST_F(CollectTest, ARingThatDiesInAnotherRingsDestructionIsFreedByTheSameCall) {
  // Its last outer reference hangs off the first ring, in a chain that dies by counting.
  ref<Node> outer = MakeRing(2);
  outer->others.push_back(MakeChain(3));
  ref<Node> inner = MakeRing(4);
  outer->others[0]->next->next->others.push_back(inner);
  Drop(inner);
  Drop(outer);
  EXPECT_EQ(Collect().objects, 9U);
}

/// Leaves a new ring behind when it is destroyed, a few times.
struct Phoenix {
  ~Phoenix() {
    if (lives != 0) MakeRing<Phoenix>(2)->lives = lives - 1;
  }
  Counted counted;
  ref<Phoenix> next;
  int lives = 0;
};

TEST_F(CollectTest, ObjectsThatDestructorsMakeAreNotSubtractedFromTheFreed) {
  ref<Phoenix> ring = MakeRing<Phoenix>(1);
  ring->lives = 1;
  Drop(ring);
  EXPECT_EQ(Collect().objects + Collect().objects, 3U);
}

TEST_F(CollectTest, RingsThatDestructorsLeaveBehindAreFreedByTheSameCall) {
  ref<Phoenix> ring = MakeRing<Phoenix>(1);
  ring->lives = 5;
  Drop(ring);
  Collect();
  EXPECT_EQ(Alive(), 0);
}

TEST_F(CollectTest, ALiveGraphWhoseEdgesKeepChangingPlacesSurvives) {
  const ref<Node> root = make<Node>();
  for (int i = 0; i < 6; ++i) root->others.push_back(MakeRing(2));
  for (std::size_t i = 0; i < 100; ++i) {
    root->others[i % 6]->next.swap(root->others[i * 5 % 6]->next);
    Touch(root);
    Touch(root->others[i * 3 % 6]);
    Collect();
    ASSERT_EQ(Alive(), 13);
  }
}

TEST_F(CollectTest, CompleteGraphsDie) {
  std::vector<ref<Node>> nodes(40);
  for (auto& node : nodes) node = make<Node>();
  for (auto& node : nodes) node->others = nodes;
  nodes.resize(1);
  EXPECT_EQ(Collect().objects, 0U);
  nodes.clear();
  EXPECT_EQ(Collect().objects, 40U);
}

}  // namespace
}  // namespace tricycle::testing
