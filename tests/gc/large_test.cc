// Large garbage: every phase of a collection is iterative, and takes memory in proportion.
#include "gc/fixture.h"
#include "gc/small_stack.h"

namespace tricycle::testing {
namespace {

constexpr std::size_t kilobyte = 1024;
constexpr std::size_t million = 1'000'000;

class LargeTest : public HeapTest {};

TEST_F(LargeTest, ADeadRingOfTenMillionIsCollectedOnASmallStack) {
  OnSmallStack(256 * kilobyte, [] {
    configure(Manual());
    ref<Link> ring = MakeRing<Link>(Scaled(10 * million));
    Drop(ring);
    EXPECT_EQ(tricycle::collect().objects, Scaled(10 * million));
  });
}

TEST_F(LargeTest, ADeadRingOfAMillionIsCollectedOnATinyStack) {
  OnSmallStack(64 * kilobyte, [] {
    configure(Manual());
    ref<Link> ring = MakeRing<Link>(Scaled(million));
    Drop(ring);
    EXPECT_EQ(tricycle::collect().objects, Scaled(million));
  });
}

TEST_F(LargeTest, ADeadRingOfAMillionIsCollectedInSlices) {
  ref<Link> ring = MakeRing<Link>(Scaled(million));
  Drop(ring);
  std::size_t slices = 0;
  while (collect_for(100us)) ++slices;
  EXPECT_GT(slices, 5U);
  EXPECT_EQ(LiveObjects(), 0U);
}

TEST_F(LargeTest, AMillionDeadRingsOfEightAreCollected) {
  for (std::size_t i = 0; i < Scaled(million); ++i) MakeRing<Link>(8);
  EXPECT_EQ(Collect().components, Scaled(million));
}

TEST_F(LargeTest, AMillionDeadRingsOfEightAreCollectedInSlices) {
  for (std::size_t i = 0; i < Scaled(million); ++i) MakeRing<Link>(8);
  while (collect_for(1ms)) {
  }
  EXPECT_EQ(LiveObjects(), 0U);
}

TEST_F(LargeTest, AChainOfAMillionDeadRingsIsCollected) {
  ref<Node> last;
  for (std::size_t i = 0; i < Scaled(million / 2); ++i) {
    ref<Node> ring = MakeRing(2);
    ring->others.push_back(std::move(last));
    last = std::move(ring);
  }
  Drop(last);
  EXPECT_EQ(Collect().objects, Scaled(million / 2) * 2);
}

/// Each node also refers to the one before it: paths of any depth, and one component.
TEST_F(LargeTest, ADoublyLinkedListOfAMillionIsCollectedOnATinyStack) {
  OnSmallStack(64 * kilobyte, [] {
    configure(Manual());
    const std::size_t length = Scaled(million);
    ref<Node> first = make<Node>();
    ref<Node> last = first;
    for (std::size_t i = 1; i < length; ++i) {
      last->next = make<Node>();
      last->next->others.push_back(last);
      last = last->next;
    }
    Drop(first);
    Drop(last);
    const collection done = tricycle::collect();
    EXPECT_EQ(done.objects, length);
    EXPECT_EQ(done.components, 1U);
  });
}

TEST_F(LargeTest, AnObjectWithAMillionEdgesIsCollected) {
  ref<Node> hub = make<Node>();
  hub->others.resize(Scaled(million));
  for (auto& spoke : hub->others) {
    spoke = make<Node>();
    spoke->next = hub;
  }
  Drop(hub);
  EXPECT_EQ(Collect().objects, Scaled(million) + 1);
}

TEST_F(LargeTest, AnObjectWithAMillionEdgesToItselfIsCollected) {
  ref<Node> hub = make<Node>();
  hub->others.assign(Scaled(million), hub);
  Drop(hub);
  EXPECT_EQ(Collect().objects, 1U);
}

TEST_F(LargeTest, AnObjectWithAMillionEdgesSurvivesWhenItIsHeld) {
  const ref<Node> hub = make<Node>();
  hub->others.resize(Scaled(million));
  for (auto& spoke : hub->others) {
    spoke = make<Node>();
    spoke->next = hub;
  }
  Touch(hub);
  EXPECT_EQ(Collect().objects, 0U);
  for (auto& spoke : hub->others) ASSERT_EQ(spoke.use_count(), 1);
  hub->others.clear();
}

TEST_F(LargeTest, ALargeLiveGraphIsExaminedOnce) {
  const ref<Link> chain = MakeChain<Link>(Scaled(million));
  Touch(chain);
  EXPECT_EQ(Collect().examined, Scaled(million));
  EXPECT_EQ(tricycle::collect(generation::middle).examined, 0U);
  EXPECT_FALSE(collect_for(1h));
  EXPECT_EQ(Collect().examined, Scaled(million)) << "all of it, on demand, and each once";
}

}  // namespace
}  // namespace tricycle::testing
