// Traps 11, 12, 14 and 16: what user code may do while objects die, and in which order they do.
#include <functional>
#include <string>
#include <vector>

#include "gc/fixture.h"

namespace tricycle::testing {
namespace {

/// Runs `last_words` in its destructor.
struct Actor {
  ~Actor() {
    if (last_words) last_words(*this);
  }
  Counted counted;
  std::function<void(Actor&)> last_words;
  ref<Actor> next;
  ref<Actor> other;
  weak_ref<Actor> watched;
  void trace(auto& visit) { visit(next, other); }
};

ref<Actor> MakeActor(std::function<void(Actor&)> last_words) {
  ref<Actor> actor = make<Actor>();
  actor->last_words = std::move(last_words);
  return actor;
}

/// A ring of actors that all say the same.
ref<Actor> MakeCast(std::size_t n, const std::function<void(Actor&)>& last_words) {
  ref<Actor> ring = MakeRing<Actor>(n);
  ref<Actor> at = ring;
  do {
    at->last_words = last_words;
    at = at->next;
  } while (at != ring);
  return ring;
}

class Order : public HeapTest {};

TEST_F(Order, Trap11CollectFromADestructorThatACollectionRunsDoesNothing) {
  std::size_t inner = 99;
  ref<Actor> ring = MakeCast(5, [&](Actor&) {
    const collection nested = tricycle::collect();
    inner = nested.objects + nested.examined;
  });
  Drop(ring);
  EXPECT_EQ(Collect().objects, 5U);
  EXPECT_EQ(inner, 0U);
}

TEST_F(Order, Trap11CollectForFromADestructorThatACollectionRunsDoesNothing) {
  int calls = 0;
  ref<Actor> ring = MakeCast(5, [&](Actor&) {
    ref<Node> garbage = MakeRing(3);
    Drop(garbage);
    static_cast<void>(collect_for(1s));
    ++calls;
  });
  Drop(ring);
  Collect();
  Collect();
  EXPECT_EQ(calls, 5);
  EXPECT_EQ(Alive(), 0);
}

TEST_F(Order, Trap11CollectFromADestructorThatASliceRunsDoesNothing) {
  ref<Actor> ring = MakeCast(500, [](Actor&) { tricycle::collect(); });
  Drop(ring);
  while (collect_for(1ns)) {
  }
  EXPECT_EQ(Destroyed(), 500);
}

TEST_F(Order, Trap11CollectFromADestructorThatCountingRunsDoesNothing) {
  MakeRing(4);
  std::size_t inner = 99;
  ref<Actor> actor = MakeActor([&](Actor&) {
    const collection nested = tricycle::collect();
    inner = nested.objects + nested.examined;
  });
  Drop(actor);
  EXPECT_EQ(inner, 0U) << "whoever drops it may be half way through a container";
  EXPECT_EQ(Collect().objects, 4U);
}

TEST_F(Order, Trap11ADestructorMayEndAnotherHeapButNotCollectIt) {
  auto vm = std::make_unique<heap>(Manual());
  {
    const heap::scope in(*vm);
    MakeRing(7);
  }
  ref<Actor> ring = MakeCast(1, [&](Actor&) {
    EXPECT_EQ(vm->collect().objects, 0U) << "a container of vm's may be half way through a change";
    vm.reset();
  });
  Drop(ring);
  EXPECT_EQ(Collect().objects, 1U);
}

/// Says when it is traced while its container changes.
struct Shelf {
  void trace(auto& visit) {
    traced_while_changing = traced_while_changing || changing;
    visit(foreign, self);
  }
  bool changing = false;
  bool traced_while_changing = false;
  std::vector<ref<Actor>> foreign;
  ref<Shelf> self;
};

TEST_F(Order, Trap11ADestructorOfOneHeapStartsNoSliceOfAnother) {
  heap vm;
  ref<Shelf> shelf;
  {
    const heap::scope in(vm);
    shelf = make<Shelf>();
    Touch(shelf);
  }
  for (int i = 0; i < 3; ++i)
    shelf->foreign.push_back(MakeActor([&](Actor&) {
      const heap::scope in(vm);
      for (std::size_t k = 0; k < Scaled(40'000); ++k) MakeRing<Node>(4);
    }));
  shelf->changing = true;
  shelf->foreign.clear();
  shelf->changing = false;
  EXPECT_FALSE(shelf->traced_while_changing);
}

TEST_F(Order, Trap11AutomaticSlicesInsideDestructorsAreHarmless) {
  settings s;
  s.trash_floor = 1 << 18;
  configure(s);
  for (std::size_t i = 0; i < Scaled(50'000); ++i) {
    MakeCast(3, [](Actor&) {
      for (int k = 0; k < 3; ++k) MakeRing(2);
    });
  }
  configure(Manual());
}

TEST_F(Order, Trap12ADestructorInADeadRingSeesNullForAFellow) {
  int seen = 0;
  ref<Actor> ring = MakeCast(10, [&](Actor& self) { seen += self.next != nullptr; });
  Drop(ring);
  Collect();
  EXPECT_EQ(seen, 0);
}

TEST_F(Order, Trap12MemoryGoesBackOnlyAfterAllDestructorsOfTheRing) {
  std::vector<Actor*> all;
  long touched = 0;
  ref<Actor> ring = MakeCast(50, [&](Actor&) {
    // Raw addresses of fellows, destroyed or not: their memory must still be theirs.
    for (const Actor* fellow : all) touched += static_cast<long>(LiveObjects() != 0 && fellow);
    EXPECT_EQ(LiveObjects(), 50U);
  });
  for (ref<Actor> at = ring; all.size() < 50; at = at->next) all.push_back(at.get());
  Drop(ring);
  Collect();
  EXPECT_EQ(touched, 50 * 50);
  EXPECT_EQ(LiveObjects(), 0U);
}

TEST_F(Order, Trap12ADestructorMayUseAndKeepALiveObjectItRefersTo) {
  ref<Actor> live = MakeActor({});
  ref<Actor> rescued;
  ref<Actor> ring = MakeCast(3, [&](Actor& self) {
    if (self.other) rescued = self.other;
  });
  ring->other = live;
  Drop(live);
  Drop(ring);
  Collect();
  ASSERT_NE(rescued, nullptr);
  EXPECT_EQ(rescued.use_count(), 1);
}

TEST_F(Order, Trap12ADestructorThatTakesAReferenceDownstreamSavesTheRingThere) {
  ref<Actor> saved;
  ref<Actor> downstream = MakeCast(2, {});
  ref<Actor> upstream = MakeCast(2, [&](Actor& self) {
    if (self.other) saved = self.other;
  });
  upstream->other = downstream;
  Drop(downstream);
  Drop(upstream);
  EXPECT_EQ(Collect().objects, 2U);
  ASSERT_NE(saved, nullptr);
  EXPECT_EQ(saved->next->next, saved) << "the ring downstream is whole";
  Drop(saved);
  EXPECT_EQ(Collect().objects, 2U);
}

TEST_F(Order, Trap12ADestructorMayHandOutReferencesThatRevealNothingDead) {
  // A destructor that copies what is left in its members: null for fellows, the real thing else.
  std::vector<ref<Actor>> kept;
  ref<Actor> ring = MakeCast(4, [&](Actor& self) {
    kept.push_back(self.next);
    kept.push_back(self.other);
  });
  ring->other = MakeActor({});
  Drop(ring);
  Collect();
  long alive = 0;
  for (const auto& actor : kept) alive += actor != nullptr;
  EXPECT_EQ(alive, 1);
}

TEST_F(Order, Trap14AWeakReferenceMadeInADestructorCanNotRevive) {
  for (const bool by_collection : {false, true}) {
    weak_ref<Actor> made;
    ref<Actor> revived;
    ref<Actor> actor = MakeActor([&](Actor& self) {
      made = self.watched;
      revived = made.lock();
    });
    actor->watched = actor;
    if (by_collection) actor->next = actor;
    Drop(actor);
    Collect();
    EXPECT_EQ(revived, nullptr);
    EXPECT_TRUE(made.expired());
    ASSERT_EQ(Alive(), 0);
  }
}

TEST_F(Order, Trap14AWeakReferenceThatIsTrashItselfIsNoTrouble) {
  // Each watches the next, in the same ring and in one downstream.
  ref<Actor> upstream = MakeCast(3, {});
  ref<Actor> downstream = MakeCast(3, {});
  upstream->watched = upstream->next;
  upstream->next->watched = downstream;
  downstream->watched = upstream;
  upstream->other = downstream;
  Drop(downstream);
  Drop(upstream);
  EXPECT_EQ(Collect().objects, 6U);
}

TEST_F(Order, Trap14AWeakReferenceDownstreamCanStillBeLockedByADestructorUpstream) {
  ref<Actor> saved;
  ref<Actor> downstream = MakeCast(2, {});
  ref<Actor> upstream = MakeCast(1, [&](Actor& self) { saved = self.watched.lock(); });
  upstream->watched = downstream;
  Drop(downstream);
  Drop(upstream);
  Collect();
  // Which of the two dies first is not said: but the one that is revived must be whole.
  if (saved) {
    EXPECT_EQ(saved->next->next, saved);
    EXPECT_EQ(Alive(), 2);
    Drop(saved);
    Collect();
  }
  EXPECT_EQ(Alive(), 0);
}

TEST_F(Order, Trap16TheOrderIsTheSameForBothKindsOfDeath) {
  std::string orders[2];
  for (const bool by_collection : {false, true}) {
    std::string& order = orders[by_collection ? 1 : 0];
    ref<Actor> owner = make<Actor>();
    const weak_ref<Actor> watch_owner = owner;
    owner->other = make<Actor>();
    const weak_ref<Actor> watch_owned = owner->other;
    owner->last_words = [&](Actor&) {
      order += watch_owner.expired() ? "owner expired, " : "owner watched, ";
      order += watch_owned.expired() ? "owned expired; " : "owned watched; ";
    };
    owner->other->last_words = [&](Actor&) {
      order += watch_owned.expired() ? "owned expired" : "owned watched";
    };
    if (by_collection) owner->next = owner;
    Drop(owner);
    Collect();
  }
  EXPECT_EQ(orders[0], "owner expired, owned watched; owned expired");
  EXPECT_EQ(orders[1], orders[0]);
}

}  // namespace
}  // namespace tricycle::testing
