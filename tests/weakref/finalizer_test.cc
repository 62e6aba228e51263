// finalizer: a function that runs at an object's death or at its heap's end.
#include "tricycle/finalizer.h"

#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>

#include "weakref/mortal.h"

namespace tricycle::testing {
namespace {

class Finalizer : public BothDeaths {};
INSTANTIATE_TEST_SUITE_P(Weak, Finalizer, AllDeaths(), DeathName);

TEST_P(Finalizer, ItsFunctionRunsOnceWhenTheObjectDies) {
  ref<Watched> object = make<Watched>();
  int calls = 0;
  const finalizer cleanup(object, [&] { ++calls; });
  EXPECT_TRUE(cleanup.alive());
  EXPECT_EQ(cleanup.peek(), object);
  Die(object);
  EXPECT_EQ(calls, 1);
  EXPECT_FALSE(cleanup.alive());
  EXPECT_EQ(cleanup.peek(), nullptr);
}

TEST_P(Finalizer, ItWaitsWithoutAHandle) {
  ref<Watched> object = make<Watched>();
  int calls = 0;
  finalizer(object, [&] { ++calls; });
  EXPECT_EQ(calls, 0);
  Die(object);
  EXPECT_EQ(calls, 1);
}

TEST_P(Finalizer, ItRunsBeforeFinalizeAndTheDestructor) {
  ref<Mortal> object = make<Mortal>();
  object->in_finalizer = [this](Mortal&) { Say("finalize"); };
  object->in_destructor = [this](Mortal&) { Say("destructor"); };
  finalizer(object, [this] { Say("function"); });
  Die(object);
  EXPECT_EQ(story, "function, finalize, destructor");
}

TEST_P(Finalizer, DetachedItNeverRuns) {
  ref<Watched> object = make<Watched>();
  auto captured = std::make_shared<int>();
  finalizer cleanup(object, [this, captured] { Say("called"); });
  EXPECT_EQ(cleanup.detach(), object);
  EXPECT_EQ(captured.use_count(), 1) << "the function is destroyed";
  EXPECT_FALSE(cleanup.alive());
  EXPECT_EQ(cleanup.detach(), nullptr);
  Die(object);
  EXPECT_EQ(story, "");
}

TEST_P(Finalizer, CalledByHandItIsDone) {
  ref<Watched> object = make<Watched>();
  finalizer cleanup(object, [this] { Say("called"); });
  EXPECT_TRUE(cleanup());
  EXPECT_FALSE(cleanup());
  EXPECT_FALSE(cleanup.alive());
  Die(object);
  EXPECT_EQ(story, "called");
}

TEST_P(Finalizer, CalledByHandItThrowsWhatItThrows) {
  ref<Watched> object = make<Watched>();
  finalizer cleanup(object, [] { throw std::runtime_error("by hand"); });
  EXPECT_THROW(cleanup(), std::runtime_error);
  EXPECT_FALSE(cleanup.alive());
  Die(object);
  EXPECT_TRUE(thrown.empty());
}

TEST_P(Finalizer, WhatItThrowsAtADeathGoesToTheHook) {
  ref<Watched> object = make<Watched>();
  finalizer(object, [] { throw std::runtime_error("at a death"); });
  Die(object);
  EXPECT_EQ(thrown, std::vector<std::string>{"at a death"});
}

TEST_P(Finalizer, CopiesAreHandlesToTheSame) {
  ref<Watched> object = make<Watched>();
  std::optional<finalizer<Watched>> first(std::in_place, object, [this] { Say("called"); });
  finalizer<Watched> second = *first;
  first.reset();
  EXPECT_TRUE(second.alive());
  finalizer<Watched> third;
  EXPECT_FALSE(third.alive());
  EXPECT_FALSE(third());
  third = second;
  Die(object);
  EXPECT_EQ(story, "called");
  EXPECT_FALSE(second.alive() || third.alive());
}

TEST_P(Finalizer, NothingIsRegisteredForNull) {
  finalizer cleanup(ref<Watched>(), [this] { Say("called"); });
  EXPECT_FALSE(cleanup.alive());
  EXPECT_EQ(cleanup.detach(), nullptr);
  EXPECT_EQ(story, "");
}

TEST_P(Finalizer, ItsHandlesMayGoWhileItRuns) {
  ref<Watched> object = make<Watched>();
  std::optional<finalizer<Watched>> cleanup;
  cleanup.emplace(object, [&] {
    EXPECT_FALSE(cleanup->alive());
    EXPECT_EQ(cleanup->detach(), nullptr);
    cleanup.reset();
    Say("called");
  });
  Die(object);
  EXPECT_EQ(story, "called");
}

TEST_P(Finalizer, ItMayDetachAnother) {
  ref<Watched> object = make<Watched>();
  finalizer<Watched> second;
  finalizer(object, [&] {
    Say("first");
    second.detach();
  });
  second = finalizer(object, [this] { Say("second"); });
  Die(object);
  EXPECT_EQ(story, "first");
}

TEST_P(Finalizer, TheEndOfAHeapRunsThemTheLastOneFirstWhileAllIsThere) {
  {
    heap vm(Manual());
    const heap::scope in(vm);
    ref<Watched> a = make<Watched>();
    ref<Watched> b = make<Watched>();
    const weak_ref<Watched> watch = a;
    a->next = b;
    b->next = a;
    finalizer(a, [this, watch] { Say(watch.expired() ? "dead" : "a"); });
    finalizer(b, [this] { Say("b"); });
  }
  EXPECT_EQ(story, "b, a");
}

TEST_P(Finalizer, OneMadeAtTheEndOfAHeapRunsWhenItsObjectDies) {
  {
    heap vm(Manual());
    const heap::scope in(vm);
    ref<Watched> a = make<Watched>();
    a->next = a;
    const weak_ref<Watched> watch = a;
    finalizer(a, [this, watch] {
      Say("first");
      finalizer(watch.lock(), [this] { Say("second"); });
    });
  }
  EXPECT_EQ(story, "first, second");
}

TEST(FinalizerAtExit, TheEndOfAThreadRunsThoseOfWhatItLeaves) {
  std::string story;
  ref<Leaf> kept;
  std::thread([&] {
    kept = make<Leaf>();
    finalizer(kept, [&] { story += "first "; });
    finalizer(kept, [&] { story += "second "; });
  }).join();
  EXPECT_EQ(story, "second first ");
  kept.reset();
  EXPECT_EQ(story, "second first ");
}

TEST(FinalizerAtExitDeathTest, TheEndOfTheProgramRunsThem) {
  EXPECT_EXIT(
      {
        static ref<Leaf> kept = make<Leaf>();
        finalizer(kept, [] { std::fputs("said at exit", stderr); });
        std::exit(0);
      },
      ::testing::ExitedWithCode(0), "said at exit");
}

}  // namespace
}  // namespace tricycle::testing
