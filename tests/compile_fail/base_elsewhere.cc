// A ref is one pointer: it can't lead to a base at another address than the object.
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

tricycle::ref<Second> Convert(const tricycle::ref<Both>& both) { return both; }
