// Collections that `make` runs by itself: garbage stays bounded, and pauses short.
#include <array>

#include "gc/fixture.h"

namespace tricycle::testing {
namespace {

/// A node with something to weigh.
struct Heavy {
  Counted counted;
  ref<Heavy> next;
  std::array<char, 1000> payload;
};

struct Page {
  Page() {}  // leaves most of it untouched, and so without memory
  void trace(auto& visit) { visit(self); }
  Counted counted;
  ref<Page> self;
  char text[64'000];
};

class AutomaticTest : public HeapTest {
 protected:
  static constexpr std::size_t floor = std::size_t{1} << 20;

  void SetUp() override {
    HeapTest::SetUp();
    settings s;
    s.trash_floor = floor;
    configure(s);
    slices_before_ = stats().slices;
    pauses_before_ = stats().pauses.count;
  }
  void TearDown() override {
    configure(Manual());
    HeapTest::TearDown();
  }

  [[nodiscard]] std::uint64_t Slices() const { return stats().slices - slices_before_; }
  [[nodiscard]] std::uint64_t Pauses() const { return stats().pauses.count - pauses_before_; }

 private:
  std::uint64_t slices_before_ = 0;
  std::uint64_t pauses_before_ = 0;
};

TEST_F(AutomaticTest, ALoopThatMakesRingsKeepsLiveObjectsBounded) {
  std::size_t most = 0;
  for (std::size_t i = 0; i < Scaled(200'000); ++i) {
    MakeRing(8);
    most = std::max(most, LiveBytes());
  }
  EXPECT_LE(most, 2 * floor * slack);
}

TEST_F(AutomaticTest, ALoopThatMakesLargeRingsKeepsLiveBytesBounded) {
  std::size_t most = 0;
  for (std::size_t i = 0; i < Scaled(2'000); ++i) {
    MakeRing(1000);
    most = std::max(most, LiveBytes());
  }
  EXPECT_LE(most, 4 * floor * slack);
}

TEST_F(AutomaticTest, HeavyObjectsAreCollectedByTheirBytes) {
  std::size_t most = 0;
  for (std::size_t i = 0; i < 20'000; ++i) {
    MakeRing<Heavy>(2);
    most = std::max(most, LiveBytes());
  }
  EXPECT_LE(most, 3 * floor * slack);
}

TEST_F(AutomaticTest, OldGarbageIsCollectedToo) {
  // Rings that live long enough to grow old, and are dropped then.
  constexpr std::size_t window = 4000;
  std::vector<ref<Node>> ring_of_rings(window);
  std::size_t most = 0;
  for (std::size_t i = 0; i < Scaled(400'000); ++i) {
    ring_of_rings[i % window] = MakeRing(4);
    most = std::max(most, LiveObjects());
  }
  const std::size_t live = window * 4;
  const std::size_t bytes_each = LiveBytes() / LiveObjects();
  EXPECT_LE(most * bytes_each, live * bytes_each + 4 * floor * slack);
}

struct Wide {
  Counted counted;
  ref<Wide> next;
  std::array<char, 256> payload;
};

TEST_F(AutomaticTest, OldGarbageDoesNotPileUpBehindACollectionOfTheOld) {
  // Each ring outlives the young and the middle generation. While an old collection frees some, as
  // many die: were what is there at its end all taken for alive, the bound would move with it.
  settings s = configuration();
  s.trash_floor = 8 * floor;
  configure(s);
  constexpr std::size_t window = 16;
  constexpr std::size_t nodes = 1000;
  std::vector<ref<Wide>> rings(window);
  std::size_t most = 0;
  for (std::size_t i = 0; i < 1'500; ++i) {
    rings[i % window] = MakeRing<Wide>(nodes);
    most = std::max(most, LiveBytes());
  }
  EXPECT_LE(most, window * nodes * sizeof(Wide) * 5 / 4 + 8 * floor * slack);
}

TEST_F(AutomaticTest, ARingLargerThanTheBoundIsGoneBeforeTheNextOneDies) {
  settings s = configuration();
  s.pause_target *= 2 * slack - 1;
  configure(s);
  constexpr std::size_t nodes = 40'000;
  ref<Node> ring = MakeRing(nodes);
  const std::size_t one = LiveBytes();
  ASSERT_GT(one, 2 * floor);
  std::size_t most = 0;
  for (int i = 0; i < 15; ++i) {
    ref<Node> next = MakeRing(nodes);
    most = std::max(most, LiveBytes());
    ring = std::move(next);
  }
  EXPECT_LT(most, 3 * one - one / 10) << "two were dead at once";
}

TEST_F(AutomaticTest, TheStatisticsSayThatTheTrashBoundWasBroken) {
  configure(Manual());
  const auto before = stats().trash_exceeded;
  while (LiveBytes() < std::size_t{26} << 20) MakeRing(1000);
  Collect();
  EXPECT_EQ(stats().trash_exceeded, before + 1);
}

TEST_F(AutomaticTest, SwitchedOffNothingIsCollected) {
  configure(Manual());
  for (int i = 0; i < 20'000; ++i) MakeRing(8);
  EXPECT_EQ(Alive(), 160'000);
  EXPECT_EQ(Slices(), 0U);
}

TEST_F(AutomaticTest, SwitchedOnAgainItCatchesUp) {
  const settings automatic = configuration();
  configure(Manual());
  for (int i = 0; i < 20'000; ++i) MakeRing(8);
  configure(automatic);
  for (std::size_t i = 0; i < 200'000 && LiveBytes() > 2 * floor * slack; ++i) MakeRing(8);
  EXPECT_LE(LiveBytes(), 2 * floor * slack);
}

TEST_F(AutomaticTest, AProgramWithoutCandidatesIsNotSliced) {
  for (int i = 0; i < 300'000; ++i) static_cast<void>(make<Node>());
  EXPECT_EQ(Slices(), 0U);
  EXPECT_EQ(Pauses(), 0U);
}

TEST_F(AutomaticTest, ALiveGraphSurvivesTheSlices) {
  const ref<Node> live = MakeRing(5000);
  for (std::size_t i = 0; i < 30'000; ++i) {
    MakeRing(8);
    if (i % 100 == 0) Touch(live);
  }
  std::size_t length = 1;
  for (const Node* at = live->next.get(); at != live.get(); at = at->next.get()) ++length;
  EXPECT_EQ(length, 5000U);
  live->next.reset();
}

TEST_F(AutomaticTest, CyclesClosedByMovesAreFoundWhenTheHeapHasDoubled) {
  for (int i = 0; i < 25'000; ++i) {  // 1.6 GB
    ref<Page> page = make<Page>();
    Page* const raw = page.get();
    raw->self = std::move(page);
  }
  EXPECT_LE(stats().live_bytes, std::size_t{1} << 30);
}

TEST_F(AutomaticTest, SlicesAreRecordedAsPauses) {
  for (int i = 0; i < 50'000; ++i) MakeRing(8);
  EXPECT_GT(Slices(), 0U);
  EXPECT_EQ(Pauses(), Slices());
  const pause_statistics pauses = stats().pauses;
  EXPECT_GE(pauses.max, pauses.quantile(0.5));
  EXPECT_LE(pauses.max, pauses.total);
}

TEST_F(AutomaticTest, WhereTimeGivesWayTheTrashBoundHoldsThoughSlicesAreMeantToBeTooShort) {
  settings s = configuration();
  s.gives_way = budget::time;
  s.pause_target = 1ns;
  configure(s);
  std::size_t most = 0;
  for (std::size_t i = 0; i < Scaled(200'000); ++i) {
    MakeRing(8);
    most = std::max(most, LiveBytes());
  }
  EXPECT_LE(most, 2 * floor * slack);
  EXPECT_GT(stats().pause_exceeded, 0U);
}

TEST_F(AutomaticTest, MemoryBesideObjectsCountsWhereTheCollectorIsToldOfIt) {
  constexpr long most_pairs = 60;  // 60 MiB; untold, there would be thousands
  for (int i = 0; i < 2'000; ++i) {
    MakeRing(2);
    add_memory_pressure(std::size_t{1} << 20);
    ASSERT_LE(Alive(), 2 * most_pairs);
  }
}

TEST_F(AutomaticTest, EveryHeapPacesItself) {
  settings s;
  s.trash_floor = floor;
  heap vm(s);
  {
    const heap::scope in(vm);
    for (int i = 0; i < 50'000; ++i) MakeRing(8);
  }
  EXPECT_GT(vm.stats().slices, 0U);
  EXPECT_EQ(Slices(), 0U);
}

}  // namespace
}  // namespace tricycle::testing
