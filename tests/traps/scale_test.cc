// Traps 19 to 26: sizes and rates at which collectors fall over.
#include <algorithm>
#include <array>

#include "gc/fixture.h"
#include "gc/small_stack.h"

namespace tricycle::testing {
namespace {

/// Counts how often the collector looks at it.
struct Traced {
  void trace(auto& visit) {
    ++traces;
    visit(next, others);
  }
  static inline std::size_t traces = 0;
  ref<Traced> next;
  std::vector<ref<Traced>> others;
};

class ScaleTest : public HeapTest {
 protected:
  static constexpr std::size_t floor = std::size_t{2} << 20;

  void SetUp() override {
    HeapTest::SetUp();
    Traced::traces = 0;
  }
  void TearDown() override {
    configure(Manual());
    HeapTest::TearDown();
  }
  static void CollectAutomatically() {
    settings s;
    s.trash_floor = floor;
    configure(s);
  }
};

TEST_F(ScaleTest, Trap19ALongChainAndALongRingDieOnATinyStack) {
  OnSmallStack(std::size_t{64} << 10, [] {
    configure(Manual());
    const std::size_t length = Scaled(2'000'000);
    ref<Link> chain = MakeChain<Link>(length);
    Drop(chain);
    EXPECT_EQ(stats().live_objects, 0U);
    ref<Link> ring = MakeRing<Link>(length);
    Touch(ring);
    EXPECT_EQ(tricycle::collect().objects, 0U);
    Drop(ring);
    EXPECT_EQ(tricycle::collect().objects, length);
  });
}

TEST_F(ScaleTest, Trap20AnObjectOfAMillionEdgesIsFollowedInEveryPhase) {
  ref<Traced> hub = make<Traced>();
  hub->others.resize(Scaled(1'000'000));
  for (auto& spoke : hub->others) {
    spoke = make<Traced>();
    spoke->next = hub;
  }
  Touch(hub);
  EXPECT_EQ(Collect().objects, 0U);
  hub->others.back()->next.reset();
  Drop(hub);
  EXPECT_EQ(Collect().objects, Scaled(1'000'000) + 1);
}

TEST_F(ScaleTest, Trap20AMillionDeadComponentsOfEightAreExaminedOnceEach) {
  const std::size_t rings = Scaled(1'000'000);
  for (std::size_t i = 0; i < rings; ++i) MakeRing<Link>(8);
  const collection done = Collect();
  EXPECT_EQ(done.components, rings);
  EXPECT_EQ(done.examined, 8 * rings);
}

TEST_F(ScaleTest, Trap21AHubThatReachesTheHeapIsNotFollowedAtEveryTouch) {
  constexpr std::size_t reach = 100'000;
  const ref<Traced> hub = make<Traced>();
  for (std::size_t i = 0; i < reach; ++i) {
    hub->others.push_back(make<Traced>());
    hub->others.back()->next = hub;
  }
  CollectAutomatically();
  const std::size_t steps = Scaled(1'000'000);
  for (std::size_t step = 0; step < steps; ++step) {
    Touch(hub);
    static_cast<void>(make<Traced>());
  }
  EXPECT_LE(Traced::traces, 40 * reach);
  hub->others.clear();
}

TEST_F(ScaleTest, Trap21AnOldHubIsNotFollowedByYoungCollections) {
  const ref<Traced> hub = make<Traced>();
  for (int i = 0; i < 100'000; ++i) hub->others.push_back(make<Traced>());
  MakeOld(hub);
  std::size_t examined = 0;
  for (int round = 0; round < 1000; ++round) {
    Touch(hub);
    MakeRing<Traced>(2);
    examined += CollectYoung().examined;
  }
  EXPECT_LE(examined, 2000U);
}

TEST_F(ScaleTest, Trap22AFloodOfLeavesDoesNotFillTheCandidateBuffers) {
  std::vector<ref<Leaf>> leaves(1000);
  for (auto& leaf : leaves) leaf = make<Leaf>();
  const std::size_t bytes = stats().collector_bytes;
  for (int i = 0; i < 1'000'000; ++i) Touch(leaves[static_cast<std::size_t>(i) % leaves.size()]);
  EXPECT_EQ(stats().candidates, 0U);
  EXPECT_EQ(stats().collector_bytes, bytes);
  EXPECT_EQ(Collect().examined, 0U);
}

/// How often the collector looks at an object while a list grows to `length`.
std::size_t TracesWhileAListGrows(std::size_t length) {
  Traced::traces = 0;
  ref<Traced> list;
  for (std::size_t i = 0; i < length; ++i) {
    ref<Traced> node = make<Traced>();
    node->next = list;  // a copy, and a drop below: each head becomes a candidate
    list = std::move(node);
  }
  return Traced::traces;
}

TEST_F(ScaleTest, Trap23AHeapThatGrowsIsNotFollowedAQuadraticNumberOfTimes) {
  CollectAutomatically();
  const std::size_t length = slow_build ? 200'000 : 1'000'000;
  const std::size_t once = TracesWhileAListGrows(length);
  const std::size_t twice = TracesWhileAListGrows(2 * length);
  EXPECT_LE(twice, 2 * length * 60);
  if (!slow_build) {
    EXPECT_LE(twice, 3 * once) << "for a list twice as long, quadratic would be 4 times as many";
  }
}

/// Rings that are dropped after `window` newer ones were made: old by then, if the window is wide.
std::size_t MostBytesWhileRingsAgeAndDie(std::size_t window, std::size_t rings) {
  std::vector<ref<Link>> kept(window);
  std::size_t most = 0;
  for (std::size_t i = 0; i < rings; ++i) {
    kept[i % window] = MakeRing<Link>(4);
    most = std::max(most, stats().live_bytes);
  }
  return most;
}

TEST_F(ScaleTest, Trap23SteadyOldGarbageInABigHeapIsCollectedWithinTheBound) {
  CollectAutomatically();
  const ref<Link> big = MakeChain<Link>(Scaled(2'000'000));
  const std::size_t live = LiveBytes();
  const std::size_t window = 20'000;
  const std::size_t young = window * 4 * 32;
  const std::size_t most = MostBytesWhileRingsAgeAndDie(window, Scaled(2'000'000));
  EXPECT_LE(most, live + live / 2 + young + 4 * floor * slack);
}

TEST_F(ScaleTest, Trap24RunsOfLowYieldDoNotRaiseTheThresholdsForEver) {
  CollectAutomatically();
  std::vector<ref<Traced>> live(10'000);
  for (auto& object : live) object = make<Traced>();
  for (std::size_t round = 0; round < Scaled(500); ++round) {  // nothing of this is garbage
    for (auto& object : live) {
      Touch(object);
      object = make<Traced>();
    }
  }
  std::size_t most = 0;
  for (std::size_t i = 0; i < Scaled(500'000); ++i) {
    MakeRing<Traced>(4);
    most = std::max(most, LiveBytes());
  }
  EXPECT_LE(most, 6 * floor * slack);
}

TEST_F(ScaleTest, Trap24WhenTheGarbageIsGoneTheRunsStop) {
  CollectAutomatically();
  for (int i = 0; i < 100'000; ++i) MakeRing<Traced>(4);
  Collect();
  const auto slices = stats().slices;
  for (int i = 0; i < 500'000; ++i) static_cast<void>(make<Traced>());
  EXPECT_EQ(stats().slices, slices);
}

TEST_F(ScaleTest, Trap25GarbageOfFewLargeObjectsIsCollectedByItsBytes) {
  struct Payload {
    ref<Payload> next;
    std::array<char, std::size_t{1} << 20> bytes;
  };
  CollectAutomatically();
  std::size_t most = 0;
  for (int i = 0; i < 500; ++i) {
    MakeRing<Payload>(1);
    most = std::max(most, LiveBytes());
  }
  EXPECT_LE(most, 8 * floor * slack);
}

TEST_F(ScaleTest, Trap25AProgramThatAllocatesFasterThanShortSlicesCollectIsKeptInBounds) {
  settings s;
  s.trash_floor = floor;
  s.pause_target = 5us;
  configure(s);
  std::size_t most = 0;
  for (std::size_t i = 0; i < Scaled(500'000); ++i) {
    MakeRing<Link>(8);
    most = std::max(most, LiveBytes());
  }
  EXPECT_LE(most, 4 * floor * slack);
}

/// A trigger that reads the size of the process would wait until the garbage is as large as the
/// heap was once.
TEST_F(ScaleTest, Trap26AHeapThatWasLargeOnceCollectsAsOneThatNeverWas) {
  CollectAutomatically();
  { const ref<Link> large = MakeChain<Link>(Scaled(4'000'000)); }
  std::size_t most = 0;
  for (std::size_t i = 0; i < Scaled(500'000); ++i) {
    MakeRing<Link>(8);
    most = std::max(most, LiveBytes());
  }
  EXPECT_LE(most, 4 * floor * slack);
}

}  // namespace
}  // namespace tricycle::testing
