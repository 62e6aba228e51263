// A trace function that visits a member whose class declares no edges would see nothing in it.
#include <tricycle/tricycle.h>

class Part {
 public:
  explicit Part(int id) : id_(id) {}

 private:
  int id_;
  tricycle::ref<Part> peer_;
};

class Whole {
 public:
  void trace(auto& visit) { visit(part_); }

 private:
  Part part_{1};
};

void Make() { static_cast<void>(tricycle::make<Whole>()); }
