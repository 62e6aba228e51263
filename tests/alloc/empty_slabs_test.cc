// Memory that a heap does not need any more goes back to the system: slowly by itself, at once when
// asked to.

#include <cstddef>
#include <cstdint>

#include "gc/fixture.h"
#include "support/resident.h"

namespace tricycle::testing {
namespace {

struct Link {
  ref<Link> next;
  std::uint64_t value[4];
};

class EmptySlabsTest : public HeapTest {
 protected:
  static constexpr std::size_t kLinks = 1'000'000;
  static constexpr std::size_t kBytes = kLinks * 64;

  void SetUp() override {
    HeapTest::SetUp();
#ifndef TRICYCLE_USE_MIMALLOC
    GTEST_SKIP() << "malloc decides for itself what it gives back";
#endif
  }

  static ref<Link> MakeChain() {
    ref<Link> head;
    for (std::uint64_t i = 0; i < kLinks; ++i) {
      auto link = make<Link>();
      for (std::uint64_t& v : link->value) v = i;
      link->next = std::move(head);
      head = std::move(link);
    }
    return head;
  }

  static bool IsIntact(const ref<Link>& head) {
    std::uint64_t expected = kLinks;
    for (const Link* at = head.get(); at != nullptr; at = at->next.get()) {
      --expected;
      for (const std::uint64_t v : at->value)
        if (v != expected) return false;
    }
    return expected == 0;
  }

  static bool LivesUntilResident(std::size_t bytes) {
    return testing::LivesUntilResident(bytes, [] { return make<Link>(); });
  }
};

TEST_F(EmptySlabsTest, WhatStaysIdleGoesBackWhileTheProgramRuns) {
  auto chain = MakeChain();
  const std::size_t full = ResidentBytes();
  chain = nullptr;
  EXPECT_TRUE(LivesUntilResident(full - kBytes * 3 / 4));
}

TEST_F(EmptySlabsTest, WhatWentBackCanBeUsedAgain) {
  for (int round = 0; round < 3; ++round) {
    auto chain = MakeChain();
    ASSERT_TRUE(IsIntact(chain));
    const std::size_t full = ResidentBytes();
    chain = nullptr;
    ASSERT_TRUE(LivesUntilResident(full - kBytes / 2));
  }
}

TEST_F(EmptySlabsTest, AfterAnExplicitCollectionThereIsMemoryAgain) {
  auto chain = MakeChain();
  chain = nullptr;
  Collect();
  chain = MakeChain();
  EXPECT_TRUE(IsIntact(chain));
}

}  // namespace
}  // namespace tricycle::testing
