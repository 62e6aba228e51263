// A class that is no aggregate and declares no edges can't be made: the collector would not see
// what it owns.
#include <tricycle/tricycle.h>

class Session {
 public:
  explicit Session(int id) : id_(id) {}

 private:
  int id_;
  tricycle::ref<Session> peer_;
};

void Make() { static_cast<void>(tricycle::make<Session>(1)); }
