// A million of everything: what dies with many watching is divided into slices. What is counted is
// in how many slices the work was done; how long they took, the benchmarks say.
#include "tricycle/weak_key_map.h"
#include "tricycle/weak_value_map.h"
#include "weakref/mortal.h"

namespace tricycle::testing {
namespace {

class WeakScale : public HeapTest {
 protected:
  static constexpr std::size_t n = Scaled(1'000'000);

  void TearDown() override {
    configure(Manual());
    HeapTest::TearDown();
  }
  /// Slices of 100 us until nothing is left.
  static std::size_t Slices() {
    std::size_t slices = 1;
    while (collect_for(100us)) ++slices;
    return slices;
  }
  /// So many things need more than a few slices, whatever the machine.
  static constexpr std::size_t several = n / 20'000;
};

TEST_F(WeakScale, AMillionWeakReferencesExpireAtOnceWithoutBeingTouched) {
  ref<Watched> object = make<Watched>();
  object->next = object;
  const std::vector<weak_ref<Watched>> watches(n, object);
  object.reset();
  EXPECT_EQ(Collect().objects, 1U);
  for (const auto& watch : watches) ASSERT_TRUE(watch.expired());
}

TEST_F(WeakScale, AMillionCallbacksOfOneObjectAreCalledInSlices) {
  ref<Watched> object = make<Watched>();
  object->next = object;
  std::size_t calls = 0;
  std::vector<weak_ref<Watched>> watches;
  for (std::size_t i = 0; i < n; ++i) watches.emplace_back(object, [&calls] { ++calls; });
  object.reset();
  EXPECT_GE(Slices(), several);
  EXPECT_EQ(calls, n);
  EXPECT_EQ(Alive(), 0);
}

TEST_F(WeakScale, AMillionCallbacksAreCalledInSlicesWhenTheObjectDiesByCounting) {
  settings divided = Manual();
  divided.release_budget = 100us;
  configure(divided);
  ref<Watched> object = make<Watched>();
  std::size_t calls = 0;
  std::vector<weak_ref<Watched>> watches;
  for (std::size_t i = 0; i < n; ++i) watches.emplace_back(object, [&calls] { ++calls; });
  object.reset();
  EXPECT_LT(calls, n) << "the drop itself did not do it all";
  EXPECT_TRUE(watches[0].expired());
  EXPECT_EQ(Alive(), 1);
  EXPECT_GE(Slices(), several);
  EXPECT_EQ(calls, n);
  EXPECT_EQ(Alive(), 0);
}

TEST_F(WeakScale, AMillionFinalizersOfOneComponentRunInSlices) {
  const std::size_t members = n / 10;
  ref<Mortal> ring = MakeRing<Mortal>(members);
  std::size_t runs = 0;
  const auto count = [&runs](Mortal&) { ++runs; };
  for (Mortal* at = ring.get(); !at->in_finalizer; at = at->next.get()) at->in_finalizer = count;
  ring.reset();
  EXPECT_GE(Slices(), several / 10);
  EXPECT_EQ(runs, members);
  EXPECT_EQ(Alive(), 0);
}

TEST_F(WeakScale, AMillionValuesOfAMapDieInSlicesAndAreForgottenAsTheyDie) {
  weak_value_map<std::size_t, Link> map;
  std::vector<ref<Link>> values;
  for (std::size_t i = 0; i < n; ++i) {
    values.push_back(MakeRing<Link>(1));
    map.insert({i, values.back()});
  }
  EXPECT_EQ(map.size(), n);
  for (auto& value : values) value.reset();
  std::size_t slices = 1;
  std::size_t last = map.size();
  while (collect_for(100us)) {
    ++slices;
    ASSERT_LE(map.size(), last);
    last = map.size();
  }
  EXPECT_GE(slices, several);
  EXPECT_EQ(map.size(), 0U);
}

TEST_F(WeakScale, AMillionEphemeronsWhoseKeysDieAreFreedInSlices) {
  weak_key_map<Link, ref<Link>> map;
  std::vector<ref<Link>> keys;
  for (std::size_t i = 0; i < n / 10; ++i) {
    keys.push_back(make<Link>());
    ref<Link> value = make<Link>();
    value->next = keys.back();
    map.insert({keys.back(), value});
  }
  for (auto& key : keys) key.reset();
  EXPECT_GE(Slices(), several / 10);
  EXPECT_EQ(map.size(), 0U);
  EXPECT_LE(LiveObjects(), 2U) << "the map's own";
}

TEST_F(WeakScale, AChainOfAHundredThousandEphemeronsIsCollectedWithoutIteration) {
  weak_key_map<Link, ref<Link>> map;
  ref<Link> first = make<Link>();
  ref<Link> last = first;
  const std::size_t length = n / 10;
  for (std::size_t i = 0; i < length; ++i) {
    ref<Link> next = make<Link>();
    map.insert({last, next});
    last = next;
  }
  last->next = first;
  last.reset();
  first.reset();
  const collection done = Collect();
  EXPECT_GE(done.objects, length + 1);
  EXPECT_LE(LiveObjects(), 2U) << "the map's own";
  EXPECT_LE(done.examined, 4 * length);
}

}  // namespace
}  // namespace tricycle::testing
