// From expressions to values.
//
//   (define name value)   (set name value)   (lambda (a b) body...)   (if test then else)
//   (begin a b...)   (list a b...)   (get list i)   (append list a)   (length list)   + - * < =
#ifndef EXAMPLES_SCRIPT_INTERPRETER_H_
#define EXAMPLES_SCRIPT_INTERPRETER_H_

#include <string_view>

#include "value.h"

namespace script {

class Interpreter {
 public:
  Interpreter();
  /// The value of the text's last expression. Throws std::runtime_error with a sentence.
  Value Run(std::string_view text);

 private:
  tricycle::shared_ptr<Environment> globals_;
};

/// As a reader would write it.
std::string Show(const Value& value);

}  // namespace script

#endif  // EXAMPLES_SCRIPT_INTERPRETER_H_
