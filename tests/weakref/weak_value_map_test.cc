// weak_value_map: the cache; and what iteration and lookup survive.
#include "tricycle/weak_value_map.h"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>

#include "weakref/mortal.h"

namespace tricycle::testing {
namespace {

using Cache = weak_value_map<std::string, Watched>;

class WeakValueMap : public BothDeaths {
 protected:
  template <class Map>
  static std::vector<std::string> KeysOf(const Map& map) {
    std::vector<std::string> keys;
    for (const auto& [key, value] : map) keys.push_back(key);
    return keys;
  }
};
INSTANTIATE_TEST_SUITE_P(Weak, WeakValueMap, AllDeaths(), DeathName);

TEST_P(WeakValueMap, AnEntryIsGoneWhenItsValueDies) {
  Cache cache;
  ref<Watched> page = make<Watched>();
  EXPECT_TRUE(cache.insert_or_assign("index", page).second);
  EXPECT_EQ(cache.size(), 1U);
  EXPECT_EQ(cache.get("index"), page);
  EXPECT_EQ(cache.find("index")->second, page);
  EXPECT_TRUE(cache.contains("index"));
  Die(page);
  EXPECT_EQ(Alive(), 0) << "the map did not keep it";
  EXPECT_EQ(cache.size(), 0U);
  EXPECT_TRUE(cache.empty());
  EXPECT_EQ(cache.get("index"), nullptr);
  EXPECT_EQ(cache.find("index"), cache.end());
  EXPECT_FALSE(cache.contains("index"));
  EXPECT_EQ(cache.begin(), cache.end());
}

TEST_P(WeakValueMap, InsertKeepsALivingValueAndInsertOrAssignReplacesIt) {
  Cache cache;
  ref<Watched> a = make<Watched>();
  ref<Watched> b = make<Watched>();
  EXPECT_TRUE(cache.insert({"x", a}).second);
  const auto [at, inserted] = cache.insert({"x", b});
  EXPECT_FALSE(inserted);
  EXPECT_EQ(at->second, a);
  EXPECT_FALSE(cache.insert_or_assign("x", b).second);
  EXPECT_EQ(cache.get("x"), b);
  EXPECT_EQ(cache.size(), 1U);
  Die(a);
  EXPECT_EQ(cache.get("x"), b) << "the old value's death does not concern it";
  Die(b);
  EXPECT_EQ(cache.size(), 0U);
}

TEST_P(WeakValueMap, AKeyWhoseValueDiedCanBeUsedAgain) {
  Cache cache;
  for (int round = 0; round < 3; ++round) {
    ref<Watched> page = make<Watched>();
    EXPECT_TRUE(cache.insert({"x", page}).second);
    EXPECT_EQ(cache.size(), 1U);
    Die(page);
  }
}

TEST_P(WeakValueMap, NullRemovesOrDoesNothing) {
  Cache cache;
  ref<Watched> page = make<Watched>();
  EXPECT_EQ(cache.insert({"x", nullptr}), std::pair(cache.end(), false));
  cache.insert({"x", page});
  EXPECT_EQ(cache.insert_or_assign("x", nullptr), std::pair(cache.end(), false));
  EXPECT_EQ(cache.size(), 0U);
}

TEST_P(WeakValueMap, EraseRemovesByKeyAndByIterator) {
  Cache cache;
  std::vector<ref<Watched>> pages;
  for (const char* name : {"a", "b", "c", "d"}) {
    pages.push_back(make<Watched>());
    cache.insert({name, pages.back()});
  }
  EXPECT_EQ(cache.erase("b"), 1U);
  EXPECT_EQ(cache.erase("b"), 0U);
  auto at = cache.find("c");
  at = cache.erase(at);
  EXPECT_EQ(at->first, "d");
  EXPECT_EQ(KeysOf(cache), (std::vector<std::string>{"a", "d"}));
  cache.clear();
  EXPECT_EQ(cache.size(), 0U);
  EXPECT_TRUE(cache.insert({"a", pages[0]}).second);
}

TEST_P(WeakValueMap, IterationShowsTheLivingInTheOrderOfInsertion) {
  Cache cache;
  std::vector<ref<Watched>> pages;
  for (int i = 0; i < 5; ++i) {
    pages.push_back(make<Watched>());
    cache.insert({std::to_string(i), pages.back()});
  }
  Die(pages[1]);
  Die(pages[4]);
  EXPECT_EQ(KeysOf(cache), (std::vector<std::string>{"0", "2", "3"}));
}

TEST_P(WeakValueMap, OneValueMayHaveManyKeysInManyMaps) {
  Cache one, two;
  ref<Watched> page = make<Watched>();
  for (const char* name : {"a", "b", "c"}) {
    one.insert({name, page});
    two.insert({name, page});
  }
  EXPECT_EQ(one.size() + two.size(), 6U);
  Die(page);
  EXPECT_EQ(one.size() + two.size(), 0U);
}

TEST_P(WeakValueMap, Trap17ACollectionInTheMiddleOfAnIterationDisturbsNothing) {
  Cache cache;
  std::vector<ref<Watched>> pages;
  for (int i = 0; i < 100; ++i) {
    pages.push_back(make<Watched>());
    cache.insert({std::to_string(i), pages.back()});
  }
  int shown = 0;
  for (const auto& [key, value] : cache) {
    ++shown;
    EXPECT_NE(value, nullptr);
    if (shown == 10)
      for (ref<Watched>& page : pages)
        if (page != value) Die(page);
    EXPECT_EQ(cache.get(key), value) << "the one it stands on stays";
  }
  EXPECT_EQ(shown, 10);
  Find();
}

TEST_P(WeakValueMap, Trap17TheOneItStandsOnDiesAtTheNextStep) {
  Cache cache;
  ref<Watched> a = make<Watched>();
  ref<Watched> b = make<Watched>();
  cache.insert({"a", a});
  cache.insert({"b", b});
  auto at = cache.begin();
  Die(a);
  EXPECT_EQ(at->first, "a");
  EXPECT_EQ(cache.size(), 2U);
  ++at;
  EXPECT_EQ(at->first, "b");
  Find();
  Collect();
  EXPECT_EQ(cache.size(), 1U);
}

TEST_P(WeakValueMap, Trap17EntriesMayBeErasedAndInsertedWhileItIterates) {
  Cache cache;
  std::vector<ref<Watched>> pages;
  for (int i = 0; i < 10; ++i) {
    pages.push_back(make<Watched>());
    cache.insert({std::to_string(i), pages.back()});
  }
  std::vector<std::string> shown;
  for (auto at = cache.begin(); at != cache.end(); ++at) {
    const std::string key = at->first;
    shown.push_back(key);
    if (key == "3") cache.erase("3");
    if (key == "5") cache.erase("6");
    if (key == "9") cache.insert({"new", pages[0]});
  }
  EXPECT_EQ(shown, (std::vector<std::string>{"0", "1", "2", "3", "4", "5", "7", "8", "9", "new"}));
}

TEST_P(WeakValueMap, AMapThatEndsWhileItIsIteratedLeavesItsIteratorsAtTheEnd) {
  auto cache = std::make_unique<Cache>();
  ref<Watched> a = make<Watched>();
  ref<Watched> b = make<Watched>();
  cache->insert({"a", a});
  cache->insert({"b", b});
  auto at = cache->begin();
  const auto copy = at;
  cache.reset();
  EXPECT_EQ(at, Cache::iterator());
  EXPECT_EQ(copy, Cache::iterator());
  ++at;
  EXPECT_EQ(at, Cache::iterator());
}

// A key whose comparison collects, and so takes entries out from under the lookup.
struct Collecting {
  bool operator()(const std::string& a, const std::string& b) const {
    if (before) (*before)();
    return a == b;
  }
  std::function<void()>* before = nullptr;
};
struct SameHash {
  std::size_t operator()(const std::string&) const { return 7; }
};

TEST_P(WeakValueMap, Trap17ACollectionInTheMiddleOfALookupDisturbsNothing) {
  std::function<void()> before;
  weak_value_map<std::string, Watched, SameHash, Collecting> map(SameHash(), Collecting{&before});
  std::vector<ref<Watched>> pages;
  before = [] {};
  for (int i = 0; i < 20; ++i) {
    pages.push_back(make<Watched>());
    map.insert({std::to_string(i), pages.back()});
  }
  before = [&] {
    if (pages.size() == 1) return;
    ref<Watched> last = std::move(pages.back());
    pages.pop_back();
    Die(last);
  };
  const ref<Watched> first = pages[0];
  EXPECT_EQ(map.get("0"), first);
  before = [] {};
  EXPECT_EQ(map.get("0"), first);
  EXPECT_FALSE(map.contains("19"));
  Collect();
  EXPECT_EQ(map.size(), pages.size());
}

TEST_P(WeakValueMap, EqualHashesAreToldApart) {
  weak_value_map<std::string, Watched, SameHash> map;
  std::vector<ref<Watched>> pages;
  for (int i = 0; i < 50; ++i) {
    pages.push_back(make<Watched>());
    map.insert({std::to_string(i), pages.back()});
  }
  for (int i = 0; i < 50; i += 3) Die(pages[static_cast<std::size_t>(i)]);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(map.contains(std::to_string(i)), i % 3 != 0) << i;
}

TEST_P(WeakValueMap, ItCanBeMovedAndSwapped) {
  Cache cache;
  ref<Watched> a = make<Watched>();
  ref<Watched> b = make<Watched>();
  cache.insert({"a", a});
  Cache other = std::move(cache);
  EXPECT_EQ(other.get("a"), a);
  cache = Cache();
  cache.insert({"b", b});
  swap(cache, other);
  EXPECT_EQ(cache.get("a"), a);
  Die(a);
  EXPECT_EQ(cache.size(), 0U);
  EXPECT_EQ(other.size(), 1U);
  other = std::move(cache);
  EXPECT_EQ(other.size(), 0U);
}

struct ViewHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view s) const { return std::hash<std::string_view>()(s); }
};

