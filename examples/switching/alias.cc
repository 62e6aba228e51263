// One alias decides: with the CMake option TRICYCLE_DROPIN=OFF these are the standard library's.
#include <tricycle/shared_ptr.h>

#include <cstdio>
#include <memory>
#include <type_traits>

using tricycle::make_shared;
using tricycle::shared_ptr;

struct Node {
  shared_ptr<Node> next;
};

int main() {
  auto first = make_shared<Node>();
  first->next = make_shared<Node>();
  constexpr bool standard = std::is_same_v<shared_ptr<int>, std::shared_ptr<int>>;
  std::printf("%s shared_ptr, %ld owner\n", standard ? "std's" : "tricycle's", first.use_count());
  return first.use_count() == 1 && standard == (TRICYCLE_DROPIN == 0) ? 0 : 1;
}
