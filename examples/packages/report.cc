#include "report.h"

#include <absl/strings/str_format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace packages {
namespace {

using std::chrono::nanoseconds;

/// 63666 as 63,666.
[[nodiscard]] std::string grouped(std::size_t number) {
  const std::string digits = absl::StrFormat("%d", number);
  std::string text;
  for (std::size_t at = 0; at < digits.size(); ++at) {
    if (at > 0 && (digits.size() - at) % 3 == 0) text += ',';
    text += digits[at];
  }
  return text;
}

[[nodiscard]] double milliseconds(nanoseconds t) { return static_cast<double>(t.count()) / 1e6; }
[[nodiscard]] double microseconds(nanoseconds t) { return static_cast<double>(t.count()) / 1e3; }
[[nodiscard]] double mebibytes(std::size_t bytes) { return static_cast<double>(bytes) / (1 << 20); }

[[nodiscard]] std::string time_text(nanoseconds t) {
  return absl::StrFormat("%.3f ms", milliseconds(t));
}
[[nodiscard]] std::string size_text(std::size_t bytes) {
  if (bytes == 0) return "0";
  if (bytes < (1 << 20)) return absl::StrFormat("%.2f KiB", static_cast<double>(bytes) / 1024);
  return absl::StrFormat("%.2f MiB", mebibytes(bytes));
}

[[nodiscard]] std::string members_text(const cycle& members, const model& graph) {
  std::vector<std::string> names;
  for (package_index member : members) names.emplace_back(graph.name(member));
  if (names.size() == 1) return names.front() + " -> itself";
  std::sort(names.begin(), names.end());
  // Of two it is plain who depends on whom; of more, the component may hold several loops.
  const char* between = names.size() == 2 ? " <-> " : ", ";
  std::string text;
  for (const std::string& name : names) {
    if (!text.empty()) text += between;
    text += name;
  }
  return text;
}

struct size_range {
  std::size_t first;
  std::size_t last;
};

/// Each small size has a line of its own, larger ones share: 6-10, 11-20, 21-50, 51-100, ...
[[nodiscard]] size_range range_of(std::size_t size) {
  if (size <= 5) return {size, size};
  std::size_t low = 5;
  for (std::size_t step = 0;; ++step) {
    const std::size_t high = step % 3 == 2 ? low / 2 * 5 : low * 2;
    if (size <= high) return {low + 1, high};
    low = high;
  }
}

/// How many packages depend on each: what many depend on is what a reader has heard of.
[[nodiscard]] std::vector<std::size_t> count_dependents(const model& graph) {
  std::vector<std::size_t> dependents(graph.packages(), 0);
  for (package_index from = 0; from < graph.packages(); ++from) {
    for (package_index to : graph.depends(from)) ++dependents[to];
  }
  return dependents;
}

/// A line of the histogram; [first, last) are its cycles, best known first.
void print_range(size_range sizes, const cycle* first, const cycle* last, const model& graph) {
  constexpr std::size_t pairs_shown = 3;
  const std::string label = sizes.first == sizes.last
                                ? grouped(sizes.first)
                                : absl::StrFormat("%d-%d", sizes.first, sizes.last);
  const auto count = static_cast<std::size_t>(last - first);
  std::string examples;
  if (sizes.first <= 4) {
    const std::size_t shown = sizes.first <= 2 ? std::min(pairs_shown, count) : 1;
    for (std::size_t i = 0; i < shown; ++i) {
      if (i > 0) examples += "; ";
      examples += members_text(first[i], graph);
    }
  }
  absl::PrintF("  %9s %9s   %s\n", label, grouped(count), examples);
}

using cell = std::function<std::string(const measurement&)>;

void print_row(const char* label, const std::vector<outcome>& outcomes, const cell& show) {
  absl::PrintF("  %-24s", label);
  for (const outcome& one : outcomes) {
    absl::PrintF("%22s", one.measured ? show(*one.measured) : std::string("failed"));
  }
  absl::PrintF("\n");
}

[[nodiscard]] std::string if_collects(const measurement& of, std::string text) {
  return of.collects ? std::move(text) : "-";
}

}  // namespace

expectation expect(const model& graph) {
  expectation result{find_cycles(graph), 0, 0};
  for (const cycle& members : result.cycles) result.in_cycles += members.size();
  result.held = count_held_by(result.cycles, graph);
  return result;
}

