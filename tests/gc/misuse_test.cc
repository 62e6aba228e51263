// Misuse that a build can see is answered with a sentence that says what to do.
#include <memory>
#include <thread>

#include "gc/fixture.h"

namespace tricycle::testing {
namespace {

class MisuseDeathTest : public HeapTest {
 protected:
  void SetUp() override {
    HeapTest::SetUp();
    GTEST_FLAG_SET(death_test_style, "threadsafe");
  }
};

/// Names its edge twice.
struct Stutterer {
  void trace(auto& visit) { visit(next, next); }
  Counted counted;
  ref<Stutterer> next;
};

TEST_F(MisuseDeathTest, AnEdgeNamedTwiceAbortsWhereItWouldFreeWhatIsInUse) {
  const auto collect_a_stutterer = [] {
    ref<Stutterer> a = make<Stutterer>();
    a->next = make<Stutterer>();
    Touch(a);
    tricycle::collect();
  };
  EXPECT_DEATH(collect_a_stutterer(), "tricycle: .*Stutterer.* twice");
}

#ifdef TRICYCLE_VERIFY
TEST_F(MisuseDeathTest, TheAuditNamesTheMemberThatIsNamedTwice) {
  const auto collect_a_stutterer = [] {
    ref<Stutterer> a = make<Stutterer>();
    const ref<Stutterer> b = make<Stutterer>();
    a->next = b;  // two references: the counts alone would not tell
    b->next = a;
    Drop(a);
    Touch(b);
    tricycle::collect();
  };
  EXPECT_DEATH(collect_a_stutterer(), "trace function of .*Stutterer.* member at offset 8");
}
#endif

#ifdef TRICYCLE_CHECKED

TEST_F(MisuseDeathTest, ARefCopiedOnAnotherThreadAborts) {
  const auto copy_elsewhere = [] {
    const ref<Node> node = make<Node>();
    std::thread([&node] { const ref<Node> copy = node; }).join();
  };
  EXPECT_DEATH(copy_elsewhere(), "Node.* copied or dropped on another thread.*shared_ptr");
}

TEST_F(MisuseDeathTest, ARefDroppedOnAnotherThreadAborts) {
  const auto drop_elsewhere = [] {
    ref<Leaf> leaf = make<Leaf>();
    std::thread([&leaf] { leaf.reset(); }).join();
  };
  EXPECT_DEATH(drop_elsewhere(), "Leaf.* copied or dropped on another thread");
}

TEST_F(MisuseDeathTest, RefFromADyingObjectAborts) {
  struct Clinger {
    ~Clinger() { static_cast<void>(ref_from(this)); }
    void trace(edge_visitor&) {}
  };
  EXPECT_DEATH(static_cast<void>(make<Clinger>()), "Clinger.* whose destruction has begun");
}

#ifdef TRICYCLE_USE_MIMALLOC
/// A pointer that the compiler, which warns of this very misuse, can't see through.
Leaf* Opaque(Leaf* pointer) {
  Leaf* volatile hidden = pointer;
  return hidden;
}

TEST_F(MisuseDeathTest, RefFromOutsideTheArenaAborts) {
  const ref<Leaf> one = make<Leaf>();  // there is an arena
  Leaf on_the_stack;
  const auto on_the_free_store = std::make_unique<Leaf>();
  for (Leaf* outside : {&on_the_stack, on_the_free_store.get()})
    EXPECT_DEATH(static_cast<void>(ref_from(Opaque(outside))), "outside of tricycle's arena");
}
#endif

#endif  // TRICYCLE_CHECKED

class Interface {
 public:
  virtual ~Interface() = default;
  virtual void Call() = 0;
  void trace(auto&) {}
  int field = 1;
};
class Other {
 public:
  virtual ~Other() = default;
  int other = 2;
};
class Both : public Other, public Interface {
 public:
  using Interface::trace;
  virtual void More() = 0;
};
class Concrete : public Both {
 public:
  void Call() override {}
  void More() override {}
};

/// The layout of an abstract class is not to be known at compile time.
TEST_F(MisuseDeathTest, AnAbstractClassesBaseAtAnotherAddressIsRefusedAtRunTime) {
  const ref<Both> both = make<Concrete>();
  EXPECT_DEATH(static_cast<void>(ref<Interface>(both)), "another address.*shared_ptr");
  EXPECT_EQ(ref<Interface>(ref<Both>()), nullptr);
}

}  // namespace
}  // namespace tricycle::testing
