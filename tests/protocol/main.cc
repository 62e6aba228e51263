// protocol_<what> [<scenario>...]: explores these, or all; 1 if one has a fault.
// protocol_<what> --find-fault: for a mutant; 0 if the scenarios find its fault.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>

#include "protocol/scenario.h"

int main(int count, char** words) {
  using namespace tricycle::protocol;  // NOLINT(google-build-using-namespace)
  const bool mutant = count == 2 && std::strcmp(words[1], "--find-fault") == 0;
  bool faulty = false;
  int explored = 0;
  for (const scenario& s : scenarios()) {
    const bool wanted =
        mutant || count == 1 ||
        std::any_of(words + 1, words + count, [&s](const char* word) { return s.name == word; });
    if (!wanted) continue;
    ++explored;
    const auto before = std::chrono::steady_clock::now();
    const verdict found = explore(s.prepare);
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - before);
    std::printf("%-45.*s %8zu paths, %8zu cut short, %4zu steps at most, %6lld ms\n",
                static_cast<int>(s.name.size()), s.name.data(), found.executions, found.pruned,
                found.steps, static_cast<long long>(took.count()));
    if (!found.faulty) continue;
    std::printf("  %s\n", found.fault.c_str());
    faulty = true;
    if (mutant) break;
  }
  if (explored == 0) {
    std::fputs("no such scenario\n", stderr);
    return 2;
  }
  return faulty == mutant ? 0 : 1;
}
