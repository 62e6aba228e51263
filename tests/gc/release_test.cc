// Death by counting of what is deep: iterative, with any stack.
#include "gc/fixture.h"
#include "gc/small_stack.h"

namespace tricycle::testing {
namespace {

constexpr std::size_t kilobyte = 1024;

template <class T>
std::size_t LiveAfterDropping(ref<T> root) {
  Drop(root);
  return stats().live_objects;
}

class ReleaseTest : public HeapTest {};

TEST_F(ReleaseTest, AChainOfTenMillionIsFreedOnASmallStack) {
  OnSmallStack(256 * kilobyte, [] {
    configure(Manual());
    EXPECT_EQ(LiveAfterDropping(MakeChain<Link>(Scaled(10'000'000))), 0U);
  });
}

TEST_F(ReleaseTest, AChainOfAMillionIsFreedOnATinyStack) {
  OnSmallStack(64 * kilobyte, [] {
    configure(Manual());
    EXPECT_EQ(LiveAfterDropping(MakeChain<Link>(Scaled(1'000'000))), 0U);
  });
}

struct Branch {
  ref<Branch> left;
  ref<Branch> right;
};

TEST_F(ReleaseTest, AFullBinaryTreeIsFreedOnATinyStack) {
  OnSmallStack(64 * kilobyte, [] {
    configure(Manual());
    std::vector<ref<Branch>> level(Scaled(1U << 19));
    for (auto& leaf : level) leaf = make<Branch>();
    while (level.size() > 1) {
      std::vector<ref<Branch>> above;
      for (std::size_t i = 0; i + 1 < level.size(); i += 2)
        above.push_back(make<Branch>(std::move(level[i]), std::move(level[i + 1])));
      level = std::move(above);
    }
    EXPECT_EQ(LiveAfterDropping(std::move(level[0])), 0U);
  });
}

TEST_F(ReleaseTest, ATreeThatLeansToTheLeftAndOneToTheRightAreFreedOnATinyStack) {
  for (const auto side : {&Branch::left, &Branch::right}) {
    OnSmallStack(64 * kilobyte, [side] {
      configure(Manual());
      ref<Branch> root = make<Branch>();
      for (std::size_t i = 0; i < Scaled(300'000); ++i) {
        ref<Branch> above = make<Branch>();
        (above.get()->*side) = std::move(root);
        (above.get()->*(side == &Branch::left ? &Branch::right : &Branch::left)) = make<Branch>();
        root = std::move(above);
      }
      EXPECT_EQ(LiveAfterDropping(std::move(root)), 0U);
    });
  }
}

TEST_F(ReleaseTest, AChainThroughVectorsIsFreedOnATinyStack) {
  OnSmallStack(64 * kilobyte, [] {
    configure(Manual());
    ref<Node> root = make<Node>();
    for (std::size_t i = 0; i < Scaled(300'000); ++i) {
      ref<Node> above = make<Node>();
      above->others = {make<Node>(), std::move(root), make<Node>()};
      root = std::move(above);
    }
    EXPECT_EQ(LiveAfterDropping(std::move(root)), 0U);
  });
}

TEST_F(ReleaseTest, AChainThatHangsOffADeadRingIsFreedOnATinyStack) {
  OnSmallStack(64 * kilobyte, [] {
    configure(Manual());
    ref<Node> ring = MakeRing(2);
    ring->others.push_back(MakeChain(Scaled(300'000)));
    Drop(ring);
    tricycle::collect();
    EXPECT_EQ(stats().live_objects, 0U);
  });
}

TEST_F(ReleaseTest, AChainThatIsAWholeHeapIsFreedOnATinyStack) {
  OnSmallStack(64 * kilobyte, [] {
    heap vm(Manual());
    const heap::scope in(vm);
    const ref<Link> first = MakeChain<Link>(Scaled(300'000));
  });
}

/// Every destructor runs once, whichever way it is reached.
TEST_F(ReleaseTest, EveryNodeOfADeepChainIsDestroyedOnce) {
  ref<Node> chain = MakeChain(100'000);
  Drop(chain);
  EXPECT_EQ(Destroyed(), 100'000);
  EXPECT_EQ(Alive(), 0);
}

TEST_F(ReleaseTest, ANodeHeldInTheMiddleOfADeepChainKeepsTheRest) {
  ref<Node> chain = MakeChain(10'000);
  ref<Node> middle = chain;
  for (int i = 0; i < 5000; ++i) middle = middle->next;
  Drop(chain);
  EXPECT_EQ(Alive(), 5000);
  Drop(middle);
  EXPECT_EQ(Alive(), 0);
}

TEST_F(ReleaseTest, WithABudgetTheRestIsFreedInLaterSlices) {
  settings s = Manual();
  s.release_budget = 20us;
  configure(s);
  ref<Node> chain = MakeChain(200'000);
  Drop(chain);
  EXPECT_GT(Alive(), 0) << "all of it, at once, takes longer than the budget";
  while (collect_for(100us)) {
  }
  EXPECT_EQ(Alive(), 0);
}

TEST_F(ReleaseTest, WithABudgetCollectFreesAllThatIsLeft) {
  settings s = Manual();
  s.release_budget = 20us;
  configure(s);
  ref<Node> chain = MakeChain(200'000);
  Drop(chain);
  Collect();
  EXPECT_EQ(Alive(), 0);
}

TEST_F(ReleaseTest, WithABudgetWeakReferencesExpireAtTheDrop) {
  settings s = Manual();
  s.release_budget = 20us;
  configure(s);
  ref<Node> chain = MakeChain(200'000);
  const weak_ref<Node> watch = chain;
  Drop(chain);
  EXPECT_TRUE(watch.expired());
}

}  // namespace
}  // namespace tricycle::testing
