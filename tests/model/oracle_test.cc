// The judge, judged: the oracle's verdicts on graphs small enough to see, and the shrinker.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "support/isolated.h"
#include "support/machine.h"
#include "support/program.h"
#include "support/shadow.h"
#include "support/shrink.h"

namespace model {
namespace {

class Oracle : public testing::Test {
 protected:
  id Make(unsigned heap = 0) {
    const id n = graph.add(kind::fan, heap);
    graph[n].address = this;  // any: born
    return n;
  }
  void Link(id from, id to) { graph[from].parts[0].push_back(to); }
  object_set Garbage(const std::vector<id>& roots) {
    return graph.garbage(graph.reached_from(roots));
  }

  shadow graph;
};

TEST_F(Oracle, GarbageIsWhatNoRootLeadsTo) {
  const id root = Make(), child = Make(), lost = Make();
  Link(root, child);
  Link(lost, child);
  Link(lost, lost);
  EXPECT_EQ(Garbage({root}), (object_set{false, false, true}));
}

TEST_F(Oracle, ACycleAcrossTwoHeapsMayStayAndWhatItHolds) {
  const id here = Make(0), there = Make(1), held = Make(0), alone = Make(0);
  Link(here, there);
  Link(there, here);
  Link(there, held);
  Link(alone, alone);
  EXPECT_EQ(graph.held_across_heaps(Garbage({})), (object_set{true, true, true, false}));
}

TEST_F(Oracle, ARingAndWhatHangsOffItHaveOneDoor) {
  const id a = Make(), b = Make(), c = Make(), other = Make();
  Link(a, b);
  Link(b, a);
  Link(b, c);
  EXPECT_EQ(graph.doors(Garbage({other})), 1U);
  EXPECT_EQ(graph.doors(Garbage({})), 2U);
}

TEST_F(Oracle, CountsAreTheReferencesOfLivingObjectsAndRoots) {
  const id a = Make(), b = Make();
  Link(a, b);
  Link(a, b);
  EXPECT_EQ(graph.counts({b}), (std::vector<std::uint32_t>{0, 3}));
  graph[a].destroyed = true;
  EXPECT_EQ(graph.counts({b}), (std::vector<std::uint32_t>{0, 1}));
}

TEST(Shrinking, LeavesOnlyWhatTheFailureNeeds) {
  const auto fails = [](const program& p) {
    const auto has = [&](op code) {
      return std::any_of(p.begin(), p.end(), [&](const auto& i) { return i.code == code; });
    };
    return has(op::end_heap) && has(op::enter);
  };
  program p = random_program(1, two_heaps);
  p.push_back({op::enter, 5, 6, 7});
  p.push_back({op::end_heap, 5, 6, 7});
  const program small = shrink(p, fails);
  EXPECT_EQ(small.size(), 2U);
  EXPECT_EQ(small[0].a + small[0].b + small[0].c, 0U);
}

TEST(Isolation, TellsAFailureFromADeathAndFromSuccess) {
  const auto outcome_of = [](auto body) {
    return run_isolated(body, 1, child_output::hidden).failure;
  };
  EXPECT_EQ(outcome_of([](note&) { return std::string(); }), "");
  EXPECT_EQ(outcome_of([](note&) { return std::string("wrong"); }), "wrong");
  EXPECT_NE(outcome_of([](note&) -> std::string { std::abort(); }), "");
  EXPECT_EQ(outcome_of([](note&) -> std::string {
              for (;;) pause();
            }),
            "it did not end in time");
}

}  // namespace
}  // namespace model
