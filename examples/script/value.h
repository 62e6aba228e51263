// The values of a small language, and the environments that its functions remember.
//
// Where the cycles come from: a function remembers the environment in which it was made, and that
// environment, by the name it is bound to, owns the function. Every recursive function is one.
#ifndef EXAMPLES_SCRIPT_VALUE_H_
#define EXAMPLES_SCRIPT_VALUE_H_

#include <tricycle/shared_ptr.h>

#include <map>
#include <string>
#include <variant>
#include <vector>

namespace script {

struct Expression;
struct Environment;
struct Function;
struct List;

using Code = tricycle::shared_ptr<const Expression>;
using Value = std::variant<std::monostate, double, std::string, tricycle::shared_ptr<Function>,
                           tricycle::shared_ptr<List>>;

/// What was read: a number, a name, or a list whose first element says what to do.
struct Expression {
  std::variant<double, std::string, std::vector<Code>> node;
};

/// How many of these are alive: what the program prints at its end.
template <class T>
struct Census {
  static inline long alive = 0;
  Census() { ++alive; }
  Census(const Census&) { ++alive; }
  Census& operator=(const Census&) = default;
  ~Census() { --alive; }
};

/// Aggregates: tricycle finds their edges without a line from us.
struct Environment {
  tricycle::shared_ptr<Environment> outer;
  std::map<std::string, Value> names;
  Census<Environment> census{};
};

struct Function {
  std::vector<std::string> parameters;
  Code body;
  tricycle::shared_ptr<Environment> closure;
  Census<Function> census{};
};

struct List {
  std::vector<Value> elements;
  Census<List> census{};
};

}  // namespace script

#endif  // EXAMPLES_SCRIPT_VALUE_H_
