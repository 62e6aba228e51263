// What is still alive when nothing of the program uses it any more.
#ifndef EXAMPLES_SCRIPT_LEAKS_H_
#define EXAMPLES_SCRIPT_LEAKS_H_

#include <ostream>

#include "value.h"

namespace script {

inline void PrintLeaks(std::ostream& out) {
  out << "leaked: " << Census<Environment>::alive << " environments, " << Census<Function>::alive
      << " functions, " << Census<List>::alive << " lists\n";
}

}  // namespace script

#endif  // EXAMPLES_SCRIPT_LEAKS_H_
