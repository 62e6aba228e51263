// The end of a heap: everything in it is destroyed, whatever still refers to it.
#include <memory>
#include <string>

#include "gc/fixture.h"

namespace tricycle::testing {
namespace {

class HeapEndTest : public HeapTest {
 protected:
  void SetUp() override {
    HeapTest::SetUp();
    vm_ = std::make_unique<heap>(Manual());
  }
  void End() { vm_.reset(); }

  /// Runs `build` with the heap as the current one.
  template <class Build>
  auto In(Build build) {
    const heap::scope in(*vm_);
    return build();
  }

  std::unique_ptr<heap> vm_;
};

TEST_F(HeapEndTest, AnEmptyHeapEnds) { End(); }

TEST_F(HeapEndTest, RingsAreDestroyed) {
  In([] { MakeRing(100); });
  EXPECT_EQ(Alive(), 100);
  End();
  EXPECT_EQ(Alive(), 0);
}

TEST_F(HeapEndTest, ObjectsOfEverySizeAreDestroyed) {
  struct alignas(512) Wide {
    Counted counted;
    char room[5000];
    ref<Wide> next;
  };
  struct Huge {
    Counted counted;
    char room[1 << 20];
    ref<Huge> next;
  };
  In([] {
    MakeRing<Wide>(10);
    MakeRing<Huge>(3);
    MakeRing(10);
  });
  EXPECT_EQ(Alive(), 23);
  End();
  EXPECT_EQ(Alive(), 0);
}

TEST_F(HeapEndTest, CandidatesAndACollectionUnderWayDoNotMatter) {
  const ref<Node> held = In([] {
    ref<Node> ring = MakeRing(5000);
    Touch(ring);
    return ring;
  });
  In([] { MakeRing(5000); });
  ASSERT_TRUE(vm_->collect_for(1ns));
  End();
  EXPECT_EQ(Alive(), 0);
}

TEST_F(HeapEndTest, AReferenceFromOutsideOutlivesTheHeap) {
  ref<Node> outside = In([] { return MakeRing(10); });
  End();
  EXPECT_EQ(Alive(), 0) << "the objects are gone";
  EXPECT_NE(outside, nullptr) << "the reference is what it was; it must not be followed";
  Drop(outside);
}

TEST_F(HeapEndTest, ManyReferencesFromOutsideOutliveTheHeap) {
  std::vector<ref<Node>> outside;
  In([&] {
    for (int i = 0; i < 100; ++i) outside.push_back(MakeRing(3));
  });
  outside.insert(outside.end(), outside.begin(), outside.begin() + 50);
  End();
  const std::vector<ref<Node>> copies = outside;
  outside.clear();
}

TEST_F(HeapEndTest, AnObjectOfAnotherHeapMayHoldTheLastReference) {
  ref<Node> holder = make<Node>();
  holder->next = In([] { return MakeRing(2); });
  End();
  EXPECT_EQ(Alive(), 1);
  Drop(holder);
  EXPECT_EQ(Alive(), 0);
}

TEST_F(HeapEndTest, ReferencesIntoAnotherHeapAreDropped) {
  const ref<Node> here = make<Node>();
  In([&] {
    const ref<Node> ring = MakeRing(3);
    ring->others.assign(4, here);
  });
  EXPECT_EQ(here.use_count(), 5);
  End();
  EXPECT_EQ(here.use_count(), 1);
}

TEST_F(HeapEndTest, ARingAcrossTwoHeapsIsCutByTheEndOfOne) {
  ref<Node> here = make<Node>();
  In([&] {
    here->next = make<Node>();
    here->next->next = here;
  });
  Drop(here);
  EXPECT_EQ(Alive(), 2);
  End();
  EXPECT_EQ(Alive(), 0);
}

TEST_F(HeapEndTest, WeakReferencesFromOutsideExpire) {
  const weak_ref<Node> watch = In([] { return weak_ref<Node>(MakeRing(3)); });
  EXPECT_FALSE(watch.expired());
  End();
  EXPECT_TRUE(watch.expired());
  EXPECT_EQ(watch.lock(), nullptr);
}

struct Watcher {
  ~Watcher() { seen += peer == nullptr ? "null " : "there "; }
  ref<Watcher> peer;
  std::string& seen;
  void trace(auto& visit) { visit(peer); }
};

TEST_F(HeapEndTest, ReferencesInsideAreNullInDestructors) {
  std::string seen;
  In([&] {
    const ref<Watcher> a = make<Watcher>(nullptr, seen);
    a->peer = make<Watcher>(a, seen);
  });
  End();
  EXPECT_EQ(seen, "null null ");
}

struct LastWords {
  ~LastWords() {
    if (more != 0) MakeRing<LastWords>(2)->next->more = more - 1;
  }
  Counted counted;
  ref<LastWords> next;
  int more = 0;
};

TEST_F(HeapEndTest, DestructorsMayMakeObjectsInTheHeapThatEnds) {
  const heap::scope in(*vm_);
  MakeRing<LastWords>(1)->more = 3;
  End();
  EXPECT_EQ(Alive(), 0) << "the rings that the destructors left behind are destroyed, too";
  EXPECT_EQ(Destroyed(), 7);
}

TEST_F(HeapEndTest, DestructorsMayMakeObjectsInAnotherHeap) {
  In([] { MakeRing<LastWords>(1)->more = 3; });
  End();
  EXPECT_EQ(Alive(), 2) << "the first destructor's ring is in the default heap, and waits";
  while (Alive() != 0) ASSERT_GT(Collect().objects, 0U);
}

TEST_F(HeapEndTest, LeavesAreDestroyed) {
  const ref<Leaf> leaf = In([] { return make<Leaf>(); });
  End();
  EXPECT_EQ(Alive(), 0);
}

TEST_F(HeapEndTest, HeapsThatEndInAnyOrderLeaveNothing) {
  std::vector<std::unique_ptr<heap>> heaps;
  for (int i = 0; i < 20; ++i) {
    heaps.push_back(std::make_unique<heap>(Manual()));
    const heap::scope in(*heaps.back());
    MakeRing(5);
  }
  for (const int which : {3, 17, 0, 9}) heaps[static_cast<std::size_t>(which)].reset();
  EXPECT_EQ(Alive(), 80);
  heaps.clear();
  EXPECT_EQ(Alive(), 0);
}

}  // namespace
}  // namespace tricycle::testing
