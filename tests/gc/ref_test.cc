// ref<T> as a pointer: what it says of itself, and how it compares.
#include "tricycle/ref.h"

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "gc/fixture.h"

namespace tricycle::testing {
namespace {

class RefTest : public HeapTest {};

static_assert(sizeof(ref<Node>) == sizeof(void*));
static_assert(std::is_nothrow_move_constructible_v<ref<Node>>);
static_assert(std::is_nothrow_move_assignable_v<ref<Node>>);
static_assert(std::is_nothrow_default_constructible_v<ref<Node>>);
static_assert(!std::is_convertible_v<ref<Node>, bool>, "only explicitly");
static_assert(!std::is_constructible_v<ref<Node>, Node*>, "only make() makes objects");
static_assert(!std::is_assignable_v<ref<Node>&, const ref<const Node>&>, "const is kept");

TEST_F(RefTest, ADefaultRefIsNull) {
  const ref<Node> none;
  EXPECT_EQ(none.get(), nullptr);
  EXPECT_FALSE(none);
  EXPECT_EQ(none.use_count(), 0);
}

TEST_F(RefTest, NullptrMakesANullRef) {
  const ref<Node> none = nullptr;
  EXPECT_EQ(none, nullptr);
  EXPECT_EQ(none, ref<Node>());
}

TEST_F(RefTest, ItLeadsToItsObject) {
  const ref<Leaf> leaf = make<Leaf>(Counted(), 7);
  EXPECT_TRUE(leaf);
  EXPECT_EQ(leaf->value, 7);
  EXPECT_EQ((*leaf).value, 7);
  EXPECT_EQ(&*leaf, leaf.get());
}

TEST_F(RefTest, AConstRefLeadsToAMutableObject) {
  const ref<Leaf> leaf = make<Leaf>();
  leaf->value = 3;
  EXPECT_EQ(leaf->value, 3);
}

TEST_F(RefTest, UseCountCountsCopies) {
  ref<Node> a = make<Node>();
  EXPECT_EQ(a.use_count(), 1);
  {
    const ref<Node> b = a;
    EXPECT_EQ(a.use_count(), 2);
    EXPECT_EQ(b.use_count(), 2);
  }
  EXPECT_EQ(a.use_count(), 1);
}

TEST_F(RefTest, UseCountIsRightForLeavesAndForCandidates) {
  const ref<Leaf> leaf = make<Leaf>();
  const ref<Leaf> again = leaf;
  EXPECT_EQ(leaf.use_count(), 2);
  const ref<Node> candidate = make<Node>();
  Touch(candidate);
  EXPECT_EQ(candidate.use_count(), 1);
}

TEST_F(RefTest, TheLastRefDestroysTheObjectAtOnce) {
  ref<Node> a = make<Node>();
  ref<Node> b = a;
  Drop(a);
  EXPECT_EQ(Alive(), 1);
  Drop(b);
  EXPECT_EQ(Alive(), 0);
  EXPECT_EQ(LiveObjects(), 0U);
}

TEST_F(RefTest, RefsToOneObjectAreEqual) {
  const ref<Node> a = make<Node>();
  const ref<Node> same = a;
  const ref<Node> other = make<Node>();
  EXPECT_TRUE(a == same);
  EXPECT_FALSE(a != same);
  EXPECT_TRUE(a != other);
  EXPECT_TRUE(a != nullptr);
  EXPECT_TRUE(nullptr != a);
  EXPECT_TRUE(ref<Node>() == nullptr);
}

TEST_F(RefTest, RefsCompareWithRefsToConst) {
  const ref<Node> a = make<Node>();
  const ref<const Node> same = a;
  EXPECT_TRUE(a == same);
  EXPECT_TRUE((a <=> same) == 0);
}

TEST_F(RefTest, RefsAreOrderedAsTheirAddressesAre) {
  const ref<Node> a = make<Node>();
  const ref<Node> b = make<Node>();
  EXPECT_EQ(a < b, std::less<>()(a.get(), b.get()));
  EXPECT_EQ(a > b, std::less<>()(b.get(), a.get()));
  EXPECT_TRUE(a <= a && a >= a);
  EXPECT_TRUE(a > nullptr);
  EXPECT_TRUE(ref<Node>() < a);
  EXPECT_TRUE((a <=> b) != 0);
  EXPECT_EQ(a <=> b, std::compare_three_way()(a.get(), b.get()));
}

TEST_F(RefTest, TheHashIsThatOfTheAddress) {
  const ref<Node> a = make<Node>();
  const ref<Node> same = a;
  EXPECT_EQ(std::hash<ref<Node>>()(a), std::hash<ref<Node>>()(same));
  EXPECT_NE(std::hash<ref<Node>>()(a), std::hash<ref<Node>>()(nullptr));
}

TEST_F(RefTest, AnOstreamShowsTheAddress) {
  const ref<Node> a = make<Node>();
  std::ostringstream through_ref;
  std::ostringstream through_pointer;
  through_ref << a;
  through_pointer << static_cast<const void*>(a.get());
  EXPECT_EQ(through_ref.str(), through_pointer.str());
}

TEST_F(RefTest, RefsAreKeysOfOrderedAndUnorderedMaps) {
  const ref<Node> a = make<Node>();
  const ref<Node> b = make<Node>();
  std::map<ref<Node>, int> ordered{{a, 1}, {b, 2}};
  std::unordered_map<ref<Node>, int> unordered{{a, 1}, {b, 2}};
  EXPECT_EQ(ordered.at(a), 1);
  EXPECT_EQ(ordered.at(b), 2);
  EXPECT_EQ(unordered.at(a), 1);
  EXPECT_EQ(unordered.at(b), 2);
  EXPECT_EQ(a.use_count(), 3);
}

TEST_F(RefTest, RefsAreElementsOfSets) {
  const ref<Node> a = make<Node>();
  EXPECT_EQ((std::set<ref<Node>>{a, a, nullptr}).size(), 2U);
  EXPECT_EQ((std::unordered_set<ref<Node>>{a, a, nullptr}).size(), 2U);
  EXPECT_EQ(a.use_count(), 1);
}

TEST_F(RefTest, AVectorOfRefsGrowsWithoutTouchingCounts) {
  const ref<Node> a = make<Node>();
  std::vector<ref<Node>> many(1, a);
  for (int i = 0; i < 1000; ++i) many.emplace_back();
  EXPECT_EQ(a.use_count(), 2);
  EXPECT_EQ(stats().candidates, 0U) << "moving a ref is no drop";
}

}  // namespace
}  // namespace tricycle::testing
