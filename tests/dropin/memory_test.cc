// Memory of tracked shared objects: it goes back to the system, passes from thread to thread, and
// may run out.
#include <gtest/gtest.h>
#include <tricycle/tricycle.h>

#include <array>
#include <cstdint>
#include <memory>
#include <new>
#include <thread>
#include <utility>

#include "fault.h"
#include "support/resident.h"

namespace tricycle::testing {
namespace {

struct Link {
  shared_ptr<Link> next;
  std::array<std::uint64_t, 4> value{};
};

shared_ptr<Link> MakeChain(std::size_t n) {
  shared_ptr<Link> head;
  for (std::size_t i = 0; i < n; ++i) {
    auto link = make_shared<Link>();
    link->value.fill(i);
    link->next = std::move(head);
    head = std::move(link);
  }
  return head;
}

class SharedMemory : public ::testing::Test {
 protected:
  static constexpr std::size_t kLinks = 1'000'000;
  static constexpr std::size_t kBytes = kLinks * 64;

  void SetUp() override {
#ifndef TRICYCLE_USE_MIMALLOC
    GTEST_SKIP() << "malloc decides for itself what it gives back";
#endif
  }

  static bool LivesUntilResident(std::size_t bytes) {
    return testing::LivesUntilResident(bytes, [] { return make_shared<Link>(); });
  }
};

TEST_F(SharedMemory, WhatStaysIdleGoesBackWhileTheProgramRuns) {
  auto chain = MakeChain(kLinks);
  const std::size_t full = ResidentBytes();
  chain = nullptr;
  EXPECT_TRUE(LivesUntilResident(full - kBytes * 3 / 4));
}

/// In a process with threads of which none is attached, nothing is traced; memory goes back.
TEST_F(SharedMemory, WhatWentBackCanBeUsedAgainByAnyThread) {
  for (int round = 0; round < 3; ++round) {
    shared_ptr<Link> chain;
    std::thread([&] { chain = MakeChain(kLinks); }).join();
    std::uint64_t expected = kLinks;
    for (const Link* at = chain.get(); at != nullptr; at = at->next.get()) {
      --expected;
      for (const std::uint64_t v : at->value) ASSERT_EQ(v, expected);
    }
    const std::size_t full = ResidentBytes();
    std::thread([&] { chain = nullptr; }).join();
    ASSERT_TRUE(LivesUntilResident(full - kBytes / 2));
  }
}

TEST_F(SharedMemory, BlocksAtHandOfThreadsThatEndedAreNotLost) {
  const std::size_t before = ResidentBytes();
  for (int i = 0; i < 1'000; ++i) std::thread([] { MakeChain(1'000); }).join();
  EXPECT_LT(ResidentBytes(), before + (std::size_t{16} << 20)) << "64 MB came and went";
}

#ifdef TRICYCLE_HAS_FAULT_POINTS
TEST(SharedMemoryRunsOut, AtEachOpportunity) {
  shared_heap::collect();
  const auto before = shared_heap::stats().live_objects;
  int failures = 0;
  for (std::int64_t k = 0; k < 200; ++k) {
    shared_ptr<Link> kept;
    alloc::faults_after = k;
    try {
      kept = MakeChain(1'000);
      auto aligned = allocate_shared<Link>(std::allocator<char>());
      Link* const raw = aligned.get();
      raw->next = std::move(aligned);
      static_cast<void>(make_shared<Link[]>(100));
    } catch (const std::bad_alloc&) {
      ++failures;
    }
    static_cast<void>(shared_heap::collect());
    alloc::faults_after = -1;
  }
  EXPECT_GT(failures, 0);
  shared_heap::collect();
  EXPECT_EQ(shared_heap::stats().live_objects, before);
}
#endif

}  // namespace
}  // namespace tricycle::testing
