// A base without virtual functions lies behind the pointer to the derived class's.
#include <tricycle/tricycle.h>

struct Plain {
  int value = 1;
};
struct Virtual : Plain {
  virtual ~Virtual() = default;
  void trace(auto&) {}
};

tricycle::ref<Plain> Convert(tricycle::ref<Virtual> object) { return std::move(object); }
