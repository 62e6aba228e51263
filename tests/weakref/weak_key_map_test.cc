// weak_key_map: values that live as long as their keys, and do not keep them.
#include "tricycle/weak_key_map.h"

#include <memory>

#include "weakref/mortal.h"

namespace tricycle::testing {
namespace {

/// May own maps, and be key and value in others.
struct Thing {
  Counted counted;
  ref<Thing> next, other;
  weak_key_map<Thing, ref<Thing>> map;
};

class WeakKeyMap : public BothDeaths {};
INSTANTIATE_TEST_SUITE_P(Weak, WeakKeyMap, AllDeaths(), DeathName);

TEST_P(WeakKeyMap, AValueLivesAsLongAsItsKey) {
  weak_key_map<Watched, std::shared_ptr<int>> map;
  ref<Watched> key = make<Watched>();
  auto value = std::make_shared<int>(3);
  EXPECT_TRUE(map.insert_or_assign(key, value).second);
  EXPECT_EQ(map.size(), 1U);
  EXPECT_EQ(*map.find(key)->second, 3);
  EXPECT_EQ(**map.get(key), 3);
  EXPECT_EQ(*map.at(key), 3);
  EXPECT_TRUE(map.contains(key));
  Die(key);
  EXPECT_EQ(map.size(), 0U);
  EXPECT_EQ(map.begin(), map.end());
  EXPECT_EQ(value.use_count(), 1);
}

TEST_P(WeakKeyMap, InsertKeepsAndInsertOrAssignReplaces) {
  weak_key_map<Watched, int> map;
  ref<Watched> key = make<Watched>();
  EXPECT_TRUE(map.insert({key, 1}).second);
  EXPECT_FALSE(map.insert({key, 2}).second);
  EXPECT_EQ(map.at(key), 1);
  EXPECT_FALSE(map.insert_or_assign(key, 3).second);
  EXPECT_EQ(map.at(key), 3);
  EXPECT_FALSE(map.try_emplace(key, 4).second);
  EXPECT_EQ(map.find(key)->second, 3);
  EXPECT_EQ(map.erase(key), 1U);
  EXPECT_EQ(map.erase(key), 0U);
  EXPECT_THROW(static_cast<void>(map.at(key)), std::out_of_range);
  EXPECT_EQ(map.get(key), nullptr);
  Die(key);
}

TEST_P(WeakKeyMap, NullIsNoKey) {
  weak_key_map<Watched, int> map;
  EXPECT_EQ(map.insert({nullptr, 1}), std::pair(map.end(), false));
  EXPECT_FALSE(map.contains(nullptr));
}

TEST_P(WeakKeyMap, IterationShowsKeysAndValuesThatCanBeChanged) {
  weak_key_map<Watched, int> map;
  std::vector<ref<Watched>> keys;
  for (int i = 0; i < 10; ++i) {
    keys.push_back(make<Watched>());
    map.insert({keys.back(), i});
  }
  for (auto [key, value] : map) value *= 2;
  for (int i = 0; i < 10; ++i) EXPECT_EQ(map.at(keys[static_cast<std::size_t>(i)]), 2 * i);
}

TEST_P(WeakKeyMap, Trap17ACollectionInTheMiddleOfAnIterationDisturbsNothing) {
  weak_key_map<Watched, int> map;
  std::vector<ref<Watched>> keys;
  for (int i = 0; i < 50; ++i) {
    keys.push_back(make<Watched>());
    map.insert({keys.back(), i});
  }
  int shown = 0;
  for (auto [key, value] : map) {
    EXPECT_EQ(value, shown);
    if (++shown == 10)
      for (ref<Watched>& k : keys)
        if (k != key) Die(k);
    EXPECT_TRUE(map.contains(key));
  }
  EXPECT_EQ(shown, 10);
}

TEST_P(WeakKeyMap, Trap17AValueThatIsItsOwnKeyDoesNotKeepIt) {
  weak_key_map<Thing, ref<Thing>> map;
  ref<Thing> key = make<Thing>();
  map.insert({key, key});
  EXPECT_EQ(map.size(), 1U);
  key.reset();
  Collect();
  EXPECT_EQ(map.size(), 0U);
  EXPECT_EQ(Alive(), 0);
}

TEST_P(WeakKeyMap, Trap17AValueThatReachesItsKeyDoesNotKeepIt) {
  weak_key_map<Thing, ref<Thing>> map;
  ref<Thing> key = make<Thing>();
  ref<Thing> value = MakeChain<Thing>(5);
  value->next->next->other = key;
  map.insert({key, value});
  value.reset();
  Collect();
  EXPECT_EQ(Alive(), 6) << "the key is alive, so is the value";
  EXPECT_EQ(map.at(key)->next->next->other, key);
  key.reset();
  Collect();
  EXPECT_EQ(Alive(), 0);
}

TEST_P(WeakKeyMap, Trap17AChainOfEphemeronsIsFoundFromItsEnd) {
  // The value of each is the key of the next, and the last leads back to the first.
  constexpr std::size_t n = 20;
  std::vector<weak_key_map<Thing, ref<Thing>>> maps(n);
  ref<Thing> first = make<Thing>();
  ref<Thing> last = first;
  for (auto& map : maps) {
    ref<Thing> next = make<Thing>();
    map.insert({last, next});
    last = next;
  }
  last->other = first;
  last.reset();
  Collect();
  EXPECT_EQ(Alive(), n + 1);
  first.reset();
  Collect();
  EXPECT_EQ(Alive(), 0);
  for (auto& map : maps) EXPECT_TRUE(map.empty());
}

TEST_P(WeakKeyMap, AChainThatLeadsNowhereDiesByCounting) {
  constexpr std::size_t n = 1000;
  weak_key_map<Thing, ref<Thing>> map;
  ref<Thing> first = make<Thing>();
  ref<Thing> last = first;
  for (std::size_t i = 0; i < n; ++i) {
    ref<Thing> next = make<Thing>();
    map.insert({last, next});
    last = next;
  }
  last.reset();
  EXPECT_EQ(Alive(), n + 1);
  first.reset();
  EXPECT_EQ(Alive(), 0);
  EXPECT_TRUE(map.empty());
}

TEST_P(WeakKeyMap, Trap17AMapThatIsReachedFromItsValueOnlyDiesWhileItsKeyLives) {
  const ref<Thing> key = make<Thing>();
  ref<Thing> owner = make<Thing>();
  owner->map.insert({key, owner});
  owner.reset();
  Collect();
  EXPECT_EQ(Alive(), 1) << "without the map, nobody can ask for the value";
}

TEST_P(WeakKeyMap, Trap17AMapThatIsReachedFarBehindItsValueDiesWhileItsKeyLives) {
  const ref<Thing> key = make<Thing>();
  ref<Thing> owner = make<Thing>();
  owner->map.insert({key, MakeChain<Thing>(5)});
  owner->map.at(key)->next->next->other = owner;
  owner->map.at(key)->next->other = key;
  Collect();
  EXPECT_EQ(Alive(), 7);
  owner.reset();
  Collect();
  EXPECT_EQ(Alive(), 1);
}

TEST_P(WeakKeyMap, Trap17AKeyMayHoldTheMapItIsIn) {
  ref<Thing> key = make<Thing>();
  key->map.insert({key, key});
  key->map.insert({make<Thing>(), key});
  ref<Thing> other = make<Thing>();
  key->map.insert({other, key});
  key.reset();
  Collect();
  EXPECT_EQ(Alive(), 1) << "`other` is not held, and holds nothing";
}

TEST_P(WeakKeyMap, TwoMapsWhoseValuesLeadToEachOtherDieTogether) {
  const ref<Thing> key = make<Thing>();
  ref<Thing> a = make<Thing>();
  ref<Thing> b = make<Thing>();
  a->map.insert({key, b});
  b->map.insert({key, a});
  a.reset();
  Collect();
  EXPECT_EQ(Alive(), 3) << "b is held";
  b.reset();
  Collect();
  EXPECT_EQ(Alive(), 1);
}

TEST_P(WeakKeyMap, ALeafMayBeAKeyOfWhatLeadsBackToIt) {
  struct Value {
    Counted counted;
    ref<Leaf> back;
  };
  weak_key_map<Leaf, ref<Value>> map;
  ref<Leaf> key = make<Leaf>();
  map.insert({key, make<Value>(Counted(), key)});
  Collect();
  EXPECT_EQ(Alive(), 2);
  key.reset();
  Collect();
  EXPECT_EQ(Alive(), 0);
}

TEST_P(WeakKeyMap, TheValueIsDestroyedAfterItsKey) {
  struct Last {
    ~Last() {
      if (say) say();
    }
    std::function<void()> say;
    void trace(edge_visitor&) {}
  };
  weak_key_map<Watched, ref<Last>> map;
  ref<Watched> key = make<Watched>();
  key->in_destructor = [this] { Say("key"); };
  ref<Last> value = make<Last>();
  value->say = [this] { Say("value"); };
  map.insert({key, std::move(value)});
  Die(key);
  EXPECT_EQ(story, "key, value");
}

TEST_P(WeakKeyMap, TheValueIsThereForItsKeysFinalizerAndGoesWhenThatSavesIt) {
  weak_key_map<Mortal, ref<Mortal>> map;
  ref<Mortal> key = make<Mortal>();
  Mortal* value = nullptr;
  {
    ref<Mortal> made = make<Mortal>();
    value = made.get();
    map.insert({key, made});
    made->other = key;
  }
  value->in_finalizer = [this](Mortal&) { Say("value's finalizer"); };
  value->in_destructor = [this](Mortal&) { Say("value's destructor"); };
  ref<Mortal> saved;
  key->in_finalizer = [&](Mortal& self) {
    Say(map.empty() ? "key's finalizer" : "the map has it still");
    saved = ref_from(&self);
  };
  key.reset();
  Find();
  Collect();
  ASSERT_NE(saved, nullptr);
  EXPECT_EQ(story.find("map has it"), std::string::npos);
  EXPECT_EQ(story.substr(story.rfind(", ")), ", value's destructor");
  EXPECT_TRUE(map.empty());
  EXPECT_EQ(Alive(), 1);
  saved.reset();
}

TEST_P(WeakKeyMap, TheEndOfTheMapFreesItsValues) {
  ref<Thing> key = make<Thing>();
  {
    weak_key_map<Thing, ref<Thing>> map;
    map.insert({key, make<Thing>()});
    EXPECT_EQ(Alive(), 2);
  }
  EXPECT_EQ(Alive(), 1);
  Die(key);
}

TEST_P(WeakKeyMap, AMapThatEndsWhileItIsIteratedLeavesItsIteratorsAtTheEnd) {
  auto map = std::make_unique<weak_key_map<Watched, int>>();
  ref<Watched> key = make<Watched>();
  map->insert({key, 1});
  auto at = map->begin();
  map.reset();
  EXPECT_EQ(at, (weak_key_map<Watched, int>::iterator()));
  ++at;
}

TEST_P(WeakKeyMap, ItCanBeMovedAndSwapped) {
  weak_key_map<Watched, int> a;
  ref<Watched> key = make<Watched>();
  a.insert({key, 1});
  weak_key_map<Watched, int> b = std::move(a);
  swap(a, b);
  EXPECT_EQ(a.at(key), 1);
  b = std::move(a);
  EXPECT_EQ(b.at(key), 1);
  Die(key);
  EXPECT_TRUE(b.empty());
}

TEST_P(WeakKeyMap, KeysOfAnotherHeapDieAndLeave) {
  weak_key_map<Thing, ref<Thing>> map;
  map.insert({make<Thing>(), nullptr});
  {
    heap vm(Manual());
    const heap::scope in(vm);
    ref<Thing> key = make<Thing>();
    map.insert({key, make<Thing>()});
    EXPECT_EQ(map.size(), 1U);
    key->next = key;
  }
  EXPECT_EQ(map.size(), 0U);
}

TEST_P(WeakKeyMap, AMapWhoseHeapHasEndedIsEmptyAndCanBeUsedAgain) {
  weak_key_map<Thing, ref<Thing>> map;
  ref<Thing> key = make<Thing>();
  {
    heap vm(Manual());
    const heap::scope in(vm);
    map.insert({key, make<Thing>()});
    auto at = map.begin();
    EXPECT_EQ(at->first, key);
  }
  EXPECT_EQ(map.size(), 0U);
  EXPECT_EQ(map.begin(), map.end());
  EXPECT_FALSE(map.contains(key));
  EXPECT_EQ(map.erase(key), 0U);
  map.clear();
  EXPECT_TRUE(map.insert({key, key}).second);
  EXPECT_EQ(map.size(), 1U);
  key.reset();
  Collect();
  EXPECT_EQ(map.size(), 0U);
}

TEST_P(WeakKeyMap, AnIteratorWhoseHeapHasEndedIsAtTheEnd) {
  weak_key_map<Thing, ref<Thing>> map;
  const ref<Thing> key = make<Thing>();
  auto vm = std::make_unique<heap>(Manual());
  {
    const heap::scope in(*vm);
    map.insert({key, nullptr});
  }
  auto at = map.begin();
  vm.reset();
  EXPECT_EQ(at, map.end());
  ++at;
  EXPECT_EQ(at, map.end());
}

TEST_P(WeakKeyMap, ADyingKeyIsNotInserted) {
  weak_key_map<Mortal, int> map;
  ref<Mortal> key = make<Mortal>();
  Mortal* raw = key.get();
  bool inserted = true;
  const weak_ref<Mortal> watch(key, [&] { inserted = map.insert({ref_from(raw), 1}).second; });
  Die(key);
  EXPECT_FALSE(inserted);
  EXPECT_TRUE(map.empty());
}

TEST_P(WeakKeyMap, AKeyInsertedByItsFinalizerLeavesAgain) {
  weak_key_map<Mortal, ref<Mortal>> map;
  ref<Mortal> key = make<Mortal>();
  key->in_finalizer = [&](Mortal& self) {
    EXPECT_TRUE(map.insert({ref_from(&self), ref_from(&self)}).second);
  };
  Die(key);
  Collect();
  EXPECT_TRUE(map.empty());
  EXPECT_EQ(Alive(), 0);
}

}  // namespace
}  // namespace tricycle::testing
