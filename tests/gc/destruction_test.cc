// The order of destruction: what a destructor may rely on, whether death came by counting or by
// collection.
#include <string>

#include "gc/fixture.h"

namespace tricycle::testing {
namespace {

/// Writes down when it is destroyed, and what it still sees.
struct Scribe {
  ~Scribe() {
    log += name;
    if (reports) log += next == nullptr ? "(null)" : "(" + next->name + ")";
    log += ' ';
  }
  std::string name;
  std::string& log;
  bool reports = false;
  ref<Scribe> next = nullptr;
  ref<Scribe> other = nullptr;
  void trace(auto& visit) { visit(next, other); }
};

class DestructionTest : public HeapTest {
 protected:
  ref<Scribe> Make(const char* name, ref<Scribe> next = nullptr) {
    return make<Scribe>(name, log_, false, std::move(next));
  }
  ref<Scribe> MakeReporting(const char* name, ref<Scribe> next = nullptr) {
    return make<Scribe>(name, log_, true, std::move(next));
  }
  std::string log_;
};

TEST_F(DestructionTest, AParentsDestructorBeginsBeforeItsChildrens) {
  ref<Scribe> parent = Make("parent", Make("child", Make("grandchild")));
  Drop(parent);
  EXPECT_EQ(log_, "parent child grandchild ");
}

TEST_F(DestructionTest, ADestructorSeesItsChildAlive) {
  ref<Scribe> parent = MakeReporting("parent", Make("child"));
  Drop(parent);
  EXPECT_EQ(log_, "parent(child) child ");
}

/// Records when its destructor, members included, is over.
struct Ending {
  ~Ending() { log += name + std::string("-ends "); }
  std::string name;
  std::string& log;
};
struct Enclosing {
  ~Enclosing() { ending.log += ending.name + std::string("-begins "); }
  Ending ending;
  ref<Enclosing> child;
  void trace(auto& visit) { visit(child); }
};

TEST_F(DestructionTest, AChildDiesInsideItsParent) {
  ref<Enclosing> parent = make<Enclosing>(Ending{"parent", log_}, nullptr);
  parent->child = make<Enclosing>(Ending{"child", log_}, nullptr);
  log_.clear();
  Drop(parent);
  EXPECT_EQ(log_, "parent-begins child-begins child-ends parent-ends ");
}

TEST_F(DestructionTest, AFellowOfADeadRingIsNull) {
  ref<Scribe> a = MakeReporting("a");
  a->next = MakeReporting("b", a);
  Drop(a);
  Collect();
  EXPECT_TRUE(log_ == "a(null) b(null) " || log_ == "b(null) a(null) ") << log_;
}

TEST_F(DestructionTest, AnOwnerOfItselfSeesNull) {
  ref<Scribe> a = MakeReporting("a");
  a->next = a;
  Drop(a);
  Collect();
  EXPECT_EQ(log_, "a(null) ");
}

TEST_F(DestructionTest, WhatHangsOffADeadRingIsStillThereInItsDestructors) {
  ref<Scribe> ring = MakeReporting("ring", Make("tail"));
  ring->other = ring;
  Drop(ring);
  Collect();
  EXPECT_EQ(log_, "ring(tail) tail ");
}

TEST_F(DestructionTest, AMemberOfAnotherDeadRingDownstreamIsStillThere) {
  ref<Scribe> downstream = Make("down");
  downstream->other = downstream;
  ref<Scribe> upstream = MakeReporting("up", downstream);
  upstream->other = upstream;
  Drop(downstream);
  Drop(upstream);
  Collect();
  EXPECT_EQ(log_, "up(down) down ");
}

TEST_F(DestructionTest, RingsDieSourcesFirst) {
  ref<Scribe> last;
  for (const char* name : {"c", "b", "a"}) {
    ref<Scribe> ring = Make(name, std::move(last));
    ring->other = ring;
    last = std::move(ring);
  }
  Drop(last);
  Collect();
  EXPECT_EQ(log_, "a b c ");
}

TEST_F(DestructionTest, ALiveObjectIsStillThereInADestructor) {
  const ref<Scribe> live = Make("live");
  ref<Scribe> ring = MakeReporting("ring", live);
  ring->other = ring;
  Drop(ring);
  Collect();
  EXPECT_EQ(log_, "ring(live) ");
  EXPECT_EQ(live.use_count(), 1);
}

/// Keeps the raw address of a fellow and reads it in its destructor.
struct Peeker {
  ~Peeker() { sum += fellow->value; }
  ref<Peeker> next;
  Peeker* fellow = nullptr;
  long value = 1;
  long& sum;
  void trace(auto& visit) { visit(next); }
};

TEST_F(DestructionTest, TheMemoryOfARingGoesBackOnlyAfterAllItsDestructors) {
  long sum = 0;
  ref<Peeker> first = make<Peeker>(nullptr, nullptr, 1, sum);
  ref<Peeker> last = first;
  for (int i = 1; i < 100; ++i) {
    last->next = make<Peeker>(nullptr, last.get(), 1, sum);
    last = last->next;
  }
  last->next = first;
  first->fellow = last.get();
  Drop(last);
  Drop(first);
  Collect();
  EXPECT_EQ(sum, 100) << "each read the value of an object that was destroyed or not, but there";
}

TEST_F(DestructionTest, EveryDestructorRunsOnce) {
  ref<Node> ring = MakeRing(100);
  for (ref<Node> at = ring->next; at != ring; at = at->next) at->others = {ring, at, at->next};
  Drop(ring);
  Collect();
  EXPECT_EQ(Destroyed(), 100);
}

}  // namespace
}  // namespace tricycle::testing
