// `finalize`: when it runs, what it finds, and what it may do: resurrect above all.
#include <optional>
#include <stdexcept>

#include "weakref/mortal.h"

namespace tricycle::testing {
namespace {

class Finalize : public BothDeaths {};
INSTANTIATE_TEST_SUITE_P(Weak, Finalize, AllDeaths(), DeathName);

TEST_P(Finalize, ItRunsOnceBeforeTheDestructor) {
  ref<Mortal> object = make<Mortal>();
  object->in_finalizer = [this](Mortal&) { Say("finalizer"); };
  object->in_destructor = [this](Mortal&) { Say("destructor"); };
  const statistics before = stats();
  Die(object);
  EXPECT_EQ(story, "finalizer, destructor");
  EXPECT_EQ(stats().finalized, before.finalized + 1);
  EXPECT_EQ(stats().resurrected, before.resurrected);
}

TEST_P(Finalize, ItRunsAfterWeakReferencesHaveExpiredAndTheirCallbacks) {
  ref<Mortal> object = make<Mortal>();
  const weak_ref<Mortal> watch(object, [this] { Say("callback"); });
  object->in_finalizer = [&](Mortal&) { Say(watch.expired() ? "expired, finalizer" : "watched"); };
  Die(object);
  EXPECT_EQ(story, "callback, expired, finalizer");
}

TEST_P(Finalize, ItFindsTheGraphIntact) {
  ref<Mortal> object = make<Mortal>();
  object->other = make<Mortal>();
  object->other->next = make<Mortal>();
  int found = 0;
  object->in_finalizer = [&](Mortal& self) { found = self.other->next != nullptr; };
  Die(object);
  EXPECT_EQ(found, 1);
}

TEST_P(Finalize, AnObjectThatSavesItselfLives) {
  ref<Mortal> object = make<Mortal>();
  ref<Mortal> saved;
  int runs = 0;
  object->in_finalizer = [&](Mortal& self) {
    ++runs;
    saved = ref_from(&self);
  };
  const std::uint64_t before = stats().resurrected;
  Die(object);
  ASSERT_NE(saved, nullptr);
  EXPECT_EQ(Alive(), 1);
  EXPECT_EQ(stats().resurrected, before + 1);
  Die(saved);
  EXPECT_EQ(Alive(), 0);
  EXPECT_EQ(runs, 1) << "once in its life";
}

TEST_P(Finalize, AnObjectThatSavesItselfByACycleOfItsOwnIsGarbageAgain) {
  ref<Mortal> object = make<Mortal>();
  object->in_finalizer = [](Mortal& self) { self.other = ref_from(&self); };
  Die(object);
  Collect();
  EXPECT_EQ(Alive(), 0);
}

TEST_P(Finalize, AResurrectedObjectCanBeWatchedAgain) {
  ref<Mortal> object = make<Mortal>();
  const weak_ref<Mortal> before = object;
  ref<Mortal> saved;
  object->in_finalizer = [&](Mortal& self) { saved = ref_from(&self); };
  Die(object);
  EXPECT_TRUE(before.expired()) << "what has expired stays so";
  const weak_ref<Mortal> after(saved, [this] { Say("called"); });
  EXPECT_EQ(after.lock(), saved);
  Die(saved);
  EXPECT_TRUE(after.expired());
  EXPECT_EQ(story, "called");
}

TEST_P(Finalize, Trap13ItMaySaveAPeer) {
  ref<Mortal> object = make<Mortal>();
  object->other = make<Mortal>();
  object->other->other = make<Mortal>();
  ref<Mortal> saved;
  object->in_finalizer = [&](Mortal& self) { saved = self.other; };
  Die(object);
  ASSERT_NE(saved, nullptr);
  EXPECT_NE(saved->other, nullptr);
  saved.reset();
  Collect();
  EXPECT_EQ(Alive(), 0);
}

TEST_P(Finalize, Trap13ObjectsThatSaveThemselvesInEachNewLifeDieInTheEnd) {
  // A new object each time: for that one, it is the first.
  ref<Mortal> saved;
  std::function<void(Mortal&)> save = [&](Mortal& self) {
    saved = make<Mortal>();
    saved->in_finalizer = save;
    saved->other = ref_from(&self);
  };
  ref<Mortal> object = make<Mortal>();
  object->in_finalizer = save;
  Die(object);
  for (int i = 0; i < 10; ++i) {
    ASSERT_NE(saved, nullptr);
    Die(saved);
  }
  ASSERT_NE(saved, nullptr);
  saved->in_finalizer = nullptr;
  Die(saved);
  Collect();
  EXPECT_EQ(Alive(), 0);
}

TEST_P(Finalize, Trap13ItMayMakeObjectsAndCycles) {
  ref<Mortal> object = make<Mortal>();
  object->in_finalizer = [](Mortal& self) {
    self.other = make<Mortal>();
    MakeRing<Mortal>(5);
    for (int i = 0; i < 1000; ++i) MakeRing(3);
  };
  Die(object);
  Collect();
  EXPECT_EQ(Alive(), 0);
}

TEST_P(Finalize, Trap13WhatItThrowsGoesToTheHook) {
  ref<Mortal> object = make<Mortal>();
  object->in_finalizer = [](Mortal&) { throw std::runtime_error("in a finalizer"); };
  Die(object);
  EXPECT_EQ(thrown, std::vector<std::string>{"in a finalizer"});
  EXPECT_EQ(Alive(), 0);
}

TEST_P(Finalize, Trap13OneThatSavesItsObjectAndThrowsHasSavedIt) {
  ref<Mortal> object = make<Mortal>();
  ref<Mortal> saved;
  object->in_finalizer = [&](Mortal& self) {
    saved = ref_from(&self);
    throw std::runtime_error("and throws");
  };
  Die(object);
  EXPECT_NE(saved, nullptr);
  EXPECT_EQ(thrown.size(), 1U);
  Die(saved);
}

TEST_P(Finalize, Trap11CollectInItDoesNothing) {
  MakeRing(7);
  ref<Mortal> object = make<Mortal>();
  std::size_t collected = 99;
  object->in_finalizer = [&](Mortal&) {
    collected = tricycle::collect().objects;
    static_cast<void>(collect_for(1s));
  };
  Die(object);
  EXPECT_EQ(collected, 0U);
}

TEST_P(Finalize, Trap14AWeakReferenceThatItMakesToItsObjectExpiresBeforeTheDestructor) {
  ref<Mortal> object = make<Mortal>();
  weak_ref<Mortal> made;
  object->in_finalizer = [&](Mortal& self) {
    made = weak_ref<Mortal>(ref_from(&self), [this] { Say("callback"); });
    Say(made.expired() ? "expired" : "watched");
  };
  object->in_destructor = [&](Mortal&) { Say(made.expired() ? "expired" : "watched"); };
  Die(object);
  EXPECT_EQ(story, "watched, callback, expired");
  EXPECT_EQ(Alive(), 0);
}

TEST_P(Finalize, Trap14AWeakReferenceThatItMakesLivesWithAResurrectedObject) {
  ref<Mortal> object = make<Mortal>();
  weak_ref<Mortal> made;
  ref<Mortal> saved;
  object->in_finalizer = [&](Mortal& self) {
    saved = ref_from(&self);
    made = weak_ref<Mortal>(saved, [this] { Say("callback"); });
  };
  Die(object);
  EXPECT_EQ(made.lock(), saved);
  EXPECT_EQ(story, "");
  Die(saved);
  EXPECT_EQ(story, "callback");
}

TEST_P(Finalize, AllRunBeforeTheFirstDestructorOfADeadComponent) {
  ref<Mortal> ring = MakeRing<Mortal>(3);
  for (ref<Mortal> at = ring; !at->in_finalizer; at = at->next) {
    at->in_finalizer = [this](Mortal& self) { Say(self.next ? "finalizer" : "cut"); };
    at->in_destructor = [this](Mortal& self) { Say(self.next ? "whole" : "destructor"); };
  }
  ring.reset();
  GetParam() == Death::ByCounting ? static_cast<void>(Collect()) : Find();
  EXPECT_EQ(story, "finalizer, finalizer, finalizer, destructor, destructor, destructor");
}

TEST_P(Finalize, ItMayTakeItsRingApartAndAllOthersStillRunFirst) {
  ref<Mortal> ring = MakeRing<Mortal>(3);
  for (ref<Mortal> at = ring; !at->in_finalizer; at = at->next) {
    at->in_finalizer = [this](Mortal& self) {
      Say("finalizer");
      self.next.reset();
    };
    at->in_destructor = [this](Mortal&) { Say("destructor"); };
  }
  ring.reset();
  GetParam() == Death::ByCounting ? static_cast<void>(Collect()) : Find();
  EXPECT_EQ(story, "finalizer, finalizer, finalizer, destructor, destructor, destructor");
}

TEST_P(Finalize, Trap13OneOfARingThatSavesAFellowSavesAll) {
  ref<Mortal> ring = MakeRing<Mortal>(4);
  ref<Mortal> saved;
  ring->in_finalizer = [&](Mortal& self) { saved = self.next; };
  const std::uint64_t before = stats().resurrected;
  ring.reset();
  GetParam() == Death::ByCounting ? static_cast<void>(Collect()) : Find();
  EXPECT_EQ(Alive(), 4);
  EXPECT_EQ(stats().resurrected, before + 4);
  ASSERT_NE(saved, nullptr);
  saved.reset();
  GetParam() == Death::ByCounting ? static_cast<void>(Collect()) : Find();
  EXPECT_EQ(Alive(), 0);
}

TEST_P(Finalize, Trap13OneThatCutsItsRingAndSavesOnePartLosesTheOther) {
  ref<Mortal> a = make<Mortal>();
  a->next = make<Mortal>();
  a->next->next = a;
  a->next->other = make<Mortal>();
  ref<Mortal> saved;
  a->in_finalizer = [&](Mortal& self) {
    saved = self.next;
    self.next.reset();
    saved->next.reset();
  };
  a.reset();
  GetParam() == Death::ByCounting ? static_cast<void>(Collect()) : Find();
  Collect();
  ASSERT_NE(saved, nullptr);
  EXPECT_EQ(Alive(), 2) << "the saved one and what it refers to";
}

TEST_P(Finalize, TheEndOfAHeapRunsThemAndNobodyIsSaved) {
  weak_ref<Mortal> made;
  {
    heap vm(Manual());
    const heap::scope in(vm);
    ref<Mortal> object = make<Mortal>();
    object->next = object;
    object->in_finalizer = [&](Mortal& self) {
      Say("finalizer");
      made = ref_from(&self);
    };
    object->in_destructor = [this](Mortal&) { Say("destructor"); };
  }
  EXPECT_EQ(story, "finalizer, destructor");
  EXPECT_TRUE(made.expired());
}

TEST_P(Finalize, TheEndOfAHeapComesToAnEndWhateverTheyMake) {
  int runs = 0;
  std::optional<heap> vm(Manual());
  heap& ending = *vm;
  std::function<void(Mortal&)> again = [&](Mortal&) {
    ++runs;
    const heap::scope in(ending);
    ref<Mortal> next = make<Mortal>();
    next->in_finalizer = again;
    next->next = next;
  };
  {
    const heap::scope in(*vm);
    ref<Mortal> object = make<Mortal>();
    object->in_finalizer = again;
    object->next = object;
  }
  vm.reset();
  EXPECT_GT(runs, 1);
  EXPECT_EQ(Alive(), 0);
}

TEST_P(Finalize, CollectComesToAnEndWhateverTheyMake) {
  bool stop = false;
  std::function<void(Mortal&)> again = [&](Mortal&) {
    if (stop) return;
    ref<Mortal> next = make<Mortal>();
    next->in_finalizer = again;
    next->next = next;
  };
  ref<Mortal> object = make<Mortal>();
  object->in_finalizer = again;
  object->next = object;
  object.reset();
  for (int i = 0; i < 100; ++i) static_cast<void>(collect_for(1ns));
  Collect();
  stop = true;
  Collect();
  EXPECT_EQ(Alive(), 0);
}

TEST_P(Finalize, DeepChainsNeedNoDeepStack) {
  int runs = 0;
  ref<Mortal> chain = MakeChain<Mortal>(10'000);
  for (Mortal* at = chain.get(); at != nullptr; at = at->next.get())
    at->in_finalizer = [&](Mortal&) { ++runs; };
  chain.reset();
  EXPECT_EQ(runs, 10'000);
}

// How it is found.

struct Aggregate {
  static inline int runs = 0;
  ref<Aggregate> next;
  void finalize(tricycle::finalization) { ++runs; }
};

TEST_P(Finalize, AnAggregateMayHaveOne) {
  ref<Aggregate> object = make<Aggregate>();
  Aggregate::runs = 0;
  Die(object);
  EXPECT_EQ(Aggregate::runs, 1);
}

struct Namesake {
  static inline int runs = 0;
  ref<Namesake> next;
  void finalize() { ++runs; }
  void finalize(int) { ++runs; }
};

TEST_P(Finalize, AMemberThatMerelyBearsTheNameIsNotCalled) {
  ref<Namesake> object = make<Namesake>();
  Die(object);
  EXPECT_EQ(Namesake::runs, 0);
}

struct Base {
  virtual ~Base() = default;
  virtual void trace(edge_visitor& visit) { visit(next); }
  virtual void finalize(finalization) { said = &(*said += "base "); }
  ref<Base> next;
  std::string* said = nullptr;
};
struct Derived : Base {
  void finalize(finalization tag) override {
    *said += "derived ";
    Base::finalize(tag);
  }
};

TEST_P(Finalize, ADerivedOneOverridesItsBasesAndMayCallIt) {
  ref<Base> object = make<Derived>();
  std::string said;
  object->said = &said;
  Die(object);
  EXPECT_EQ(said, "derived base ");
}

class LeafWithOne {
 public:
  explicit LeafWithOne(int& runs) : runs_(runs) {}

 private:
  friend tricycle::access;
  void finalize(finalization) { ++runs_; }
  int& runs_;
};

}  // namespace
}  // namespace tricycle::testing

template <>
inline constexpr bool tricycle::leaf<tricycle::testing::LeafWithOne> = true;

namespace tricycle::testing {
namespace {

using FinalizeLeaf = HeapTest;

TEST_F(FinalizeLeaf, ALeafMayHaveOne) {
  int runs = 0;
  ref<LeafWithOne> leaf = make<LeafWithOne>(runs);
  Drop(leaf);
  EXPECT_EQ(runs, 1);
}

}  // namespace
}  // namespace tricycle::testing