TEST_P(WeakValueMap, ATransparentHashFindsByAView) {
  weak_value_map<std::string, Watched, ViewHash, std::equal_to<>> map;
  ref<Watched> a = make<Watched>();
  map.insert({"key", a});
  EXPECT_EQ(map.get(std::string_view("key")), a);
  EXPECT_EQ(map.erase(std::string_view("key")), 1U);
  Die(a);
}

TEST_P(WeakValueMap, ItsKeysDieWithTheirValues) {
  weak_value_map<std::shared_ptr<int>, Watched> map;
  auto key = std::make_shared<int>();
  ref<Watched> a = make<Watched>();
  map.insert({key, a});
  EXPECT_EQ(key.use_count(), 2);
  Die(a);
  EXPECT_EQ(key.use_count(), 1);
}

TEST_P(WeakValueMap, AKeyMayOwnAnObjectAndItsEdgesAreSeen) {
  struct Holder {
    weak_value_map<ref<Holder>, Watched> map;
  };
  ref<Holder> holder = make<Holder>();
  ref<Watched> value = make<Watched>();
  holder->map.insert({holder, value});
  holder.reset();
  EXPECT_EQ(Collect().objects, 1U);
  Die(value);
}

TEST_P(WeakValueMap, AWeakCallbackMayFillTheGapThatADeathMakes) {
  Cache cache;
  ref<Watched> page = make<Watched>();
  ref<Watched> next;
  cache.insert({"x", page});
  const weak_ref<Watched> watch(page, [&] {
    EXPECT_FALSE(cache.contains("x"));
    EXPECT_EQ(cache.size(), 0U);
    next = make<Watched>();
    EXPECT_TRUE(cache.insert({"x", next}).second);
  });
  Die(page);
  EXPECT_EQ(cache.get("x"), next);
  EXPECT_EQ(cache.size(), 1U);
}

