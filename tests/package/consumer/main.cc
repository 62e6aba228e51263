// The smallest program that needs the collector: two objects that own each other.

#include <tricycle/tricycle.h>

#include <cstdio>

struct Node {
  tricycle::ref<Node> next;
};

int main() {
  auto first = tricycle::make<Node>();
  first->next = tricycle::make<Node>();
  first->next->next = first;
  first.reset();

  const auto freed = tricycle::collect().objects;
  if (freed != 2) {
    std::fprintf(stderr, "collect() freed %llu objects, not 2\n",
                 static_cast<unsigned long long>(freed));
    return 1;
  }
  std::puts("collect() freed the cycle of two");
  return 0;
}
