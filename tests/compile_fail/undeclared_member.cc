// An aggregate with a member that declares no edges can't be made either.
#include <tricycle/tricycle.h>

class Handle {
 public:
  explicit Handle(int id) : id_(id) {}

 private:
  int id_;
};

struct Window {
  tricycle::ref<Window> parent;
  Handle handle;
};

void Make() { static_cast<void>(tricycle::make<Window>(nullptr, Handle(1))); }
