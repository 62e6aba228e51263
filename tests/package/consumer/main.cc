// The smallest program that needs the collector: two objects that own each other; and a weak map,
// which needs what the library itself is built on.

#include <tricycle/tricycle.h>

#include <cstdio>

struct Node {
  tricycle::ref<Node> next;
};

int main() {
  auto first = tricycle::make<Node>();
  first->next = tricycle::make<Node>();
  first->next->next = first;
  tricycle::weak_value_map<int, Node> known;
  known.insert({1, first});
  first.reset();

  const auto freed = tricycle::collect().objects;
  if (freed != 2) {
    std::fprintf(stderr, "collect() freed %llu objects, not 2\n",
                 static_cast<unsigned long long>(freed));
    return 1;
  }
  if (!known.empty()) {
    std::fputs("the weak map still shows what was freed\n", stderr);
    return 1;
  }
  std::puts("collect() freed the cycle of two");
  return 0;
}
