// What a ref can't do, a weak reference made from one can't either.
#include <tricycle/tricycle.h>

struct First {
  int first = 1;
};
struct Second {
  int second = 2;
};
struct Both : First, Second {
  void trace(auto&) {}
};

tricycle::weak_ref<Second> Watch(const tricycle::ref<Both>& both) { return both; }
