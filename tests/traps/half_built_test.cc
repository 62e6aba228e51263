// Traps 1 and 2: a collection starts while an object is half destroyed, or half built.
#include <functional>
#include <stdexcept>

#include "gc/fixture.h"

namespace tricycle::testing {
namespace {

class HalfBuilt : public HeapTest {};

/// Collects in its destructor, while its members are still there.
struct CollectsWhileDying {
  ~CollectsWhileDying() { tricycle::collect(); }
  Counted counted;
  ref<CollectsWhileDying> next;
  ref<Node> garbage;
  void trace(auto& visit) { visit(next, garbage); }
};

TEST_F(HalfBuilt, Trap01AnObjectWhoseCountIsZeroIsNotDestroyedAgainByACollectionInItsDestructor) {
  ref<CollectsWhileDying> object = make<CollectsWhileDying>();
  Touch(object);  // it is in the candidate buffer
  Drop(object);
  EXPECT_EQ(Destroyed(), 1);
}

TEST_F(HalfBuilt, Trap01ARingHeldByADyingObjectIsNotFreedUnderIt) {
  ref<CollectsWhileDying> object = make<CollectsWhileDying>();
  object->garbage = MakeRing(3);
  Drop(object);
  EXPECT_EQ(Alive(), 3) << "held until the destructor was over";
  EXPECT_EQ(Collect().objects, 3U);
}

TEST_F(HalfBuilt, Trap01AChainEachOfWhoseDestructorsCollectsDies) {
  ref<CollectsWhileDying> chain = MakeChain<CollectsWhileDying>(200);
  for (ref<CollectsWhileDying> at = chain; at; at = at->next) at->garbage = MakeRing(2);
  Drop(chain);
  Collect();
  EXPECT_EQ(Destroyed(), 600);
}

TEST_F(HalfBuilt, Trap01ADestructorMayCopyAndDropReferencesToItsMembers) {
  struct Toucher {
    ~Toucher() {
      Touch(member);
      member->next = member;
      tricycle::collect();
    }
    ref<Node> member = make<Node>();
    void trace(edge_visitor& visit) { visit(member); }
  };
  ref<Toucher> toucher = make<Toucher>();
  Drop(toucher);
  EXPECT_EQ(Collect().objects, 1U);
}

/// std::vector::clear destroys its elements one by one and says only then that they are gone.
struct Clearing {
  Counted counted;
  std::vector<ref<Clearing>> elements;
  ref<CollectsWhileDying> bomb;
  ref<Clearing> self;
};

TEST_F(HalfBuilt, Trap01ADestructorThatCollectsWhileAVectorIsClearedSeesNoDestroyedElement) {
  const ref<Clearing> object = make<Clearing>();
  for (int i = 0; i < 20; ++i) {
    object->elements.push_back(make<Clearing>());
    object->elements.back()->bomb = make<CollectsWhileDying>();
  }
  Touch(object);
  object->elements.clear();
  EXPECT_EQ(Alive(), 1);
}

TEST_F(HalfBuilt, Trap01NorIfTheElementsAreOfAnotherHeapThanTheVector) {
  heap vm(Manual());
  const ref<Clearing> object = make<Clearing>();
  for (int i = 0; i < 20; ++i) {
    const heap::scope in(vm);
    object->elements.push_back(make<Clearing>());
    object->elements.back()->bomb = make<CollectsWhileDying>();
  }
  Touch(object);
  object->elements.clear();
  EXPECT_EQ(Alive(), 1);
}

TEST_F(HalfBuilt, Trap01NorIfTheVectorIsClearedByACollection) {
  ref<Clearing> ring = make<Clearing>();
  ring->self = ring;
  const ref<Clearing> outside = make<Clearing>();
  ring->elements = {outside, make<Clearing>(), outside, make<Clearing>()};
  for (auto& element : ring->elements) element->bomb = make<CollectsWhileDying>();
  Touch(outside);
  Drop(ring);
  Collect();
  EXPECT_EQ(Alive(), 2);
}

/// What its constructor does is given from outside.
struct Built {
  explicit Built(const std::function<void(Built&)>& construct) { construct(*this); }
  Counted counted;
  ref<Built> next;
  std::vector<ref<Built>> others;
  void trace(auto& visit) { visit(next, others); }
};

TEST_F(HalfBuilt, Trap02ACollectionInAConstructorLeavesTheObjectAlone) {
  ref<Built> object = make<Built>([](Built& self) {
    self.next = ref_from(&self);
    tricycle::collect();
    EXPECT_NE(self.next, nullptr);
  });
  EXPECT_EQ(Alive(), 1);
  Drop(object);
  EXPECT_EQ(Collect().objects, 1U);
}

TEST_F(HalfBuilt, Trap02ARingThroughAnObjectUnderConstructionIsTakenForAlive) {
  ref<Built> object = make<Built>([](Built& self) {
    ref<Built> other = make<Built>([&](Built& inner) { inner.next = ref_from(&self); });
    self.next = other;
    Drop(other);
    EXPECT_EQ(tricycle::collect().objects, 0U);
    EXPECT_EQ(self.next->next.get(), &self);
  });
  EXPECT_EQ(Alive(), 2);
  Drop(object);
  EXPECT_EQ(Collect().objects, 2U);
}

TEST_F(HalfBuilt, Trap02SlicesInAConstructorAreHarmless) {
  ref<Node> live = MakeRing(2000);
  const ref<Built> object = make<Built>([](Built& self) {
    for (int i = 0; i < 200; ++i) {
      self.others.push_back(ref_from(&self));
      static_cast<void>(collect_for(1ns));
    }
  });
  EXPECT_EQ(object->others.size(), 200U);
  EXPECT_EQ(Alive(), 2001);
  object->others.clear();
  live->next.reset();
}

/// An element whose construction collects.
struct CollectingElement {
  explicit CollectingElement(ref<Node> n) : node(std::move(n)) { tricycle::collect(); }
  ref<Node> node;
};
struct Growing {
  Counted counted;
  std::vector<CollectingElement> elements;
  ref<Growing> self;
  void trace(auto& visit) {
    for (auto& element : elements) visit(element.node);
    visit(self);
  }
};

TEST_F(HalfBuilt, Trap02ACollectionWhileAVectorGrowsSeesAVectorThatIsWhole) {
  ref<Growing> growing = make<Growing>();
  growing->self = growing;
  for (int i = 0; i < 50; ++i) {
    Touch(growing);
    growing->elements.emplace_back(make<Node>());
  }
  EXPECT_EQ(Alive(), 51);
  Drop(growing);
  Collect();
  EXPECT_EQ(Alive(), 0);
}

TEST_F(HalfBuilt, Trap02AConstructorThatThrowsHalfWayLeavesNoTraceOfItself) {
  for (int i = 0; i < 100; ++i) {
    EXPECT_THROW(static_cast<void>(make<Built>([](Built& self) {
                   self.next = make<Built>([](Built&) {});
                   self.others.push_back(self.next);
                   tricycle::collect();
                   throw std::runtime_error("half way");
                 })),
                 std::runtime_error);
    Collect();
  }
  EXPECT_EQ(LiveObjects(), 0U);
}

TEST_F(HalfBuilt, Trap02AThrowingConstructorThatAnotherObjectAlreadyRefersToIsNotFollowed) {
  const ref<Built> keeper = make<Built>([](Built&) {});
  EXPECT_THROW(static_cast<void>(make<Built>([&](Built& self) {
                 keeper->next = ref_from(&self);
                 throw std::runtime_error("half way");
               })),
               std::runtime_error);
  Touch(keeper);
  Collect();
  EXPECT_EQ(Alive(), 1);
  keeper->next.reset();
}

TEST_F(HalfBuilt, Trap02WithAutomaticSlicesAMakeInAConstructorMayCollect) {
  settings s;
  s.trash_floor = 1 << 18;
  configure(s);
  std::vector<ref<Built>> kept;
  for (int i = 0; i < 2000; ++i) {
    kept.push_back(make<Built>([](Built& self) {
      for (int k = 0; k < 10; ++k) MakeRing(4);
      self.next = ref_from(&self);
    }));
    if (i % 3 == 0) kept.erase(kept.begin());
  }
  for (const auto& object : kept) ASSERT_EQ(object->next, object);
  configure(Manual());
}

}  // namespace
}  // namespace tricycle::testing
