// A heap of one's own: collected apart, and ended as a whole.
#include <tricycle/tricycle.h>

#include "check.h"

namespace {

struct Value {
  int* destroyed;
  tricycle::ref<Value> next;
  Value(int* counter, tricycle::ref<Value> after) : destroyed(counter), next(after) {}
  ~Value() { ++*destroyed; }
  void trace(auto& visit) { visit(next); }
};

tricycle::ref<Value> run_script(int* destroyed) {
  auto a = tricycle::make<Value>(destroyed, nullptr);
  auto b = tricycle::make<Value>(destroyed, a);
  a->next = b;
  return b;
}

}  // namespace

int main() {
  int destroyed = 0;
  tricycle::weak_ref<Value> watch;
  {
    tricycle::heap vm;
    {
      tricycle::heap::scope in(vm);  // every make() of this thread goes into vm now
      watch = run_script(&destroyed);
      check(tricycle::stats().live_objects == 2);  // the free functions ask the current heap
    }
    check(tricycle::stats().live_objects == 0);  // the thread's default heap
    check(vm.stats().live_objects == 2);
    check(destroyed == 0);
  }  // the end of a heap destroys all that is left in it
  check(destroyed == 2);
  check(watch.expired());
}
