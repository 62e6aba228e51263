// Random programs, each run on the library and on an oracle that compares after every instruction
// (support/machine.h says what). A failing one is shrunk and printed as C++; it belongs in
// tests/regression/ with the fix.
//
//   TRICYCLE_MODEL_PROGRAMS=100000   how many, for each profile
//   TRICYCLE_MODEL_SEED=17           the first one's seed; the next one's is one more
//
// Programs run in child processes, some hundred in each: a crash or an abort is a result like
// others.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "support/isolated.h"
#include "support/machine.h"
#include "support/program.h"
#include "support/shrink.h"

namespace model {
namespace {

#ifdef TRICYCLE_USE_MIMALLOC
constexpr std::uint64_t default_programs = 1000;
#else
constexpr std::uint64_t default_programs = 150;  // under a sanitizer, each takes ten times as long
#endif
constexpr std::uint64_t in_one_child = 250;

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 0);
}

bool fails(const program& p) {
  return !run_isolated([&](note&) { return run(p); }, 20, child_output::hidden).failure.empty();
}

/// A program in which time matters may fail only now and then: it is given some chances to.
program shrunk(const program& p) {
  for (int tries = 0; tries < 5; ++tries)
    if (fails(p)) return shrink(p, fails);
  return p;
}

void report(std::uint64_t seed, const profile& with, const std::string& failure) {
  const program small = shrunk(random_program(seed, with));
  const outcome again = run_isolated([&](note&) { return run(small); }, 20);
  ADD_FAILURE() << "seed " << seed << ", profile '" << with.name << "': " << failure
                << "\nshrunk, it fails with: "
                << (again.failure.empty() ? "nothing, this time" : again.failure) << '\n'
                << to_string(small);
}

void run_programs(const profile& with) {
  const std::uint64_t first = from_environment("TRICYCLE_MODEL_SEED", 1);
  const std::uint64_t end = first + from_environment("TRICYCLE_MODEL_PROGRAMS", default_programs);
  for (std::uint64_t from = first; from < end && !testing::Test::HasFailure();
       from += in_one_child) {
    const outcome result = run_isolated(
        [&](note& so_far) {
          std::string failure;
          for (std::uint64_t seed = from; seed < end && seed < from + in_one_child; ++seed) {
            so_far.progress = seed;
            failure = run(random_program(seed, with));
            if (!failure.empty()) break;
          }
          return failure;
        },
        600);
    if (!result.failure.empty()) report(result.progress, with, result.failure);
  }
}

TEST(RandomPrograms, AgreeWithTheOracle) { run_programs(calm); }
TEST(RandomPrograms, AgreeWithTheOracleWhereCollectionsAreInterruptedEverywhere) {
  run_programs(sliced);
}
TEST(RandomPrograms, AgreeWithTheOracleWhereReferencesMoveBetweenSlices) { run_programs(moving); }
TEST(RandomPrograms, AgreeWithTheOracleWhereSlicesRunByThemselves) { run_programs(automatic); }
TEST(RandomPrograms, AgreeWithTheOracleOnTwoHeapsWithEdgesAcross) { run_programs(two_heaps); }
TEST(RandomPrograms, AgreeWithTheOracleWhereDestructorsDoAllTheyCan) { run_programs(destructive); }

}  // namespace
}  // namespace model
