// Copying, moving, swapping and assigning refs: counts, and the order in which things happen.
#include <utility>

#include "gc/fixture.h"

namespace tricycle::testing {
namespace {

class RefAssignmentTest : public HeapTest {};

TEST_F(RefAssignmentTest, ACopySharesTheObject) {
  const ref<Node> a = make<Node>();
  const ref<Node> b = a;
  EXPECT_EQ(a, b);
  EXPECT_EQ(a.use_count(), 2);
}

TEST_F(RefAssignmentTest, AMoveTakesTheObjectAndLeavesNull) {
  ref<Node> a = make<Node>();
  const ref<Node> b = std::move(a);
  EXPECT_EQ(a, nullptr);  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(b.use_count(), 1);
}

TEST_F(RefAssignmentTest, CopyAssignmentDropsTheOldObject) {
  ref<Node> a = make<Node>();
  const ref<Node> b = make<Node>();
  a = b;
  EXPECT_EQ(a, b);
  EXPECT_EQ(b.use_count(), 2);
  EXPECT_EQ(Alive(), 1);
}

TEST_F(RefAssignmentTest, MoveAssignmentDropsTheOldObjectAndLeavesNull) {
  ref<Node> a = make<Node>();
  ref<Node> b = make<Node>();
  a = std::move(b);
  EXPECT_EQ(b, nullptr);  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(a.use_count(), 1);
  EXPECT_EQ(Alive(), 1);
}

TEST_F(RefAssignmentTest, SelfAssignmentKeepsTheObject) {
  ref<Node> a = make<Node>();
  const ref<Node>& same = a;
  a = same;
  ASSERT_NE(a, nullptr);
  EXPECT_EQ(a.use_count(), 1);
  EXPECT_EQ(Alive(), 1);
}

TEST_F(RefAssignmentTest, SelfMoveKeepsTheObject) {
  ref<Node> a = make<Node>();
  ref<Node>& same = a;
  a = std::move(same);
  ASSERT_NE(a, nullptr);
  EXPECT_EQ(a.use_count(), 1);
  EXPECT_EQ(Alive(), 1);
}

TEST_F(RefAssignmentTest, SelfSwapKeepsTheObject) {
  ref<Node> a = make<Node>();
  a.swap(a);
  ASSERT_NE(a, nullptr);
  EXPECT_EQ(a.use_count(), 1);
}

TEST_F(RefAssignmentTest, SwapExchangesWithoutTouchingCounts) {
  ref<Node> a = make<Node>();
  ref<Node> b;
  Node* const object = a.get();
  using std::swap;
  swap(a, b);
  EXPECT_EQ(a, nullptr);
  EXPECT_EQ(b.get(), object);
  EXPECT_EQ(b.use_count(), 1);
  EXPECT_EQ(stats().candidates, 0U);
}

TEST_F(RefAssignmentTest, AssigningNullptrDropsTheObject) {
  ref<Node> a = make<Node>();
  a = nullptr;
  EXPECT_EQ(a, nullptr);
  EXPECT_EQ(Alive(), 0);
}

TEST_F(RefAssignmentTest, ResetDropsTheObjectAndMayBeRepeated) {
  ref<Node> a = make<Node>();
  a.reset();
  a.reset();
  EXPECT_EQ(a, nullptr);
  EXPECT_EQ(Alive(), 0);
}

TEST_F(RefAssignmentTest, ARefMayBeAssignedFromInsideItsOwnObject) {
  ref<Node> list = MakeChain(3);
  list = list->next;  // the old head holds the new one
  EXPECT_EQ(Alive(), 2);
  list = std::move(list->next);
  EXPECT_EQ(Alive(), 1);
  EXPECT_EQ(list->next, nullptr);
}

/// Looks, in its destructor, at the ref that is letting go of it.
struct Witness {
  ~Witness() { seen = watched->get(); }
  ref<Witness>* watched;
  Witness*& seen;
  void trace(auto&) {}
};

TEST_F(RefAssignmentTest, ARefIsNullBeforeTheDestructorOfItsObjectRuns) {
  ref<Witness> a;
  Witness* seen = reinterpret_cast<Witness*>(1);
  a = make<Witness>(&a, seen);
  a.reset();
  EXPECT_EQ(seen, nullptr);
}

TEST_F(RefAssignmentTest, ARefHasItsNewValueBeforeTheDestructorOfTheOldOneRuns) {
  Witness* seen = nullptr;
  Witness* unused = nullptr;
  ref<Witness> a;
  a = make<Witness>(&a, seen);
  const ref<Witness> b = make<Witness>(&a, unused);
  a = b;
  EXPECT_EQ(seen, b.get());
}

}  // namespace
}  // namespace tricycle::testing
