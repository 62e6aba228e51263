// What would your package manager leak? See README.md.

#include <absl/flags/flag.h>
#include <absl/flags/parse.h>
#include <absl/flags/usage.h>
#include <absl/flags/usage_config.h>
#include <absl/strings/match.h>
#include <absl/strings/str_format.h>

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "child.h"
#include "measure.h"
#include "model.h"
#include "report.h"
#include "source.h"

ABSL_FLAG(
    std::string, file, "",
    "a package list to read, --file=- for standard input; default: what `apt-cache dumpavail` "
    "prints, else /var/lib/dpkg/status");
ABSL_FLAG(bool, recommends, true, "follow Recommends too, not only Depends and Pre-Depends");
ABSL_FLAG(bool, csv, false, "print comma-separated values, and no cycles");

namespace {

template <class Pointers>
[[nodiscard]] packages::outcome run(const packages::model& graph) {
  packages::outcome result{Pointers::name, std::nullopt, {}};
  try {
    result.measured =
        packages::compute_in_child([&] { return packages::measure<Pointers>(graph); });
  } catch (const packages::child_failure& error) {
    result.failure = error.what();
  }
  return result;
}

constexpr int unexpected = 1;
constexpr int bad_input = 2;

}  // namespace

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage(
      "builds the dependency graph of Debian packages with std::shared_ptr and with tricycle::ref, "
      "drops it, and counts what each leaks");
  absl::FlagsUsageConfig usage;
  usage.contains_help_flags = [](absl::string_view source) {
    return absl::EndsWith(source, "packages/main.cc");  // the flags above, not Abseil's own
  };
  absl::SetFlagsUsageConfig(usage);
  if (absl::ParseCommandLine(argc, argv).size() > 1) {
    absl::FPrintF(stderr, "packages: give the package list with --file, not as an argument\n");
    return bad_input;
  }

  packages::named_model input;
  try {
    // In a child too, so that the measurements do not run in memory that the parser left behind.
    input = packages::compute_in_child([] {
      return packages::read_packages(absl::GetFlag(FLAGS_file),
                                     {.recommends = absl::GetFlag(FLAGS_recommends)});
    });
  } catch (const packages::child_failure& error) {
    absl::FPrintF(stderr, "packages: %s\n", error.what());
    return bad_input;
  }

  const std::vector<packages::outcome> outcomes = {
      run<packages::std_pointers>(input.graph),
      run<packages::tricycle_pointers>(input.graph),
      run<packages::sliced_tricycle_pointers>(input.graph),
  };
  const packages::expectation expected = packages::expect(input.graph);
  if (absl::GetFlag(FLAGS_csv)) {
    packages::print_csv(input.graph, outcomes);
  } else {
    packages::print_cycles(input, expected);
    packages::print_table(outcomes);
  }
  return packages::as_expected(expected, outcomes) ? EXIT_SUCCESS : unexpected;
}
