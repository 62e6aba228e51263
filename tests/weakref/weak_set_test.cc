// weak_set: objects by identity, as long as they live.
#include "tricycle/weak_set.h"

#include <algorithm>

#include "weakref/mortal.h"

namespace tricycle::testing {
namespace {

class WeakSet : public BothDeaths {};
INSTANTIATE_TEST_SUITE_P(Weak, WeakSet, AllDeaths(), DeathName);

TEST_P(WeakSet, AnObjectIsInItUntilItDies) {
  weak_set<Watched> set;
  ref<Watched> a = make<Watched>();
  const ref<Watched> b = make<Watched>();
  EXPECT_TRUE(set.insert(a).second);
  EXPECT_FALSE(set.insert(a).second);
  EXPECT_TRUE(set.contains(a));
  EXPECT_FALSE(set.contains(b));
  EXPECT_EQ(*set.find(a), a);
  EXPECT_EQ(set.find(b), set.end());
  EXPECT_EQ(set.size(), 1U);
  Die(a);
  EXPECT_EQ(set.size(), 0U);
  EXPECT_EQ(set.begin(), set.end());
  EXPECT_EQ(Alive(), 1);
}

TEST_P(WeakSet, NullIsNotInserted) {
  weak_set<Watched> set;
  EXPECT_EQ(set.insert(nullptr), std::pair(set.end(), false));
  EXPECT_FALSE(set.contains(nullptr));
  EXPECT_EQ(set.erase(nullptr), 0U);
}

TEST_P(WeakSet, EraseRemoves) {
  weak_set<Watched> set;
  std::vector<ref<Watched>> objects;
  for (int i = 0; i < 4; ++i) {
    objects.push_back(make<Watched>());
    set.insert(objects.back());
  }
  EXPECT_EQ(set.erase(objects[1]), 1U);
  EXPECT_EQ(set.erase(objects[1]), 0U);
  auto at = set.erase(set.find(objects[2]));
  EXPECT_EQ(*at, objects[3]);
  EXPECT_EQ(set.size(), 2U);
  set.clear();
  EXPECT_TRUE(set.empty());
}

TEST_P(WeakSet, Trap17ItIsIteratedWhileItsObjectsDie) {
  weak_set<Watched> observers;
  std::vector<ref<Watched>> objects;
  for (int i = 0; i < 50; ++i) {
    objects.push_back(make<Watched>());
    observers.insert(objects.back());
  }
  int notified = 0;
  for (const ref<Watched>& observer : observers) {
    ++notified;
    const auto at = std::find(objects.begin(), objects.end(), observer);
    if (at + 1 < objects.end()) {
      Die(*(at + 1));
      objects.erase(at + 1);
    }
  }
  EXPECT_EQ(notified, 25);
  EXPECT_EQ(observers.size(), 25U);
}

TEST_P(WeakSet, OneMadeByMoveHasTheObjects) {
  weak_set<Watched> set;
  ref<Watched> a = make<Watched>();
  set.insert(a);
  weak_set<Watched> other = std::move(set);
  EXPECT_TRUE(other.contains(a));
  set = std::move(other);
  EXPECT_TRUE(set.contains(a));
  Die(a);
  EXPECT_TRUE(set.empty());
}

TEST_P(WeakSet, ANewObjectAtAnOldAddressIsNotInIt) {
  weak_set<Watched> set;
  ref<Watched> a = make<Watched>();
  set.insert(a);
  Die(a);
  std::vector<ref<Watched>> successors;
  for (int i = 0; i < 100; ++i) {
    successors.push_back(make<Watched>());
    ASSERT_FALSE(set.contains(successors.back()));
  }
}

TEST_P(WeakSet, AnObjectMayHoldASetThatItIsIn) {
  struct Member {
    Counted counted;
    ref<Member> next;
    weak_set<Member> fellows;
  };
  ref<Member> a = make<Member>();
  ref<Member> b = make<Member>();
  a->fellows.insert(a);
  a->fellows.insert(b);
  b->fellows.insert(a);
  Die(a);
  EXPECT_EQ(Alive(), 1);
  EXPECT_TRUE(b->fellows.empty());
}

}  // namespace
}  // namespace tricycle::testing
