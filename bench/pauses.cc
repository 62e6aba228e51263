// Measures one workload under one contender in this process, and prints one line of JSON.
//
//   pauses --list                                all pairs, a line of JSON each
//   pauses --workload=W --contender=C [--quick]  measures that pair
//   pauses --describe                            what this program was built with
//
// One pair per process: peak memory belongs to a process, and an allocator that has served one
// contender is not the allocator that another would find. bench/run runs them all.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/strings/str_format.h"
#include "workloads/all.h"
#ifndef TRICYCLE_BENCH_LEAKS
#include "mimalloc.h"
#endif

ABSL_FLAG(bool, list, false, "print all pairs of workload and contender, as JSON");
ABSL_FLAG(bool, describe, false, "print compiler, flags and allocator as JSON");
ABSL_FLAG(bool, quick, false, "fewer operations");
ABSL_FLAG(std::string, workload, "", "the workload to measure");
ABSL_FLAG(std::string, contender, "", "the contender to measure it under");

#ifndef TRICYCLE_BENCH_FLAGS
#define TRICYCLE_BENCH_FLAGS "unknown"
#endif

namespace {

#ifdef TRICYCLE_BENCH_LEAKS

// Every workload for a moment. Whatever is left at the end is for the sanitizer to report.
int look_for_leaks() {
  constexpr std::uint64_t kMoment = 3'000;
  bench::registry all;
  bench::add_all_workloads(all);
  for (const bench::entry& e : all.entries()) {
    if (e.runs != bench::occasion::always) continue;
    // The same code as another one, with so many more nodes that it only takes longer.
    const std::string& name = e.info.name;
    if (name == "rings_live_5m" || name == "giant_1m" || name.find("_n1m_") != std::string::npos)
      continue;
    bench::plan p = e.info.quick;
    p.warm_up = std::min(p.warm_up, kMoment);
    p.operations = std::min(p.operations, kMoment);
    e.run(p);
    bench::at_hand.reset();
    tricycle::collect();
    const auto left = tricycle::stats().live_objects;
    std::printf("%s, %s: %zu objects left\n", name.c_str(), e.title.c_str(), left);
    std::fflush(stdout);
    if (left != 0) return 1;
  }
  return 0;
}

#else

// All contenders must have the same allocator, or the table compares allocators.
void require_mimalloc() {
  const auto block = std::make_unique<int>(0);
  if (mi_is_in_heap_region(block.get())) return;
  std::fputs("pauses: new is not mimalloc's; see bench/CMakeLists.txt\n", stderr);
  std::exit(2);
}

void describe() {
#if defined(__clang__)
  constexpr const char* kCompiler = "clang " __clang_version__;
#else
  constexpr const char* kCompiler = "gcc " __VERSION__;
#endif
  absl::PrintF("{\"compiler\": \"%s\", \"flags\": \"%s\", \"mimalloc\": %d}\n", kCompiler,
               TRICYCLE_BENCH_FLAGS, mi_version());
}

void print_pair(const bench::entry& e) {
  constexpr const char* kOccasions[] = {"always", "not_quick", "grid", "full"};
  absl::PrintF(R"({"workload": "%s", "contender": "%s", "title": "%s", "operation": "%s", )"
               R"("runs": "%s", "needs_mib": %d, "parameters": {)",
               e.info.name, e.contender, e.title, e.info.operation,
               kOccasions[static_cast<int>(e.runs)], e.info.needs_mib);
  const char* separator = "";
  for (const auto& [name, value] : e.info.parameters) {
    absl::PrintF("%s\"%s\": %d", separator, name, value);
    separator = ", ";
  }
  absl::PrintF("}}\n");
}

#endif

}  // namespace

#ifdef TRICYCLE_BENCH_LEAKS

int main() { return look_for_leaks(); }

#else

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage("Measures one workload under one contender. See bench/README.md.");
  absl::ParseCommandLine(argc, argv);
  require_mimalloc();
  if (absl::GetFlag(FLAGS_describe)) {
    describe();
    return 0;
  }

  bench::registry all;
  bench::add_all_workloads(all);
  const bool quick = absl::GetFlag(FLAGS_quick);
  for (const bench::entry& e : all.entries()) {
    if (absl::GetFlag(FLAGS_list)) {
      print_pair(e);
    } else if (e.info.name == absl::GetFlag(FLAGS_workload) &&
               e.contender == absl::GetFlag(FLAGS_contender)) {
      bench::row r = e.run(quick ? e.info.quick : e.info.full);
      r.workload = e.info.name;
      r.contender = e.contender;
      absl::PrintF("%s\n", bench::to_json(r));
      std::fflush(stdout);
      // Taking down what the workload still holds would only take time, and overflow stacks.
      std::_Exit(0);
    }
  }
  if (absl::GetFlag(FLAGS_list)) return 0;
  absl::FPrintF(stderr, "pauses: no such pair; --list names them\n");
  return 2;
}

#endif
