// What a program of scenarios lists; main.cc runs one, or all.
#ifndef TRICYCLE_TESTS_PROTOCOL_SCENARIO_H_
#define TRICYCLE_TESTS_PROTOCOL_SCENARIO_H_

#include <string_view>
#include <vector>

#include "protocol/explorer.h"

namespace tricycle::protocol {

struct scenario {
  std::string_view name;
  void (*prepare)();
};
#define SCENARIO(function) \
  scenario { #function, &function }

[[nodiscard]] const std::vector<scenario>& scenarios();

inline constexpr unsigned most_marks = 5;  // one for each thread

}  // namespace tricycle::protocol

#endif  // TRICYCLE_TESTS_PROTOCOL_SCENARIO_H_
