// The casts know it, too.
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

tricycle::ref<Both> Cast(const tricycle::ref<Second>& second) {
  return tricycle::static_pointer_cast<Both>(second);
}
