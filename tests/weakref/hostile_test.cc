// Code of the user's that runs in the middle of something and touches the same thing: each with a
// defined outcome, the same for both deaths. And the ends of maps that are divided into slices.
#include <memory>

#include "tricycle/finalizer.h"
#include "tricycle/weak_key_map.h"
#include "tricycle/weak_method.h"
#include "tricycle/weak_set.h"
#include "tricycle/weak_value_map.h"
#include "weakref/mortal.h"

namespace tricycle::testing {

/// Calls a function when it ends; of two parts, so that one is destroyed before the other is
/// assigned to.
struct OnEnd {
  explicit OnEnd(std::function<void()> call) : function(std::move(call)) {}
  OnEnd(const OnEnd&) = delete;
  OnEnd& operator=(const OnEnd&) = delete;
  ~OnEnd() { function(); }
  std::function<void()> function;
};
struct Talkative {
  std::unique_ptr<OnEnd> first;
  std::string second;
};
/// Calls a function when it is constructed from one.
struct Maker {
  explicit Maker(const std::function<void()>& call) { call(); }
};

}  // namespace tricycle::testing

template <>
inline constexpr bool tricycle::leaf<tricycle::testing::OnEnd> = true;

namespace tricycle::testing {
namespace {

/// A key of a weak_value_map; the one that has a function calls it at its end. It says nothing of
/// its edges, which is no trouble as long as the map is no member of an object.
struct Key {
  Key(int is, std::function<void()> call = {}) : number(is), end(std::move(call)) {}
  Key(Key&& other) noexcept : number(other.number), end(std::exchange(other.end, nullptr)) {}
  Key& operator=(Key&&) = delete;
  ~Key() {
    if (end) end();
  }
  friend bool operator==(const Key& a, const Key& b) { return a.number == b.number; }
  int number;
  std::function<void()> end;
};
struct HashOfKey {
  std::size_t operator()(const Key& key) const { return static_cast<std::size_t>(key.number); }
};
using ValueMap = weak_value_map<Key, Watched, HashOfKey>;

class Hostile : public BothDeaths {};
INSTANTIATE_TEST_SUITE_P(Weak, Hostile, AllDeaths(), DeathName);

Talkative Saying(std::function<void()> at_end) {
  return {std::make_unique<OnEnd>(std::move(at_end)), std::string(100, 'x')};
}

TEST_P(Hostile, AnAssignedValueErasesItsEntry) {
  weak_key_map<Watched, Talkative> map;
  ref<Watched> key = make<Watched>();
  int ends = 0;
  map.insert_or_assign(key, Saying([&] {
                         ++ends;
                         map.erase(key);
                       }));
  const auto [at, fresh] = map.insert_or_assign(key, Saying([&] { ++ends; }));
  EXPECT_FALSE(fresh);
  EXPECT_EQ(at, map.end()) << "it stood on what has been erased";
  EXPECT_EQ(ends, 2);
  EXPECT_TRUE(map.empty());
  Die(key);
}

TEST_P(Hostile, AnErasedValueClearsItsMap) {
  weak_key_map<Watched, Talkative> map;
  std::vector<ref<Watched>> keys;
  for (int i = 0; i < 5; ++i) {
    keys.push_back(make<Watched>());
    map.insert_or_assign(keys.back(), Saying([&] { map.clear(); }));
  }
  EXPECT_EQ(map.erase(map.begin()), map.end());
  EXPECT_TRUE(map.empty());
  map.insert_or_assign(keys[0], Saying([] {}));
  EXPECT_EQ(map.size(), 1U);
  Die(keys[0]);
  EXPECT_TRUE(map.empty());
}

TEST_P(Hostile, AValueUnderConstructionInsertsItsKeyOrClearsTheMap) {
  weak_key_map<Watched, Maker> map;
  ref<Watched> key = make<Watched>();
  const std::function<void()> insert = [&] { map.try_emplace(key, [] {}); };
  EXPECT_FALSE(map.try_emplace(key, insert).second);
  EXPECT_EQ(map.size(), 1U);
  map.clear();
  const std::function<void()> clear = [&] { map.clear(); };
  EXPECT_TRUE(map.try_emplace(key, clear).second);
  EXPECT_EQ(map.size(), 1U);
  map.clear();
  Die(key);
}

TEST_P(Hostile, ASliceInAnInsertionClearsTheMap) {
  configure({});
  weak_key_map<Watched, ref<Watched>> map;
  std::vector<ref<Watched>> keys;
  std::size_t cleared = 0;
  for (std::size_t i = 0; i < Scaled(20'000); ++i) {
    const ref<Watched> trash = make<Watched>();
    trash->next = trash;
    if (i % 100 == 0)
      trash->in_destructor = [&] {
        map.clear();
        ++cleared;
      };
    keys.push_back(make<Watched>());
    map.insert({keys.back(), keys.front()});
    ASSERT_TRUE(map.contains(keys.back()));
  }
  configure(Manual());
  Collect();
  EXPECT_GT(cleared, 0U);
  EXPECT_TRUE(map.empty());
}

TEST_P(Hostile, TheKeyOfAReplacedValueClearsTheMap) {
  ValueMap map;
  ref<Watched> a = make<Watched>();
  ref<Watched> b = make<Watched>();
  map.insert_or_assign(Key(1, [&] { map.clear(); }), a);
  EXPECT_EQ(map.insert_or_assign(Key(1), b), std::pair(map.end(), false));
  EXPECT_TRUE(map.empty());
  Die(a);
  Die(b);
}

TEST_P(Hostile, AKeyEndsTheMapThatItIsIn) {
  auto map = std::make_unique<ValueMap>();
  std::vector<ref<Watched>> values;
  int ends = 0;
  for (int i = 0; i < 10; ++i) {
    values.push_back(make<Watched>());
    map->insert_or_assign(Key(i,
                              [&] {
                                ++ends;
                                map.reset();
                              }),
                          values.back());
  }
  auto at = map->begin();
  Die(values[3]);
  EXPECT_EQ(ends, 10);
  EXPECT_EQ(++at, ValueMap::iterator());
}

TEST_P(Hostile, ACallbackEndsTheMapItsValueIsIn) {
  auto map = std::make_unique<weak_value_map<int, Watched>>();
  auto set = std::make_unique<weak_set<Watched>>();
  auto keys = std::make_unique<weak_key_map<Watched, ref<Watched>>>();
  ref<Watched> object = make<Watched>();
  ref<Watched> other = make<Watched>();
  for (const ref<Watched>& each : {object, other}) {
    map->insert({each == object ? 0 : 1, each});
    set->insert(each);
    keys->insert({each, each});
  }
  const weak_ref<Watched> watch(object, [&] {
    map.reset();
    set.reset();
    keys.reset();
  });
  object->other = other;
  Die(object);
  if (GetParam() == Death::ByCounting) Collect();  // it held itself as its own value
  EXPECT_EQ(map, nullptr);
  Die(other);
  EXPECT_EQ(Alive(), 0);
}

TEST_P(Hostile, AFinalizersFunctionDropsItsHandleAndDetachesAnother) {
  ref<Watched> object = make<Watched>();
  int calls = 0;
  finalizer<Watched> second;
  finalizer<Watched> first(object, [&] {
    ++calls;
    first = {};
    EXPECT_EQ(second.detach(), nullptr) << "it has expired";
    EXPECT_FALSE(second.alive());
  });
  second = finalizer<Watched>(object, [&] { ++calls; });
  Die(object);
  EXPECT_EQ(calls, 1);
}

TEST_P(Hostile, EntriesAndCallbacksOfOneObjectComeAndGoInAnyOrder) {
  for (unsigned order = 0; order < 64; ++order) {
    ref<Watched> object = make<Watched>();
    weak_value_map<int, Watched> map;
    weak_set<Watched> set;
    story.clear();
    std::vector<weak_ref<Watched>> watches;
    const auto watch = [&](const char* name) {
      watches.emplace_back(object, [this, name] { Say(name); });
    };
    const auto toggle = [&](unsigned bit, auto&& now) {
      if ((order >> bit & 1) != 0) now();
    };
    toggle(0, [&] { map.insert({1, object}); });
    watch("a");
    toggle(1, [&] { set.insert(object); });
    watch("b");
    toggle(2, [&] { map.insert({2, object}); });
    watch("c");
    toggle(3, [&] { map.erase(1); });
    toggle(4, [&] { watches.erase(watches.begin()); });
    toggle(5, [&] { set.erase(object); });
    const bool left = (order >> 4 & 1) != 0;
    Die(object);
    ASSERT_EQ(story, left ? "b, c" : "a, b, c") << order;
    ASSERT_TRUE(map.empty() && set.empty()) << order;
  }
}

TEST(WeakMethod, TheEdgesOfItsFunctionAreSeen) {
  struct Call {
    ref<Node> owned;
    void operator()(Node&) const {}
  };
  struct Owner {
    Counted counted;
    std::unique_ptr<weak_method<Call, Node>> call;
    ref<Owner> next;
  };
  static_assert(gc::edges_of<weak_method<Call, Node>>() == gc::edges::some);
  static_assert(gc::edges_of<weak_method<void (*)(Node&), Node>>() == gc::edges::none);
}

// The end of a map in slices.

class WeakMapEnds : public HeapTest {
 protected:
  static constexpr std::size_t n = Scaled(100'000);
  void SetUp() override {
    HeapTest::SetUp();
    settings divided = Manual();
    divided.release_budget = 1us;
    configure(divided);
  }
  void TearDown() override {
    configure(Manual());
    HeapTest::TearDown();
  }
};

TEST_F(WeakMapEnds, AClearedMapIsEmptyAtOnceAndItsKeysGoInSlices) {
  weak_value_map<std::shared_ptr<int>, Leaf> map;
  const auto counted = std::make_shared<int>(0);
  std::vector<ref<Leaf>> values;
  // Other keys: the same would be one.
  for (std::size_t i = 0; i < n; ++i) {
    values.push_back(make<Leaf>());
    map.insert({std::shared_ptr<int>(counted, counted.get() + i), values.back()});
  }
  auto at = map.begin();
  map.clear();
  EXPECT_TRUE(map.empty());
  EXPECT_EQ(at, map.end());
  EXPECT_FALSE(map.contains(std::shared_ptr<int>(counted, counted.get())));
  EXPECT_GT(counted.use_count(), 1) << "not all of it was done at once";
  EXPECT_TRUE(stats().collecting);
  // It can be used again, and the values may die, before all of the old ones have gone.
  map.insert({counted, values[0]});
  for (std::size_t i = n / 2; i < n; ++i) values[i].reset();
  EXPECT_EQ(map.size(), 1U);
  while (collect_for(100us)) {
  }
  EXPECT_EQ(counted.use_count(), 2) << "the one that was inserted later";
  EXPECT_EQ(map.size(), 1U);
}

TEST_F(WeakMapEnds, ValuesOfAKeyMapThatHasEndedGoInSlices) {
  std::vector<ref<Node>> keys;
  {
    weak_key_map<Node, ref<Node>> map;
    for (std::size_t i = 0; i < n; ++i) {
      keys.push_back(make<Node>());
      const ref<Node> value = make<Node>();
      if (i % 2 == 0) value->next = keys.back();  // back to its key
      map.insert({keys.back(), value});
    }
  }
  EXPECT_GT(Alive(), static_cast<long>(n));
  for (std::size_t i = 0; i < n; i += 3) keys[i].reset();
  while (collect_for(20us)) {
  }
  Collect();
  EXPECT_EQ(Alive(), static_cast<long>(n - (n + 2) / 3));
  EXPECT_EQ(LiveObjects(), n - (n + 2) / 3) << "and the map's own are gone";
}

TEST_F(WeakMapEnds, ACycleThatHoldsAMapLeavesItsEntriesToTheSlices) {
  struct Holder {
    ref<Holder> self;
    weak_key_map<Node, ref<Node>> map;
  };
  std::vector<ref<Node>> keys;
  ref<Holder> holder = make<Holder>();
  holder->self = holder;
  for (std::size_t i = 0; i < n; ++i) {
    keys.push_back(make<Node>());
    holder->map.insert({keys.back(), make<Node>()});
  }
  holder.reset();
  std::size_t slices = 1;
  while (collect_for(20us)) ++slices;
  Collect();
  EXPECT_EQ(Alive(), static_cast<long>(n));
  EXPECT_EQ(LiveObjects(), n);
}

TEST_F(WeakMapEnds, WhatIsLeftOfAMapGoesWithTheHeap) {
  const auto counted = std::make_shared<int>(0);
  std::vector<ref<Leaf>> values;
  {
    settings divided = Manual();
    divided.release_budget = 1us;
    heap vm(divided);
    const heap::scope in(vm);
    for (std::size_t i = 0; i < n; ++i) values.push_back(make<Leaf>());
    weak_value_map<std::shared_ptr<int>, Leaf> map;
    for (std::size_t i = 0; i < n; ++i)
      map.insert({std::shared_ptr<int>(counted, counted.get() + i), values[i]});
    map.clear();
    EXPECT_GT(counted.use_count(), 1);
    values.clear();
  }
  EXPECT_EQ(counted.use_count(), 1);
}

TEST_F(WeakMapEnds, AnotherHeapDoesTheRestWhenTheMapsHasEnded) {
  const auto counted = std::make_shared<int>(0);
  struct Value {
    std::shared_ptr<int> mine;
    ref<Leaf> edge;
  };
  std::vector<ref<Leaf>> keys;
  std::vector<ref<Leaf>> foreign;
  {
    heap vm(Manual());
    weak_key_map<Leaf, Value> map;
    {
      const heap::scope in(vm);
      for (std::size_t i = 0; i < 1000; ++i) foreign.push_back(make<Leaf>());
      map.insert({foreign[0], {counted, nullptr}});
    }
    for (std::size_t i = 0; i < n; ++i) {
      keys.push_back(make<Leaf>());
      map.insert({i % 2 == 0 ? keys.back() : foreign[i % 1000], {counted, keys[0]}});
    }
    map.clear();
    EXPECT_GT(counted.use_count(), 1);
    foreign.clear();
  }
  EXPECT_GT(counted.use_count(), 1);
  while (collect_for(20us)) {
  }
  EXPECT_EQ(counted.use_count(), 1);
  EXPECT_EQ(Alive(), static_cast<long>(n));
}

TEST_F(WeakMapEnds, ACollectionDoesTheRest) {
  const auto counted = std::make_shared<int>(0);
  weak_key_map<Leaf, std::shared_ptr<int>> map;
  std::vector<ref<Leaf>> keys;
  for (std::size_t i = 0; i < n; ++i) {
    keys.push_back(make<Leaf>());
    map.insert({keys.back(), counted});
  }
  map = {};
  EXPECT_GT(counted.use_count(), 1);
  Collect();
  EXPECT_EQ(counted.use_count(), 1);
}

}  // namespace
}  // namespace tricycle::testing
