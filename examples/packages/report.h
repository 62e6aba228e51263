// What the program prints.
#ifndef TRICYCLE_EXAMPLES_PACKAGES_REPORT_H_
#define TRICYCLE_EXAMPLES_PACKAGES_REPORT_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "measure.h"
#include "model.h"
#include "source.h"

namespace packages {

/// What the model says must happen.
struct expectation {
  std::vector<cycle> cycles;
  std::size_t in_cycles = 0;  // packages that are members of one
  std::size_t held = 0;       // those, and all that they reach: what counting cannot free
};
[[nodiscard]] expectation expect(const model& graph);

/// One kind of pointer: its measurement, or why there is none.
struct outcome {
  const char* pointer;
  std::optional<measurement> measured;
  std::string failure;
};

void print_cycles(const named_model& input, const expectation& expected);
void print_table(const std::vector<outcome>& outcomes);
void print_csv(const model& graph, const std::vector<outcome>& outcomes);

/// Whether pointers that only count leaked exactly what the model says, and collected ones nothing.
/// Prints a sentence for each difference to stderr.
[[nodiscard]] bool as_expected(const expectation& expected, const std::vector<outcome>& outcomes);

}  // namespace packages

#endif  // TRICYCLE_EXAMPLES_PACKAGES_REPORT_H_
