// Runs a function in a child process, so that a test survives what the function does to the heap:
// an abort, a crash, an endless loop. POSIX.
#ifndef TRICYCLE_TESTS_SUPPORT_ISOLATED_H_
#define TRICYCLE_TESTS_SUPPORT_ISOLATED_H_

#include <cstdint>
#include <functional>
#include <string>

namespace model {

/// What the child tells its parent while it runs, and what is left of it when it died.
struct note {
  std::uint64_t progress;  // whatever the body writes there
  char text[4000];
};

struct outcome {
  std::string failure;  // what the body returned, or how the child died; empty: all is well
  std::uint64_t progress = 0;
};

enum class child_output { shown, hidden };

/// Runs `body` in a child. What it returns is the failure; a signal, an exit code, or more than
/// `seconds` of time make one, too.
outcome run_isolated(const std::function<std::string(note&)>& body, unsigned seconds,
                     child_output output = child_output::shown);

}  // namespace model

#endif  // TRICYCLE_TESTS_SUPPORT_ISOLATED_H_
