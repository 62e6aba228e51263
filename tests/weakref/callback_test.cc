// weak_ref's callbacks: when they are called, when they are not, and what they may do meanwhile.
#include <memory>
#include <optional>
#include <stdexcept>

#include "weakref/mortal.h"

namespace tricycle::testing {
namespace {

class Callback : public BothDeaths {};
INSTANTIATE_TEST_SUITE_P(Weak, Callback, AllDeaths(), DeathName);

static_assert(sizeof(weak_ref<Watched>) == sizeof(void*));

TEST_P(Callback, ItIsCalledOnceWhenTheObjectDies) {
  ref<Watched> object = make<Watched>();
  int calls = 0;
  const weak_ref<Watched> watch(object, [&] { ++calls; });
  EXPECT_EQ(watch.lock(), object);
  EXPECT_EQ(calls, 0);
  Die(object);
  EXPECT_EQ(calls, 1);
  EXPECT_TRUE(watch.expired());
  EXPECT_EQ(Alive(), 0);
}

TEST_P(Callback, AllWeakReferencesHaveExpiredWhenItIsCalled) {
  ref<Watched> object = make<Watched>();
  const weak_ref<Watched> plain = object;
  bool expired = false;
  const weak_ref<Watched> watch(object, [&] { expired = plain.expired() && watch.expired(); });
  Die(object);
  EXPECT_TRUE(expired);
}

TEST_P(Callback, ItIsCalledBeforeTheDestructor) {
  ref<Watched> object = make<Watched>();
  object->in_destructor = [this] { Say("destructor"); };
  const weak_ref<Watched> watch(object, [this] { Say("callback"); });
  Die(object);
  EXPECT_EQ(story, "callback, destructor");
}

TEST_P(Callback, SeveralAreCalledInTheOrderInWhichTheyWereMade) {
  ref<Watched> object = make<Watched>();
  std::vector<weak_ref<Watched>> watches;
  for (const char* name : {"one", "two", "three"})
    watches.emplace_back(object, [this, name] { Say(name); });
  Die(object);
  EXPECT_EQ(story, "one, two, three");
}

TEST_P(Callback, ResettingItsWeakReferenceRemovesIt) {
  ref<Watched> object = make<Watched>();
  weak_ref<Watched> watch(object, [this] { Say("called"); });
  watch.reset();
  {
    const weak_ref<Watched> short_lived(object, [this] { Say("called"); });
    weak_ref<Watched> overwritten(object, [this] { Say("called"); });
    overwritten = object;
  }
  Die(object);
  EXPECT_EQ(story, "");
}

TEST_P(Callback, ItIsDestroyedWhenItIsRemoved) {
  ref<Watched> object = make<Watched>();
  auto captured = std::make_shared<int>();
  weak_ref<Watched> watch(object, [captured] {});
  EXPECT_EQ(captured.use_count(), 2);
  watch.reset();
  EXPECT_EQ(captured.use_count(), 1);
  Die(object);
}

TEST_P(Callback, ItIsDestroyedAfterItsCall) {
  ref<Watched> object = make<Watched>();
  auto captured = std::make_shared<int>();
  const weak_ref<Watched> watch(object, [captured] {});
  Die(object);
  EXPECT_EQ(captured.use_count(), 1) << "although the weak reference is still there";
}

TEST_P(Callback, ItMovesWithItsWeakReference) {
  ref<Watched> object = make<Watched>();
  weak_ref<Watched> kept;
  {
    weak_ref<Watched> watch(object, [this] { Say("called"); });
    weak_ref<Watched> moved = std::move(watch);
    kept = std::move(moved);
    EXPECT_TRUE(watch.expired());  // NOLINT(bugprone-use-after-move)
  }
  EXPECT_EQ(kept.lock(), object);
  Die(object);
  EXPECT_EQ(story, "called");
}

TEST_P(Callback, ACopyDoesWithoutIt) {
  ref<Watched> object = make<Watched>();
  weak_ref<Watched> watch(object, [this] { Say("called"); });
  const weak_ref<Watched> copy = watch;
  EXPECT_EQ(copy, watch);
  EXPECT_EQ(copy.lock(), object);
  watch.reset();
  Die(object);
  EXPECT_EQ(story, "");
  EXPECT_TRUE(copy.expired());
}

TEST_P(Callback, ItIsNotCalledForNullOrForAnObjectThatIsDyingAlready) {
  const weak_ref<Watched> none(ref<Watched>(), [this] { Say("null"); });
  EXPECT_TRUE(none.expired());
  ref<Watched> object = make<Watched>();
  Watched* raw = object.get();
  weak_ref<Watched> made_then;
  const weak_ref<Watched> watch(object, [&] {
    // From a raw address, as there is no other way: the object is expired, but not yet dead.
    made_then = weak_ref<Watched>(ref_from(raw), [this] { Say("too late"); });
    EXPECT_TRUE(made_then.expired());
  });
  Die(object);
  EXPECT_EQ(story, "");
  EXPECT_TRUE(made_then.expired());
}

TEST_P(Callback, ItMayDestroyItsOwnWeakReference) {
  ref<Watched> object = make<Watched>();
  std::optional<weak_ref<Watched>> watch;
  watch.emplace(object, [&] {
    watch.reset();
    Say("called");
  });
  Die(object);
  EXPECT_EQ(story, "called");
}

TEST_P(Callback, ItMayDestroyThoseThatHaveNotBeenCalledYet) {
  ref<Watched> object = make<Watched>();
  std::vector<weak_ref<Watched>> watches;
  for (int i = 0; i < 3; ++i)
    watches.emplace_back(object, [&] {
      Say("called");
      watches.clear();
    });
  Die(object);
  EXPECT_EQ(story, "called");
}

TEST_P(Callback, ItMayWatchAnotherObject) {
  ref<Watched> object = make<Watched>();
  ref<Watched> heir = make<Watched>();
  weak_ref<Watched> watch(object, [&] {
    Say("first");
    watch = weak_ref<Watched>(heir, [this] { Say("second"); });
  });
  Die(object);
  EXPECT_EQ(watch.lock(), heir);
  Die(heir);
  EXPECT_EQ(story, "first, second");
}

TEST_P(Callback, ItMayAllocateAndDropAndCreateReferences) {
  ref<Watched> object = make<Watched>();
  ref<Watched> other = make<Watched>();
  std::vector<ref<Watched>> made;
  const weak_ref<Watched> watch(object, [&] {
    for (int i = 0; i < 100; ++i) made.push_back(make<Watched>());
    MakeRing(10);
    made.push_back(other);
    other.reset();
  });
  Die(object);
  Collect();
  EXPECT_EQ(Alive(), 101);
}

TEST_P(Callback, Trap11CollectInItDoesNothing) {
  MakeRing(7);
  ref<Watched> object = make<Watched>();
  std::size_t collected = 99;
  bool left = false;
  const weak_ref<Watched> watch(object, [&] {
    collected = tricycle::collect().objects;
    left = collect_for(1s);
  });
  Die(object);
  EXPECT_EQ(collected, 0U);
  EXPECT_TRUE(left);
}

TEST_P(Callback, Trap14ItMayOwnTheLastReferenceToAnotherCycle) {
  ref<Watched> object = make<Watched>();
  ref<Watched> ring = MakeRing<Watched>(5);
  const weak_ref<Watched> watch(object, [ring = std::move(ring)] {});
  Die(object);
  Collect();
  EXPECT_EQ(Alive(), 0);
}

TEST_P(Callback, Trap14OneThatIsTrashItselfIsCalled) {
  ref<Watched> object = make<Watched>();
  object->watch = weak_ref<Watched>(object, [this] { Say("called"); });
  Die(object);
  EXPECT_EQ(story, "called");
  EXPECT_EQ(Alive(), 0);
}

TEST_P(Callback, WhatItThrowsGoesToTheHookAndTheNextIsCalled) {
  ref<Watched> object = make<Watched>();
  const weak_ref<Watched> first(object, [] { throw std::runtime_error("first"); });
  const weak_ref<Watched> second(object, [] { throw 2; });
  const weak_ref<Watched> third(object, [this] { Say("third"); });
  Die(object);
  EXPECT_EQ(thrown, (std::vector<std::string>{"first", "something else"}));
  EXPECT_EQ(story, "third");
  EXPECT_EQ(Alive(), 0);
}

TEST_P(Callback, AHookThatThrowsIsNotFatal) {
  set_unraisable_hook([](const unraisable&) { throw 1; });
  ref<Watched> object = make<Watched>();
  const weak_ref<Watched> watch(object, [] { throw 2; });
  Die(object);
  EXPECT_EQ(Alive(), 0);
}

TEST_P(Callback, ItMayBringTheObjectBackByItsRawAddress) {
  ref<Watched> object = make<Watched>();
  Watched* raw = object.get();
  ref<Watched> saved;
  const weak_ref<Watched> watch(object, [&] { saved = ref_from(raw); });
  const std::uint64_t resurrected = stats().resurrected;
  Die(object);
  ASSERT_EQ(saved.get(), raw);
  EXPECT_EQ(stats().resurrected, resurrected + 1);
  EXPECT_TRUE(watch.expired()) << "it expired once";
  weak_ref<Watched> again = saved;
  EXPECT_EQ(again.lock(), saved);
  Die(saved);
  EXPECT_TRUE(again.expired());
  EXPECT_EQ(Alive(), 0);
}

using OneDeath = HeapTest;

TEST_F(OneDeath, OneOfALeafIsCalled) {
  ref<Leaf> leaf = make<Leaf>();
  bool called = false;
  const weak_ref<Leaf> watch(leaf, [&] { called = true; });
  leaf.reset();
  EXPECT_TRUE(called);
}

TEST_F(OneDeath, AllOfARingHaveExpiredBeforeTheFirstIsCalled) {
  ref<Watched> a = MakeRing<Watched>(2);
  const weak_ref<Watched> watch_b = a->next;
  bool revived = true;
  const weak_ref<Watched> watch_a(a, [&] { revived = watch_b.lock() != nullptr; });
  Drop(a);
  Collect();
  EXPECT_FALSE(revived);
}

TEST_P(Callback, OfObjectsThatDieDeepInAChainAllAreCalled) {
  constexpr int n = 1000;
  int calls = 0;
  std::vector<weak_ref<Watched>> watches;
  ref<Watched> chain = MakeChain<Watched>(n);
  for (ref<Watched> at = chain; at; at = at->next) watches.emplace_back(at, [&] { ++calls; });
  chain.reset();
  EXPECT_EQ(calls, n);
}

struct WatchedAndThrown {
  WatchedAndThrown(weak_ref<WatchedAndThrown>& watch, int& calls) {
    watch = weak_ref<WatchedAndThrown>(ref_from(this), [&calls] { ++calls; });
    throw std::runtime_error("no");
  }
  void trace(auto&) {}
};

TEST_P(Callback, OneMadeInAConstructorThatThrowsIsCalled) {
  weak_ref<WatchedAndThrown> watch;
  int calls = 0;
  EXPECT_THROW(static_cast<void>(make<WatchedAndThrown>(watch, calls)), std::runtime_error);
  EXPECT_EQ(calls, 1);
  EXPECT_TRUE(watch.expired());
}

TEST_P(Callback, TheEndOfAHeapCallsThoseOfAllThatIsLeft) {
  int calls = 0;
  weak_ref<Watched> watch;
  {
    heap vm(Manual());
    const heap::scope in(vm);
    ref<Watched> object = make<Watched>();
    object->next = object;
    watch = weak_ref<Watched>(object, [&] { ++calls; });
  }
  EXPECT_EQ(calls, 1);
  EXPECT_TRUE(watch.expired()) << "after the heap is gone, too";
}

}  // namespace
}  // namespace tricycle::testing
