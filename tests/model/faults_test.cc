// Fault injection: one program, run again and again, in which memory runs out (or a constructor, or
// a trace function, throws) at the first opportunity, the second, and so on until none is left.
//
// A fault may be seen where something is made, as the exception that it is, and nowhere else: drops
// and collections go on with what they have. The library and the oracle agree all the time. When
// the faults are over, everything that is garbage is collected, but for what hangs off candidates
// that were lost because there was no memory to note them: those are counted.
#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <new>
#include <string>

#include "fault.h"
#include "support/isolated.h"
#include "support/machine.h"
#include "support/program.h"
#include "support/throw_points.h"

namespace model {
namespace {

/// What is made to fail.
struct fault {
  std::function<void(std::int64_t)> after;  // so many opportunities; -1: not at all
  std::function<bool()> armed;
  bool each_instruction = false;  // from the first fault on, one in each instruction
};

#ifdef TRICYCLE_HAS_FAULT_POINTS
const fault out_of_memory{[](std::int64_t n) { tricycle::alloc::faults_after = n; },
                          [] { return tricycle::alloc::faults_after >= 0; }};
#endif
const fault throwing_constructor{[](std::int64_t n) { in_constructor.throw_after(n); },
                                 [] { return in_constructor.armed(); }};
const fault throwing_trace{[](std::int64_t n) { in_trace.throw_after(n); },
                           [] { return in_trace.armed(); }};

#ifdef TRICYCLE_USE_MIMALLOC
constexpr std::uint64_t programs = 4;  // of each profile
#else
constexpr std::uint64_t programs = 1;  // under a sanitizer, each takes ten times as long
#endif

bool makes_something(op code) {
  switch (code) {
    case op::make:
    case op::make_edge:
    case op::build:
    case op::litter:
    case op::watch:
    case op::watch_from:
    case op::end_heap:
      return true;
    default:
      return false;
  }
}

struct result {
  std::string failure;
  bool was_hit = false;
};

/// Runs `p` with the fault at opportunity `k`.
result run_with(const program& p, const fault& with, std::int64_t k) {
  machine m;
  result outcome;
  with.after(k);
  for (std::size_t i = 0; i < p.size() && m.failure().empty(); ++i) {
    if (outcome.was_hit && with.each_instruction) with.after(0);
    const bool may_be_hit = with.armed();
    m.demand_exact_collections(!may_be_hit && m.candidates_lost() == 0);
    std::string thrown;
    try {
      m.step(p[i]);
    } catch (const std::bad_alloc&) {
      thrown = "std::bad_alloc";
    } catch (const planned_exception&) {
      thrown = "the exception of a constructor";
    }
    outcome.was_hit |= may_be_hit && !with.armed();
    if (!thrown.empty()) {
      m.check();
      if (!makes_something(p[i].code))
        outcome.failure = "instruction " + std::to_string(i) + " threw " + thrown;
    }
    if (!m.failure().empty())
      outcome.failure = "after instruction " + std::to_string(i) + ": " + m.failure();
    if (!outcome.failure.empty()) return outcome;
  }
  with.after(-1);
  const std::size_t doors = m.oracle().doors(m.collect_and_list_garbage());
  if (doors > m.candidates_lost())
    outcome.failure = "garbage with " + std::to_string(doors) + " doors is left, and " +
                      std::to_string(m.candidates_lost()) + " candidates were lost";
  m.demand_exact_collections(m.candidates_lost() == 0);
  if (outcome.failure.empty()) m.finish();
  if (outcome.failure.empty()) outcome.failure = m.failure();
  return outcome;
}

void fail_everywhere(const fault& with) {
  std::uint64_t opportunities = 0;
  for (profile profile : {sliced, automatic, two_heaps, destructive}) {
    profile.structure_size = 20;  // a program runs once for each opportunity
    for (std::uint64_t seed = 1; seed <= programs; ++seed) {
      const program p = random_program(seed, profile);
      const outcome outcome = run_isolated(
          [&](note& so_far) {
            result last{.failure = "", .was_hit = true};
            for (std::int64_t k = 0; last.was_hit && last.failure.empty(); ++k) {
              so_far.progress = static_cast<std::uint64_t>(k);
              last = run_with(p, with, k);
            }
            return last.failure;
          },
          300);
      opportunities += outcome.progress;
      ASSERT_EQ(outcome.failure, "") << "seed " << seed << ", profile '" << profile.name
                                     << "', fault at opportunity " << outcome.progress;
    }
  }
  testing::Test::RecordProperty("opportunities", std::to_string(opportunities));
  EXPECT_GT(opportunities, 50U) << "the programs have too few to be worth the name";
}

TEST(Faults, MemoryRunsOutOnceAtEachOpportunity) {
#ifdef TRICYCLE_HAS_FAULT_POINTS
  fail_everywhere(out_of_memory);
#else
  GTEST_SKIP() << "no fault points in this build: see alloc/src/fault.h";
#endif
}

TEST(Faults, MemoryRunsOutAtEachOpportunityAndThenInEachInstruction) {
#ifdef TRICYCLE_HAS_FAULT_POINTS
  fault with = out_of_memory;
  with.each_instruction = true;
  fail_everywhere(with);
#else
  GTEST_SKIP() << "no fault points in this build: see alloc/src/fault.h";
#endif
}

TEST(Faults, AConstructorThrowsAtEachOpportunity) { fail_everywhere(throwing_constructor); }

TEST(Faults, ATraceFunctionThrowsAtEachOpportunity) { fail_everywhere(throwing_trace); }

}  // namespace
}  // namespace model
