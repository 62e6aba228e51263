// weak_ref<T> as a pointer: locking, copying, comparing, converting.
#include "tricycle/weak_ref.h"

#include <type_traits>
#include <utility>

#include "gc/fixture.h"

namespace tricycle::testing {
namespace {

class WeakRefTest : public HeapTest {};

static_assert(sizeof(weak_ref<Node>) == sizeof(void*));
static_assert(std::is_nothrow_copy_constructible_v<weak_ref<Node>>);
static_assert(std::is_nothrow_move_constructible_v<weak_ref<Node>>);

TEST_F(WeakRefTest, ADefaultOneIsExpired) {
  const weak_ref<Node> none;
  EXPECT_TRUE(none.expired());
  EXPECT_EQ(none.lock(), nullptr);
  EXPECT_EQ(none.use_count(), 0);
}

TEST_F(WeakRefTest, OneMadeFromANullRefIsExpired) {
  const weak_ref<Node> none = ref<Node>();
  const weak_ref<Node> null = nullptr;
  EXPECT_TRUE(none.expired());
  EXPECT_TRUE(null.expired());
  EXPECT_EQ(none, null);
}

TEST_F(WeakRefTest, LockGivesAReferenceThatOwns) {
  ref<Node> node = make<Node>();
  const weak_ref<Node> watch = node;
  ref<Node> locked = watch.lock();
  EXPECT_EQ(locked, node);
  EXPECT_EQ(node.use_count(), 2);
  Drop(node);
  EXPECT_EQ(Alive(), 1);
}

TEST_F(WeakRefTest, ItOwnsNothing) {
  ref<Node> node = make<Node>();
  const weak_ref<Node> watch = node;
  EXPECT_EQ(node.use_count(), 1);
  Drop(node);
  EXPECT_EQ(Alive(), 0);
  EXPECT_TRUE(watch.expired());
  EXPECT_EQ(watch.lock(), nullptr);
}

TEST_F(WeakRefTest, MakingAndDroppingOneMakesNoCandidate) {
  const ref<Node> node = make<Node>();
  weak_ref<Node> watch = node;
  watch.reset();
  EXPECT_EQ(stats().candidates, 0U);
}

TEST_F(WeakRefTest, UseCountIsThatOfTheObject) {
  ref<Node> node = make<Node>();
  const weak_ref<Node> watch = node;
  EXPECT_EQ(watch.use_count(), 1);
  const ref<Node> second = node;
  EXPECT_EQ(watch.use_count(), 2);
}

TEST_F(WeakRefTest, UseCountIsThatOfTheObjectWhileItIsACandidate) {
  const ref<Node> node = make<Node>();
  const weak_ref<Node> watch = node;
  Touch(node);
  EXPECT_EQ(watch.use_count(), 1);
}

TEST_F(WeakRefTest, CopiesExpireTogether) {
  ref<Node> node = make<Node>();
  const weak_ref<Node> a = node;
  const weak_ref<Node> b = a;
  weak_ref<Node> c;
  c = b;
  Drop(node);
  EXPECT_TRUE(a.expired() && b.expired() && c.expired());
}

TEST_F(WeakRefTest, AMoveLeavesNothingBehind) {
  const ref<Node> node = make<Node>();
  weak_ref<Node> a = node;
  weak_ref<Node> b = std::move(a);
  EXPECT_TRUE(a.expired());  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(b.lock(), node);
  a = std::move(b);
  EXPECT_EQ(a.lock(), node);
  EXPECT_TRUE(b.expired());  // NOLINT(bugprone-use-after-move)
}

TEST_F(WeakRefTest, SelfAssignmentAndSelfMoveKeepIt) {
  const ref<Node> node = make<Node>();
  weak_ref<Node> watch = node;
  weak_ref<Node>& same = watch;
  watch = same;
  EXPECT_EQ(watch.lock(), node);
  watch = std::move(same);
  EXPECT_EQ(watch.lock(), node);
}

TEST_F(WeakRefTest, ItCanBeAssignedFromARef) {
  const ref<Node> a = make<Node>();
  const ref<Node> b = make<Node>();
  weak_ref<Node> watch = a;
  watch = b;
  EXPECT_EQ(watch.lock(), b);
  watch = nullptr;
  EXPECT_TRUE(watch.expired());
}

TEST_F(WeakRefTest, SwapExchanges) {
  const ref<Node> a = make<Node>();
  const ref<Node> b = make<Node>();
  weak_ref<Node> watch_a = a;
  weak_ref<Node> watch_b = b;
  swap(watch_a, watch_b);
  EXPECT_EQ(watch_a.lock(), b);
  EXPECT_EQ(watch_b.lock(), a);
}

TEST_F(WeakRefTest, ResetForgetsTheObject) {
  const ref<Node> node = make<Node>();
  weak_ref<Node> watch = node;
  watch.reset();
  EXPECT_TRUE(watch.expired());
  EXPECT_NE(node, nullptr);
}

TEST_F(WeakRefTest, TwoAreEqualWhenTheyWatchTheSameObject) {
  const ref<Node> a = make<Node>();
  const ref<Node> b = make<Node>();
  EXPECT_EQ(weak_ref<Node>(a), weak_ref<Node>(a));
  EXPECT_NE(weak_ref<Node>(a), weak_ref<Node>(b));
  EXPECT_NE(weak_ref<Node>(a), weak_ref<Node>());
}

TEST_F(WeakRefTest, EqualityOutlivesTheObject) {
  ref<Node> a = make<Node>();
  ref<Node> b = make<Node>();
  const weak_ref<Node> watch_a = a;
  const weak_ref<Node> also_a = a;
  const weak_ref<Node> watch_b = b;
  Drop(a);
  Drop(b);
  EXPECT_EQ(watch_a, also_a);
  EXPECT_NE(watch_a, watch_b);
}

TEST_F(WeakRefTest, OneToADeadObjectDiffersFromOneToItsSuccessorAtTheSameAddress) {
  ref<Leaf> first = make<Leaf>();
  const weak_ref<Leaf> watch = first;
  Drop(first);
  std::vector<ref<Leaf>> successors(1000);
  for (auto& leaf : successors) leaf = make<Leaf>();
  for (const auto& leaf : successors) ASSERT_NE(watch, weak_ref<Leaf>(leaf));
  EXPECT_TRUE(watch.expired());
}

struct Base {
  virtual ~Base() = default;
  int value = 3;
  void trace(auto&) {}
};
struct Derived : Base {};

TEST_F(WeakRefTest, ItConvertsToABaseAtTheSameAddress) {
  ref<Derived> derived = make<Derived>();
  const weak_ref<Derived> watch = derived;
  const weak_ref<Base> base = watch;
  const weak_ref<Base> from_ref = derived;
  const weak_ref<const Derived> constant = watch;
  EXPECT_EQ(base.lock(), derived);
  EXPECT_EQ(from_ref.lock(), derived);
  EXPECT_EQ(constant.lock(), derived);
  weak_ref<Derived> source = derived;
  const weak_ref<Base> moved = std::move(source);
  EXPECT_TRUE(source.expired());  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(moved.lock()->value, 3);
  Drop(derived);
  EXPECT_TRUE(base.expired() && from_ref.expired() && constant.expired() && moved.expired());
}

TEST_F(WeakRefTest, ItsTypeIsDeducedFromARef) {
  const ref<Node> node = make<Node>();
  const weak_ref watch = node;
  static_assert(std::is_same_v<decltype(watch), const weak_ref<Node>>);
  EXPECT_EQ(watch.lock(), node);
}

TEST_F(WeakRefTest, LeavesCanBeWatched) {
  ref<Leaf> leaf = make<Leaf>();
  const weak_ref<Leaf> watch = leaf;
  EXPECT_EQ(watch.lock(), leaf);
  Drop(leaf);
  EXPECT_TRUE(watch.expired());
}

TEST_F(WeakRefTest, ManyWatchOneObject) {
  ref<Node> node = make<Node>();
  std::vector<weak_ref<Node>> watches(10'000, node);
  watches.resize(5000);
  Drop(node);
  for (const auto& watch : watches) ASSERT_TRUE(watch.expired());
}

}  // namespace
}  // namespace tricycle::testing
