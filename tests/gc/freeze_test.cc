// freeze and unfreeze: what is alive leaves the collector's sight, and comes back.
#include "gc/fixture.h"
#include "tricycle/weak_key_map.h"

namespace tricycle::testing {
namespace {

struct Traced {
  ref<Traced> next;
  Counted counted;
  static inline int traces = 0;
  void trace(auto& visit) {
    ++traces;
    visit(next);
  }
};

class FreezeTest : public HeapTest {
 protected:
  void TearDown() override {
    unfreeze();
    HeapTest::TearDown();
  }
};

TEST_F(FreezeTest, AFrozenObjectIsNeverTraced) {
  const ref<Traced> ring = MakeRing<Traced>(3);
  EXPECT_EQ(freeze(), 3U);
  EXPECT_EQ(frozen(), 3U);
  Traced::traces = 0;
  Touch(ring);
  EXPECT_EQ(stats().candidates, 0U);
  Collect();
  EXPECT_EQ(Traced::traces, 0);
  ring->next.reset();
}

TEST_F(FreezeTest, AFrozenCycleThatIsDroppedStaysUntilItIsUnfrozen) {
  ref<Node> ring = MakeRing(4);
  freeze();
  Drop(ring);
  EXPECT_EQ(Collect().objects, 0U);
  EXPECT_EQ(unfreeze(), 4U);
  EXPECT_EQ(frozen(), 0U);
  EXPECT_EQ(Collect().objects, 4U);
}

TEST_F(FreezeTest, AFrozenObjectDiesByCounting) {
  ref<Node> chain = MakeChain(10);
  const weak_ref<Node> watch = chain;
  freeze();
  EXPECT_EQ(watch.lock(), chain);
  Drop(chain);
  EXPECT_EQ(Alive(), 0);
  EXPECT_TRUE(watch.expired());
}

TEST_F(FreezeTest, WhatAFrozenObjectRefersToIsHeld) {
  const ref<Node> root = make<Node>();
  freeze();
  root->next = MakeRing(3);
  Touch(root->next);
  EXPECT_EQ(Collect().objects, 0U);
  root->next.reset();
  EXPECT_EQ(Collect().objects, 3U);
}

TEST_F(FreezeTest, WhatIsMadeAfterwardsIsCollected) {
  const ref<Node> kept = MakeRing(3);
  freeze();
  MakeRing(5);
  EXPECT_EQ(Collect().objects, 5U);
  EXPECT_EQ(freeze(), 0U);
  kept->next.reset();
}

TEST_F(FreezeTest, LeavesAreNotConcerned) {
  const ref<Leaf> leaf = make<Leaf>();
  EXPECT_EQ(freeze(), 0U);
  EXPECT_EQ(unfreeze(), 0U);
  EXPECT_EQ(stats().candidates, 0U);
}

TEST_F(FreezeTest, ACandidateThatIsFrozenIsNoneAnyMore) {
  const ref<Node> node = make<Node>();
  Touch(node);
  EXPECT_EQ(stats().candidates, 1U);
  freeze();
  EXPECT_EQ(stats().candidates, 0U);
}

TEST_F(FreezeTest, InTheMiddleOfACollectionNothingIsLost) {
  for (int slices = 0; slices < 30; ++slices) {
    std::vector<ref<Node>> live;
    for (int i = 0; i < 200; ++i) {
      live.push_back(MakeRing(10));
      MakeRing(10);
    }
    for (int i = 0; i < slices; ++i) static_cast<void>(collect_for(1ns));
    freeze();
    EXPECT_EQ(Collect().objects, 0U);
    live.clear();
    unfreeze();
    Collect();
    ASSERT_EQ(Alive(), 0);
  }
}

TEST_F(FreezeTest, InADestructorItDoesNothing) {
  struct Freezer {
    ~Freezer() { frozen = freeze(); }
    std::size_t& frozen;
    void trace(edge_visitor&) {}
  };
  const ref<Node> node = make<Node>();
  std::size_t frozen_then = 99;
  ref<Freezer> freezer = make<Freezer>(frozen_then);
  Drop(freezer);
  EXPECT_EQ(frozen_then, 0U);
  EXPECT_EQ(frozen(), 0U);
}

TEST_F(FreezeTest, OneHeapIsFrozenAndNoOther) {
  heap vm(Manual());
  ref<Node> there;
  {
    const heap::scope in(vm);
    there = MakeRing(2);
  }
  const ref<Node> here = make<Node>();
  EXPECT_EQ(vm.freeze(), 2U);
  EXPECT_EQ(vm.frozen(), 2U);
  EXPECT_EQ(frozen(), 0U);
  Drop(there);
  EXPECT_EQ(vm.collect().objects, 0U);
  EXPECT_EQ(vm.unfreeze(), 2U);
  EXPECT_EQ(vm.collect().objects, 2U);
}

TEST_F(FreezeTest, AFrozenKeyKeepsItsValueAndBothComeBack) {
  struct Back {
    ref<Leaf> key;
  };
  weak_key_map<Leaf, ref<Back>> back;
  ref<Leaf> key = make<Leaf>();
  back.insert({key, make<Back>(key)});
  freeze();
  Drop(key);
  EXPECT_EQ(Collect().objects, 0U);
  EXPECT_EQ(back.size(), 1U);
  unfreeze();
  Collect();
  EXPECT_EQ(back.size(), 0U);
}

}  // namespace
}  // namespace tricycle::testing
