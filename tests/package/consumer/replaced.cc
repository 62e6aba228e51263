// std::shared_ptr, which is another one here: its list can be dropped whatever its length.

#include <cstdio>
#include <memory>

struct Link {
  std::shared_ptr<Link> next;
};

int main() {
  std::shared_ptr<Link> head;
  for (int i = 0; i < 2'000'000; ++i) {
    auto link = std::make_shared<Link>();
    link->next = std::move(head);
    head = std::move(link);
  }
  head.reset();
  std::puts("a list of two million was dropped");
}