void print_cycles(const named_model& input, const expectation& expected) {
  const model& graph = input.graph;
  absl::PrintF("%s: %s packages, %s edges (unresolved dependencies: %s, repeated packages: %s)\n\n",
               input.origin, grouped(graph.packages()), grouped(graph.edges()),
               grouped(graph.unresolved), grouped(graph.repeated));

  absl::PrintF("  %9s %9s   %s\n", "members", "cycles", "for example");
  const std::vector<std::size_t> dependents = count_dependents(graph);
  const auto fame = [&](const cycle& members) {
    std::size_t sum = 0;
    for (package_index member : members) sum += dependents[member];
    return sum;
  };
  std::vector<cycle> cycles = expected.cycles;  // ascending by size
  for (auto first = cycles.begin(); first != cycles.end();) {
    const size_range sizes = range_of(first->size());
    const auto last =
        std::find_if(first, cycles.end(), [&](const cycle& c) { return c.size() > sizes.last; });
    std::stable_sort(first, last,
                     [&](const cycle& a, const cycle& b) { return fame(a) > fame(b); });
    print_range(sizes, std::to_address(first), std::to_address(last), graph);
    first = last;
  }
  absl::PrintF("  %9s %9s   %s packages; with all that they hold, %s\n\n", "all",
               grouped(cycles.size()), grouped(expected.in_cycles), grouped(expected.held));
}

void print_table(const std::vector<outcome>& outcomes) {
  absl::PrintF("  %-24s", "");
  for (const outcome& one : outcomes) absl::PrintF("%22s", one.pointer);
  absl::PrintF("\n");
  using m = const measurement&;
  print_row("built in", outcomes, [](m of) { return time_text(of.build); });
  print_row("dropped in", outcomes, [](m of) { return time_text(of.drop); });
  print_row("  left by counting", outcomes, [](m of) { return grouped(of.left_by_counting); });
  print_row("collected in", outcomes,
            [](m of) { return if_collects(of, time_text(of.collector.duration)); });
  print_row("  in pauses", outcomes,
            [](m of) { return if_collects(of, grouped(of.collector.pauses)); });
  print_row("  freed by collecting", outcomes,
            [](m of) { return if_collects(of, grouped(of.collector.freed)); });
  print_row("longest pause", outcomes, [](m of) { return time_text(of.longest_pause()); });
  print_row("  of the collector", outcomes,
            [](m of) { return if_collects(of, time_text(of.collector.longest_pause)); });
  print_row("peak memory", outcomes, [](m of) { return size_text(of.peak_growth_bytes); });
  print_row("leaked packages", outcomes, [](m of) { return grouped(of.leaked_objects); });
  print_row("leaked memory", outcomes, [](m of) { return size_text(of.leaked_bytes); });
}

void print_csv(const model& graph, const std::vector<outcome>& outcomes) {
  absl::PrintF(
      "pointer,objects,edges,build_ms,drop_ms,leaked_objects,leaked_bytes,longest_pause_us,peak_"
      "mib\n");
  for (const outcome& one : outcomes) {
    if (!one.measured) continue;
    const measurement& of = *one.measured;
    absl::PrintF("%s,%d,%d,%.3f,%.3f,%d,%d,%.1f,%.2f\n", one.pointer, of.objects, graph.edges(),
                 milliseconds(of.build), milliseconds(of.drop), of.leaked_objects, of.leaked_bytes,
                 microseconds(of.longest_pause()), mebibytes(of.peak_growth_bytes));
  }
}

bool as_expected(const expectation& expected, const std::vector<outcome>& outcomes) {
  bool good = true;
  std::fflush(stdout);  // complaints come below the table
  const auto complain = [&](const outcome& one, const std::string& what) {
    absl::FPrintF(stderr, "packages: %s: %s\n", one.pointer, what);
    good = false;
  };
  for (const outcome& one : outcomes) {
    if (!one.measured) {
      complain(one, one.failure);
      continue;
    }
    const measurement& of = *one.measured;
    if (of.left_by_counting != expected.held) {
      complain(one, absl::StrFormat("counting left %d packages, the model says %d",
                                    of.left_by_counting, expected.held));
    }
    if (of.collects && of.collector.freed != expected.held) {
      complain(one, absl::StrFormat("the collector says it freed %d packages, the model says %d",
                                    of.collector.freed, expected.held));
    }
    if (of.collects && of.leaked_objects != 0) {
      complain(one, absl::StrFormat("the collector missed %d packages", of.leaked_objects));
    }
  }
  return good;
}

}  // namespace packages
