// The order of a death, as a table: each row is a cast of objects and what is expected to happen,
// in which order; the same whether they die by counting, by one collection, or in slices. (TRAPS 11
// to 18; docs/weak-references.md draws it.)
#include <functional>
#include <map>
#include <string>

#include "tricycle/finalizer.h"
#include "tricycle/weak_key_map.h"
#include "tricycle/weak_method.h"
#include "tricycle/weak_value_map.h"
#include "weakref/mortal.h"

namespace tricycle::testing {
namespace {

/// What a row may use: the story that it tells, and places that outlive the objects.
struct Stage {
  std::string story;
  ref<Mortal> hero, saved;
  ref<Mortal> bystander = make<Mortal>();
  Mortal* raw = nullptr;
  std::vector<weak_ref<Mortal>> watches;
  weak_value_map<std::string, Mortal> by_name;
  weak_set<Mortal> crowd;
  weak_key_map<Mortal, ref<Mortal>> notes;
  std::vector<ref<Mortal>> made;

  void say(const std::string& what) { story += (story.empty() ? "" : ", ") + what; }
  /// The hero says what it does in its finalizer and in its destructor.
  void introduce() {
    hero->in_finalizer = [this](Mortal&) { say("finalizer"); };
    hero->in_destructor = [this](Mortal&) { say("destructor"); };
  }
  void watch(std::function<void()> on_death) { watches.emplace_back(hero, std::move(on_death)); }
};

struct Row {
  const char* name;
  std::function<void(Stage&)>
      prepare;  // the hero is there, and is about to lose its last reference
  const char* story;
  int alive;  // when it is over, beside the bystander
};

const Row rows[] = {
    {"NothingButADestructor", [](Stage& s) { s.hero->in_finalizer = nullptr; }, "destructor", 0},
    {"FinalizerThenDestructor", [](Stage&) {}, "finalizer, destructor", 0},
    {"WeakReferencesExpireFirst",
     [](Stage& s) {
       s.watches.emplace_back(s.hero);
       s.watch([&s] { s.say(s.watches[0].expired() ? "expired" : "watched"); });
     },
     "expired, finalizer, destructor", 0},
    {"EverythingInItsPlace",
     [](Stage& s) {
       s.watch([&s] { s.say("callback"); });
       finalizer(s.hero, [&s] { s.say("function"); });
       s.watch([&s] { s.say("second callback"); });
     },
     "callback, function, second callback, finalizer, destructor", 0},
    {"MapsHaveForgottenItWhenTheFirstCallbackRuns",
     [](Stage& s) {
       s.by_name.insert({"hero", s.hero});
       s.crowd.insert(s.hero);
       s.notes.insert({s.hero, s.bystander});
       s.watch([&s] { s.say(std::to_string(s.by_name.size() + s.crowd.size() + s.notes.size())); });
     },
     "0, finalizer, destructor", 0},
    {"AWeakMethodDoesNothingFromTheFirstCallbackOn",
     [](Stage& s) {
       s.watch([&s, call = weak_method([](Mortal&) { return 1; }, s.hero)] {
         s.say(call() ? "called" : "not called");
       });
     },
     "not called, finalizer, destructor", 0},
    {"Trap11CollectDoesNothingInACallback",
     [](Stage& s) { s.watch([&s] { s.say(std::to_string(tricycle::collect().examined)); }); },
     "0, finalizer, destructor", 0},
    {"Trap11CollectDoesNothingInAFinalizer",
     [](Stage& s) {
       s.hero->in_finalizer = [&s](Mortal&) {
         s.say(std::to_string(tricycle::collect().examined));
         s.say(collect_for(1s) ? "work is left" : "nothing is left");
       };
     },
     "0, work is left, destructor", 0},
    {"Trap11CollectDoesNothingInADestructor",
     [](Stage& s) {
       s.hero->in_destructor = [&s](Mortal&) {
         s.say(std::to_string(tricycle::collect().examined));
       };
     },
     "finalizer, 0", 0},
    {"Trap12WhatItRefersToIsWholeForItsFinalizerAndItsDestructor",
     [](Stage& s) {
       s.hero->other = make<Mortal>();
       s.hero->other->in_destructor = [&s](Mortal&) { s.say("other's destructor"); };
       s.hero->in_finalizer = [&s](Mortal& self) { s.say(self.other ? "whole" : "cut"); };
       s.hero->in_destructor = [&s](Mortal& self) { s.say(self.other ? "whole" : "cut"); };
     },
     "whole, whole, other's destructor", 0},
    {"Trap13ItSavesItself",
     [](Stage& s) { s.hero->in_finalizer = [&s](Mortal& self) { s.saved = ref_from(&self); }; }, "",
     1},
    {"Trap13ItSavesItselfTwiceButIsFinalizedOnce",
     [](Stage& s) {
       s.hero->in_finalizer = [&s](Mortal& self) {
         s.say("finalizer");
         s.saved = ref_from(&self);
         s.saved->in_finalizer = [&s](Mortal& again) { s.saved = ref_from(&again); };
         s.made.push_back(s.saved);
       };
     },
     "finalizer", 1},
    {"Trap13ItSavesWhatItRefersTo",
     [](Stage& s) {
       s.hero->other = make<Mortal>();
       s.hero->in_finalizer = [&s](Mortal& self) { s.saved = std::move(self.other); };
     },
     "destructor", 1},
    {"Trap13ItMakesObjects",
     [](Stage& s) {
       s.hero->in_finalizer = [&s](Mortal& self) {
         s.made.push_back(make<Mortal>());
         self.other = make<Mortal>();
         MakeRing<Mortal>(3);
       };
     },
     "destructor", 1},
    {"Trap13ItsFinalizerThrows",
     [](Stage& s) {
       s.hero->in_finalizer = [&s](Mortal&) {
         s.say("throws");
         throw 1;
       };
     },
     "throws, destructor", 0},
    {"Trap13ItsCallbackThrows",
     [](Stage& s) {
       s.watch([&s] {
         s.say("throws");
         throw 1;
       });
       s.watch([&s] { s.say("the next one"); });
     },
     "throws, the next one, finalizer, destructor", 0},
    {"Trap14ACallbackOwnsTheLastReferenceToAnotherCycle",
     [](Stage& s) { s.watch([ring = MakeRing<Mortal>(3)] {}); }, "finalizer, destructor", 0},
    {"Trap14AWeakReferenceMadeByACallbackIsBornExpired",
     [](Stage& s) {
       s.watch([&s] {
         s.watches.emplace_back(ref_from(s.raw), [&s] { s.say("never"); });
         s.say(s.watches.back().expired() ? "born expired" : "watches");
       });
       s.watches.reserve(8);
     },
     "born expired, finalizer, destructor", 0},
    {"Trap14AWeakReferenceMadeByTheFinalizerExpiresBeforeTheDestructor",
     [](Stage& s) {
       s.hero->in_finalizer = [&s](Mortal& self) {
         s.watches.emplace_back(ref_from(&self), [&s] { s.say("its callback"); });
         s.say(s.watches.back().expired() ? "born expired" : "watches");
       };
       s.hero->in_destructor = [&s](Mortal&) {
         s.say(s.watches.back().lock() ? "locked" : "expired");
       };
     },
     "watches, its callback, expired", 0},
    {"Trap14AWeakReferenceMadeByTheDestructorIsBornExpired",
     [](Stage& s) {
       s.hero->watch = s.hero;
       s.hero->in_destructor = [&s](Mortal& self) {
         s.watches.emplace_back(self.watch);
         s.say(s.watches.back().lock() ? "locked" : "expired");
       };
     },
     "finalizer, expired", 0},
    {"Trap14AWeakReferenceThatIsTrashItselfHasItsCallbackCalled",
     [](Stage& s) { s.hero->watch = weak_ref<Mortal>(s.hero, [&s] { s.say("callback"); }); },
     "callback, finalizer, destructor", 0},
    {"Trap16AnotherThatItOwnsDiesAfterIt",
     [](Stage& s) {
       s.hero->other = make<Mortal>();
       s.watches.emplace_back(s.hero->other, [&s] { s.say("other's callback"); });
       s.hero->other->in_finalizer = [&s](Mortal&) { s.say("other's finalizer"); };
       s.hero->other->in_destructor = [&s](Mortal&) { s.say("other's destructor"); };
     },
     "finalizer, destructor, other's callback, other's finalizer, other's destructor", 0},
    {"Trap17ItsValueInAMapIsDestroyedAfterIt",
     [](Stage& s) {
       ref<Mortal> note = make<Mortal>();
       note->in_destructor = [&s](Mortal&) { s.say("value's destructor"); };
       s.notes.insert({s.hero, note});
     },
     "finalizer, destructor, value's destructor", 0},
    {"Trap17ItIsForgottenByMapsEvenIfItIsSaved",
     [](Stage& s) {
       ref<Mortal> note = make<Mortal>();
       note->in_destructor = [&s](Mortal&) { s.say("value's destructor"); };
       s.notes.insert({s.hero, note});
       s.by_name.insert({"hero", s.hero});
       s.hero->in_finalizer = [&s](Mortal& self) { s.saved = ref_from(&self); };
     },
     "value's destructor", 1},
    {"Trap18ACandidateDies",
     [](Stage& s) {
       Touch(s.hero);
       s.hero->in_finalizer = [&s](Mortal& self) {
         const ref<Mortal> one = ref_from(&self);
         const ref<Mortal> two = one;
         s.say("a candidate again");
       };
     },
     "a candidate again, destructor", 0},
};

class Order : public BothDeaths {};
INSTANTIATE_TEST_SUITE_P(Weak, Order, AllDeaths(), DeathName);

TEST_P(Order, OfADeathIsTheSameForAllWays) {
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    {
      Stage s;
      s.hero = make<Mortal>();
      s.raw = s.hero.get();
      s.introduce();
      row.prepare(s);
      Die(s.hero);
      Collect();
      EXPECT_EQ(s.story, row.story);
      EXPECT_EQ(Alive(), row.alive + 1);
      if (s.saved) s.saved->in_finalizer = s.saved->in_destructor = nullptr;
    }
    Collect();
    EXPECT_EQ(Alive(), 0);
  }
}

}  // namespace
}  // namespace tricycle::testing
