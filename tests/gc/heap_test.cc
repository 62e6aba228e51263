// Heaps: isolation, scopes, and settings of their own.
#include <optional>

#include "gc/fixture.h"

namespace tricycle::testing {
namespace {

class HeapsTest : public HeapTest {
 protected:
  heap vm_{Manual()};
};

TEST_F(HeapsTest, AScopeMakesObjectsGoIntoItsHeap) {
  {
    const heap::scope in(vm_);
    const ref<Node> node = make<Node>();
    EXPECT_EQ(vm_.stats().live_objects, 1U);
    EXPECT_EQ(stats().live_objects, 1U) << "the free functions ask the current heap";
  }
  EXPECT_EQ(vm_.stats().live_objects, 0U);
}

TEST_F(HeapsTest, WithoutAScopeAHeapIsNotUsed) {
  const ref<Node> node = make<Node>();
  EXPECT_EQ(vm_.stats().live_objects, 0U);
  EXPECT_EQ(LiveObjects(), 1U);
}

TEST_F(HeapsTest, ScopesNest) {
  heap inner;
  const heap::scope in_outer(vm_);
  std::vector<ref<Node>> kept;
  {
    const heap::scope in_inner(inner);
    kept.push_back(make<Node>());
    {
      const heap::scope again(vm_);
      kept.push_back(make<Node>());
    }
    kept.push_back(make<Node>());
  }
  kept.push_back(make<Node>());
  EXPECT_EQ(inner.stats().live_objects, 2U);
  EXPECT_EQ(vm_.stats().live_objects, 2U);
}

TEST_F(HeapsTest, AScopeThatEndsByAnExceptionRestoresTheHeap) {
  try {
    const heap::scope in(vm_);
    throw 1;
  } catch (int) {
  }
  const ref<Node> node = make<Node>();
  EXPECT_EQ(LiveObjects(), 1U);
}

TEST_F(HeapsTest, AHeapIsCollectedApartFromTheOthers) {
  ref<Node> here = MakeRing(3);
  Drop(here);
  {
    const heap::scope in(vm_);
    ref<Node> there = MakeRing(5);
    Drop(there);
  }
  EXPECT_EQ(vm_.collect().objects, 5U);
  EXPECT_EQ(Alive(), 3);
  EXPECT_EQ(Collect().objects, 3U);
}

TEST_F(HeapsTest, TheFreeFunctionsCollectTheCurrentHeap) {
  const heap::scope in(vm_);
  ref<Node> ring = MakeRing(5);
  Drop(ring);
  EXPECT_EQ(tricycle::collect().objects, 5U);
}

TEST_F(HeapsTest, AHeapIsCollectedInSlicesToo) {
  {
    const heap::scope in(vm_);
    ref<Node> ring = MakeRing(5000);
    Drop(ring);
  }
  while (vm_.collect_for(1ns)) {
  }
  EXPECT_EQ(vm_.stats().live_objects, 0U);
}

TEST_F(HeapsTest, GenerationsOfAHeapCanBeCollectedAlone) {
  {
    const heap::scope in(vm_);
    ref<Node> ring = MakeRing(5);
    Drop(ring);
  }
  EXPECT_EQ(vm_.collect(generation::young).objects, 5U);
}

TEST_F(HeapsTest, ARingAcrossTwoHeapsIsTakenForAlive) {
  ref<Node> here = make<Node>();
  {
    const heap::scope in(vm_);
    here->next = make<Node>();
  }
  Node* const there = here->next.get();
  there->next = here;
  Drop(here);
  EXPECT_EQ(Collect().objects, 0U);
  EXPECT_EQ(vm_.collect().objects, 0U);
  EXPECT_EQ(Alive(), 2);
  there->next.reset();  // the program's own cut frees both
  EXPECT_EQ(Alive(), 0);
}

TEST_F(HeapsTest, ADropInAnyScopeGoesToTheHeapOfTheObject) {
  std::optional<heap::scope> in(std::in_place, vm_);
  ref<Node> there = make<Node>();
  there->next = there;
  ref<Node> single = make<Node>();
  in.reset();
  Drop(there);
  Drop(single);
  EXPECT_EQ(vm_.stats().live_objects, 1U);
  EXPECT_EQ(vm_.stats().candidates, 1U);
  EXPECT_EQ(stats().candidates, 0U);
  EXPECT_EQ(vm_.collect().objects, 1U);
}

TEST_F(HeapsTest, EveryHeapHasSettingsOfItsOwn) {
  settings s = Manual();
  s.pause_target = 5ms;
  s.trash_floor = 1000;
  s.trash_fraction = 0.5;
  s.release_budget = 3us;
  heap other(s);
  EXPECT_EQ(other.configuration().pause_target, s.pause_target);
  EXPECT_EQ(other.configuration().trash_floor, s.trash_floor);
  EXPECT_EQ(other.configuration().trash_fraction, s.trash_fraction);
  EXPECT_EQ(other.configuration().release_budget, s.release_budget);
  EXPECT_FALSE(other.configuration().automatic);
  EXPECT_EQ(configuration().pause_target, settings().pause_target);
}

TEST_F(HeapsTest, ConfigureChangesTheCurrentHeap) {
  settings s = Manual();
  s.pause_target = 7ms;
  {
    const heap::scope in(vm_);
    configure(s);
    EXPECT_EQ(configuration().pause_target, 7ms);
  }
  EXPECT_EQ(vm_.configuration().pause_target, 7ms);
  EXPECT_EQ(configuration().pause_target, settings().pause_target);
}

TEST_F(HeapsTest, TheDefaultSettingsAreWhatTheyAreDocumentedToBe) {
  const heap plain;
  EXPECT_EQ(plain.configuration().pause_target, 100us);
  EXPECT_EQ(plain.configuration().trash_floor, std::size_t{24} << 20);
  EXPECT_EQ(plain.configuration().trash_fraction, 0.25);
  EXPECT_TRUE(plain.configuration().automatic);
  EXPECT_EQ(plain.configuration().release_budget, 0ns);
}

}  // namespace
}  // namespace tricycle::testing