TEST_P(WeakValueMap, AResurrectedValueIsNoLongerInIt) {
  weak_value_map<int, Mortal> map;
  ref<Mortal> object = make<Mortal>();
  ref<Mortal> saved;
  object->in_finalizer = [&](Mortal& self) { saved = ref_from(&self); };
  map.insert({1, object});
  Die(object);
  ASSERT_NE(saved, nullptr);
  EXPECT_EQ(map.size(), 0U);
  EXPECT_TRUE(map.insert({1, saved}).second);
  Die(saved);
  EXPECT_EQ(map.size(), 0U);
}

TEST_P(WeakValueMap, AMapInADeadCycleWithItsValuesIsFreed) {
  struct Owner {
    Counted counted;
    ref<Owner> next;
    weak_value_map<int, Owner> children;
  };
  ref<Owner> owner = make<Owner>();
  ref<Owner> child = make<Owner>();
  child->next = owner;
  owner->next = child;
  owner->children.insert({1, child});
  owner->children.insert({2, owner});
  child.reset();
  owner.reset();
  Collect();
  EXPECT_EQ(Alive(), 0);
}

TEST_P(WeakValueMap, ItMayOutliveTheHeapOfItsValues) {
  Cache cache;
  {
    heap vm(Manual());
    const heap::scope in(vm);
    ref<Watched> page = make<Watched>();
    page->next = page;
    cache.insert({"x", page});
    EXPECT_EQ(cache.size(), 1U);
  }
  EXPECT_EQ(cache.size(), 0U);
  EXPECT_EQ(cache.get("x"), nullptr);
}

TEST_P(WeakValueMap, GrowsAndShrinksByTensOfThousands) {
  weak_value_map<std::size_t, Leaf> map;
  std::vector<ref<Leaf>> values(20'000);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = make<Leaf>();
    values[i]->value = static_cast<int>(i);
    map.insert({i, values[i]});
  }
  EXPECT_EQ(map.size(), values.size());
  for (std::size_t i = 0; i < values.size(); ++i) ASSERT_EQ(map.get(i)->value, static_cast<int>(i));
  for (std::size_t i = 0; i < values.size(); i += 2) values[i].reset();
  EXPECT_EQ(map.size(), values.size() / 2);
  for (std::size_t i = 0; i < values.size(); ++i) ASSERT_EQ(map.contains(i), i % 2 == 1);
  std::size_t shown = 0;
  for (const auto& [key, value] : map) shown += key % 2;
  EXPECT_EQ(shown, values.size() / 2);
  values.clear();
  EXPECT_EQ(map.size(), 0U);
}

}  // namespace
}  // namespace tricycle::testing
