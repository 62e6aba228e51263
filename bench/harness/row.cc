#include "harness/row.h"

#include <cstdio>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace bench {
namespace {

// Three digits are more than a plot shows.
std::string list(const std::vector<double>& values) {
  const auto digits = [](std::string* out, double v) { absl::StrAppendFormat(out, "%.3g", v); };
  return absl::StrCat("[", absl::StrJoin(values, ", ", digits), "]");
}

std::string list(const std::vector<moment>& course, double moment::*value) {
  std::vector<double> values;
  for (const moment& m : course) values.push_back(m.*value);
  return list(values);
}

}  // namespace

std::string to_json(const row& r) {
  const auto nodes = static_cast<double>(r.nodes);
  std::string json = absl::StrFormat(
      R"({"workload": "%s", "contender": "%s", "operations": %d, "nodes": %d, )"
      R"("setup_s": %.4g, "elapsed_s": %.6g, "lost_s": %.4g, )"
      R"("ops_per_s": %.6g, "ns_per_node": %.6g, )"
      R"("p50_us": %.6g, "p99_us": %.6g, "p999_us": %.6g, "p9999_us": %.6g, "max_us": %.6g, )"
      R"("max_wall_us": %.6g, "clock_ns": %.3g, "peak_mib": %.5g)",
      r.workload, r.contender, r.operations, r.nodes, r.setup_s, r.elapsed_s, r.lost_s,
      static_cast<double>(r.operations) / r.elapsed_s, r.nodes == 0 ? 0 : r.elapsed_s * 1e9 / nodes,
      r.p50_us, r.p99_us, r.p999_us, r.p9999_us, r.max_us, r.max_wall_us, r.clock_ns, r.peak_mib);
  if (r.collector) {
    absl::StrAppendFormat(&json,
                          R"(, "pauses": %d, "pause_max_us": %.6g, "pause_p99_us": %.6g, )"
                          R"("pause_total_us": %.6g, "trash_mib": %.5g, "trash_of_bound": %.4g)",
                          r.collector->pauses, r.collector->pause_max_us, r.collector->pause_p99_us,
                          r.collector->pause_total_us, r.collector->trash_mib,
                          r.collector->trash_of_bound);
  }
  absl::StrAppend(&json, R"(, "tail_us": )", list(r.tail_us),                 //
                  R"(, "course": {"s": )", list(r.course, &moment::seconds),  //
                  R"(, "max_us": )", list(r.course, &moment::max_us),         //
                  R"(, "trash_mib": )", list(r.course, &moment::trash_mib),   //
                  R"(, "resident_mib": )", list(r.course, &moment::resident_mib), "}}");
  return json;
}

double peak_memory_mib() {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    double kib = 0;
    if (std::sscanf(line.c_str(), "VmHWM: %lf kB", &kib) == 1) return kib / 1024;
  }
  return 0;
}

}  // namespace bench
