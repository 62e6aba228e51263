// From text to expressions.
#ifndef EXAMPLES_SCRIPT_READER_H_
#define EXAMPLES_SCRIPT_READER_H_

#include <string_view>

#include "value.h"

namespace script {

/// All expressions of a text. Throws std::runtime_error with the line if a parenthesis is missing.
std::vector<Code> Read(std::string_view text);

}  // namespace script

#endif  // EXAMPLES_SCRIPT_READER_H_
