// Where a virtual base lies depends on the object.
#include <tricycle/tricycle.h>

struct Shared {
  int value = 1;
};
struct Left : virtual Shared {
  void trace(auto&) {}
};

tricycle::ref<Shared> Convert(const tricycle::ref<Left>& left) { return left; }
