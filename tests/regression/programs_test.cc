// Programs that once failed, shrunk, with what was wrong. support/program.h says what the
// instructions mean; each of these is small enough to be followed by hand.
#include <gtest/gtest.h>

#include "support/machine.h"
#include "support/program.h"

namespace model {
namespace {

// A candidate that was suspected, and then restored from a neighbour that an older object held, was
// put on the list of the living without its tag: no collection looked at it again.
TEST(Regression, ACandidateThatIsSuspectedAndThenRestoredRemainsACandidate) {
  EXPECT_EQ(run({{op::stride, 19},
                 {op::build, 0, 0, 12},
                 {op::slice},
                 {op::slice},
                 {op::slice},
                 {op::build, 2, 2, 23},
                 {op::slice},
                 {op::slice, 1},
                 {op::put, 2},
                 {op::slice},
                 {op::collect, 1}}),
            "");
}

// The small search followed edges from garbage into objects that it had found alive, and settled
// these twice.
TEST(Regression, GarbageMayPointToWhatIsAlive) {
  EXPECT_EQ(run({{op::build, 22, 0, 9}, {op::collect_all}}), "");
  EXPECT_EQ(run({{op::build, 0, 0, 4}, {op::build, 279, 0, 49}, {op::put}, {op::slice, 2}}), "");
}

// std::vector::clear destroys one element after the other and still shows them all: a collection
// that an element's destructor asks for would follow references that are no longer counted.
TEST(Regression, ADestructorMayCollectWhileTheContainerIsBeingCleared) {
  EXPECT_EQ(run({{op::make, 1, 0, 0},  // a fan, with
                 {op::make, 5, 1, 0},  // a leaf that dies first
                 {op::put, 0, 1, 0},
                 {op::drop, 1},
                 {op::make, 3, 1, collects},  // and an actor whose destructor collects
                 {op::put, 0, 1, 1 << 4},
                 {op::drop, 1},
                 {op::copy, 0, 1},  // the fan is a candidate
                 {op::drop, 1},
                 {op::clear, 0, 0}}),
            "");
}

// With a release budget, collect() left on the list what hung off the dead cycles that it freed.
TEST(Regression, CollectAlsoFreesWhatHangsOffDeadCyclesUnderAReleaseBudget) {
  EXPECT_EQ(run({{op::stride, 0},
                 {op::configure, 4},
                 {op::build, 5, 0, 5},
                 {op::make_edge, 46, 1, 0},
                 {op::fetch, 14},
                 {op::copy},
                 {op::collect, 2}}),
            "");
}

// An old collection had read a cycle's members, stopped, and was to examine a candidate among them
// later. The last reference from outside was dropped in between. The candidate was examined against
// what had been read before, found alive, and forgotten.
TEST(Regression, WhatDiesBetweenTheSlicesOfAnOldCollectionIsFoundByTheNext) {
  EXPECT_EQ(run({{op::build, 3, 0, 145},
                 {op::take, 0, 2, 0},
                 {op::collect, 4},
                 {op::make},
                 {op::slice, 1},
                 {op::fetch},
                 {op::slice, 2},
                 {op::slice, 3},
                 {op::slice, 3}}),
            "");
}

}  // namespace
}  // namespace model
