// What an example says of itself, checked: in every build, unlike assert.
#ifndef TRICYCLE_DOCS_EXAMPLES_CHECK_H_
#define TRICYCLE_DOCS_EXAMPLES_CHECK_H_

#include <cstdio>
#include <cstdlib>

// Not std::source_location, which clang 14 lacks.
inline void check(bool so, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  if (so) return;
  std::fprintf(stderr, "%s:%d: it is not so\n", file, line);
  std::exit(1);
}

#endif  // TRICYCLE_DOCS_EXAMPLES_CHECK_H_
