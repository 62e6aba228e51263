// Makes a failing program small: leaves out what is not needed for it to fail, then makes the
// numbers small (Zeller & Hildebrandt 2002, "Simplifying and Isolating Failure-Inducing Input").
#ifndef TRICYCLE_TESTS_SUPPORT_SHRINK_H_
#define TRICYCLE_TESTS_SUPPORT_SHRINK_H_

#include <functional>

#include "support/program.h"

namespace model {

/// `fails` must be true of `p`. Asks it some hundred times; it should run the program isolated.
program shrink(program p, const std::function<bool(const program&)>& fails);

}  // namespace model

#endif  // TRICYCLE_TESTS_SUPPORT_SHRINK_H_
