// The first example: a cycle that std::shared_ptr would leak.
#include <tricycle/tricycle.h>

#include <string>
#include <vector>

#include "check.h"

struct Person {
  std::string name;
  tricycle::ref<Person> spouse;  // edges of an aggregate are found by themselves
  std::vector<tricycle::ref<Person>> children;
};

int main() {
  auto ann = tricycle::make<Person>("Ann");
  auto bob = tricycle::make<Person>("Bob", ann);
  ann->spouse = bob;  // a cycle
  tricycle::weak_ref<Person> watch = ann;
  ann.reset();
  bob.reset();          // no one else knows them; std::shared_ptr would leak both
  tricycle::collect();  // make() does this by itself, in slices
  check(watch.expired());
}
