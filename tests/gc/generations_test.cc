// Three generations: who survives ages, the young are collected without the old, and a cycle across
// generations dies at the latest when the old are collected.
#include "gc/fixture.h"

namespace tricycle::testing {
namespace {

class GenerationsTest : public HeapTest {};

TEST_F(GenerationsTest, AYoungDeadRingDiesInAYoungCollection) {
  ref<Node> ring = MakeRing(4);
  Drop(ring);
  EXPECT_EQ(CollectYoung().objects, 4U);
}

TEST_F(GenerationsTest, AYoungCollectionDoesNotFollowOldObjects) {
  const ref<Node> old = MakeChain(1000);
  MakeOld(old);
  ref<Node> young = make<Node>();
  young->next = old;
  Touch(young);
  EXPECT_LT(CollectYoung().examined, 10U);
}

TEST_F(GenerationsTest, AMiddleCollectionDoesNotFollowOldObjects) {
  const ref<Node> old = MakeChain(1000);
  MakeOld(old);
  ref<Node> young = make<Node>();
  young->next = old;
  Touch(young);
  EXPECT_LT(CollectMiddle().examined, 10U);
}

TEST_F(GenerationsTest, ASurvivorOfAYoungCollectionIsFollowedByAMiddleOneOnly) {
  const ref<Node> root = MakeChain(10);
  Touch(root);
  EXPECT_EQ(CollectYoung().examined, 10U);
  Touch(root);
  EXPECT_EQ(CollectYoung().examined, 0U);
  EXPECT_EQ(CollectMiddle().examined, 10U);
}

TEST_F(GenerationsTest, ASurvivorOfAMiddleCollectionIsFollowedByAnOldOneOnly) {
  const ref<Node> root = MakeChain(10);
  Touch(root);
  CollectYoung();
  Touch(root);
  CollectMiddle();
  Touch(root);
  EXPECT_EQ(CollectYoung().examined, 0U);
  EXPECT_EQ(CollectMiddle().examined, 0U);
  EXPECT_EQ(Collect().examined, 10U);
}

TEST_F(GenerationsTest, AnOldDeadRingWaitsForAnOldCollection) {
  ref<Node> ring = MakeRing(4);
  MakeOld(ring);
  Drop(ring);
  EXPECT_EQ(CollectYoung().objects, 0U);
  EXPECT_EQ(CollectMiddle().objects, 0U);
  EXPECT_EQ(Collect().objects, 4U);
}

TEST_F(GenerationsTest, ARingAcrossGenerationsDiesInAnOldCollection) {
  ref<Node> ring = MakeRing(3);
  MakeOld(ring);
  ref<Node> young = make<Node>();
  young->next = ring->next;
  ring->next = young;
  Drop(ring);
  Drop(young);
  EXPECT_EQ(CollectYoung().objects, 0U) << "an old object holds it";
  EXPECT_EQ(Collect().objects, 4U);
}

TEST_F(GenerationsTest, AYoungCandidateHeldByAnOldObjectStaysACandidateUntilAnOldCollection) {
  ref<Node> old = make<Node>();
  MakeOld(old);
  old->next = make<Node>();
  ref<Node> young = old->next;
  young->next = std::move(old);  // without touching the old one's count
  Drop(young);
  EXPECT_EQ(CollectYoung().objects, 0U);
  EXPECT_EQ(CollectMiddle().objects, 0U);
  EXPECT_EQ(CollectMiddle().objects, 0U);
  EXPECT_EQ(Collect().objects, 2U);
}

/// old <-> b <-> c, and only c is a candidate. A young collection finds it alive because b is,
/// which the old object holds; but that one waits for c to be examined again.
TEST_F(GenerationsTest, ACandidateFoundAliveThroughAnotherStaysACandidateUntilAnOldCollection) {
  ref<Node> old = make<Node>();
  MakeOld(old);
  ref<Node> b = make<Node>();
  ref<Node> c = make<Node>();
  c->next = b;
  b->others.push_back(c);
  Node& at_b = *b;
  old->next = std::move(b);  // handed over: no count drops
  at_b.next = std::move(old);
  EXPECT_EQ(stats().candidates, 0U);
  Drop(c);
  EXPECT_EQ(CollectYoung().objects, 0U);
  EXPECT_EQ(CollectMiddle().objects, 0U);
  EXPECT_EQ(Collect().objects, 3U);
}

TEST_F(GenerationsTest, AnOldObjectThatLetsGoOfAYoungRingLetsItDieYoung) {
  const ref<Node> old = make<Node>();
  MakeOld(old);
  old->next = MakeRing(5);
  old->next.reset();
  EXPECT_EQ(CollectYoung().objects, 5U);
}

TEST_F(GenerationsTest, StatisticsAreKeptForEachGeneration) {
  const auto before = stats().generations;
  ref<Node> ring = MakeRing(2);
  Drop(ring);
  CollectYoung();
  CollectMiddle();
  Collect();
  const auto after = stats().generations;
  EXPECT_GE(after[0].collections, before[0].collections + 1);
  EXPECT_GE(after[1].collections, before[1].collections + 1);
  EXPECT_GE(after[2].collections, before[2].collections + 1);
  EXPECT_EQ(after[0].collected, before[0].collected + 2);
  EXPECT_EQ(after[1].collected, before[1].collected);
  EXPECT_GE(after[0].candidates_examined, before[0].candidates_examined + 1);
}

}  // namespace
}  // namespace tricycle::testing
