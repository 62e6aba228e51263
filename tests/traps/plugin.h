// What the two plug-ins of shared_libraries_test.cc and the program agree on.
#ifndef TRICYCLE_TESTS_TRAPS_PLUGIN_H_
#define TRICYCLE_TESTS_TRAPS_PLUGIN_H_

#include <vector>

#include "tricycle/tricycle.h"

namespace tricycle::testing {

struct Shared {
  ref<Shared> next;
  std::vector<ref<Shared>> others;
};

/// The same, behind shared_ptr.
struct OnAllHands {
  shared_ptr<OnAllHands> next;
};

}  // namespace tricycle::testing

#endif  // TRICYCLE_TESTS_TRAPS_PLUGIN_H_
