// stats(): what a heap says of itself, and the histogram of its pauses.
#include "gc/fixture.h"

namespace tricycle::testing {
namespace {

class StatsTest : public HeapTest {};

TEST_F(StatsTest, LiveObjectsAndBytesFollowMakeAndDrop) {
  ref<Node> a = make<Node>();
  const std::size_t one = LiveBytes();
  EXPECT_EQ(LiveObjects(), 1U);
  EXPECT_GE(one, sizeof(Node) + 16);
  ref<Node> b = make<Node>();
  EXPECT_EQ(LiveObjects(), 2U);
  EXPECT_EQ(LiveBytes(), 2 * one);
  Drop(a);
  EXPECT_EQ(LiveBytes(), one);
  Drop(b);
  EXPECT_EQ(LiveBytes(), 0U);
}

TEST_F(StatsTest, ADeadRingCountsAsLiveUntilItIsFound) {
  ref<Node> ring = MakeRing(3);
  Drop(ring);
  EXPECT_EQ(LiveObjects(), 3U);
  Collect();
  EXPECT_EQ(LiveObjects(), 0U);
}

TEST_F(StatsTest, CandidatesAreCounted) {
  std::vector<ref<Node>> nodes(10);
  for (auto& node : nodes) node = make<Node>();
  for (auto& node : nodes) Touch(node);
  EXPECT_EQ(stats().candidates, 10U);
  Collect();
  EXPECT_EQ(stats().candidates, 0U) << "they were examined, and live";
}

TEST_F(StatsTest, ACandidateThatDiesIsNoCandidateAnyMore) {
  ref<Node> node = make<Node>();
  Touch(node);
  Drop(node);
  EXPECT_EQ(stats().candidates, 0U);
}

TEST_F(StatsTest, NoCandidateIsLostWhileThereIsMemory) {
  std::vector<ref<Node>> nodes(Scaled(1'000'000));
  for (auto& node : nodes) node = make<Node>();
  for (auto& node : nodes) Touch(node);
  EXPECT_EQ(stats().candidates, nodes.size());
  EXPECT_EQ(stats().candidates_lost, 0U);
}

TEST_F(StatsTest, CollectorBytesGrowWithCandidatesAndShrinkAfterwards) {
  heap vm(Manual());
  const heap::scope in(vm);
  std::vector<ref<Node>> nodes(100'000);
  for (auto& node : nodes) node = make<Node>();
  EXPECT_LT(stats().collector_bytes, nodes.size());
  for (auto& node : nodes) Touch(node);
  EXPECT_GE(stats().collector_bytes, nodes.size() * 8);
  Collect();
  EXPECT_LT(stats().collector_bytes, nodes.size() * 8) << "buffers go back";
}

TEST_F(StatsTest, CollectedCountsTheObjectsFreedByCollections) {
  const auto before = stats().generations[2].collected;
  ref<Node> ring = MakeRing(4);
  ring->others.push_back(MakeChain(3));
  Drop(ring);
  Collect();
  EXPECT_EQ(stats().generations[2].collected, before + 7);
}

class PausesTest : public ::testing::Test {
 protected:
  pause_statistics pauses_;
};

TEST_F(PausesTest, WithoutPausesEverythingIsZero) {
  EXPECT_EQ(pauses_.count, 0U);
  EXPECT_EQ(pauses_.max, 0ns);
  EXPECT_EQ(pauses_.total, 0ns);
  EXPECT_EQ(pauses_.quantile(0.0), 0ns);
  EXPECT_EQ(pauses_.quantile(0.99), 0ns);
}

TEST_F(PausesTest, CountMaximumAndTotalAreExact) {
  for (const auto pause : {5000ns, 12345ns, 3ns}) pauses_.record(pause);
  EXPECT_EQ(pauses_.count, 3U);
  EXPECT_EQ(pauses_.max, 12345ns);
  EXPECT_EQ(pauses_.total, 17348ns);
}

TEST_F(PausesTest, OnePauseIsEveryQuantile) {
  pauses_.record(777us);
  for (const double q : {0.0, 0.5, 0.99, 1.0}) EXPECT_EQ(pauses_.quantile(q), 777us) << q;
}

TEST_F(PausesTest, SmallPausesAreExact) {
  for (int ns = 1; ns <= 16; ++ns) pauses_.record(std::chrono::nanoseconds(ns));
  EXPECT_EQ(pauses_.quantile(0.5), 8ns);
  EXPECT_EQ(pauses_.quantile(0.25), 4ns);
  EXPECT_EQ(pauses_.quantile(1.0), 16ns);
}

TEST_F(PausesTest, QuantilesAreExactToASixteenth) {
  for (int us = 1; us <= 1000; ++us) pauses_.record(std::chrono::microseconds(us));
  for (const double q : {0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999}) {
    const double exact = q * 1e6;
    const auto found = static_cast<double>(pauses_.quantile(q).count());
    EXPECT_GE(found, exact) << "a quantile is not to be understated: " << q;
    EXPECT_LE(found, exact * (1 + 1.0 / 16)) << q;
  }
}

TEST_F(PausesTest, NoQuantileExceedsTheMaximum) {
  pauses_.record(1001ns);
  pauses_.record(1002ns);
  EXPECT_LE(pauses_.quantile(0.5), 1002ns);
  EXPECT_EQ(pauses_.quantile(1.0), 1002ns);
}

TEST_F(PausesTest, QuantilesOutsideOfZeroToOneAreClamped) {
  pauses_.record(10ns);
  pauses_.record(20ns);
  EXPECT_EQ(pauses_.quantile(-1), pauses_.quantile(0));
  EXPECT_EQ(pauses_.quantile(2), 20ns);
}

TEST_F(PausesTest, TheLongestPauseThatCanBeSaidIsRecorded) {
  pauses_.record(std::chrono::nanoseconds::max());
  pauses_.record(0ns);
  pauses_.record(-5ns);
  EXPECT_EQ(pauses_.max, std::chrono::nanoseconds::max());
  EXPECT_EQ(pauses_.quantile(1.0), std::chrono::nanoseconds::max());
  EXPECT_EQ(pauses_.quantile(0.5), 0ns);
}

}  // namespace
}  // namespace tricycle::testing
