// What happens when something goes wrong: the rows of the guide's table that a program can show.
#include <tricycle/tricycle.h>

#include <cstddef>
#include <stdexcept>
#include <string>

#include "check.h"

namespace {

std::size_t live() { return tricycle::stats().live_objects; }

/// A constructor that throws leaves nothing behind.
struct Thrower {
  explicit Thrower(tricycle::weak_ref<Thrower>* out) {
    *out = tricycle::ref_from(this);
    throw std::runtime_error("no");
  }
  tricycle::ref<Thrower> next;
  void trace(auto& visit) { visit(next); }
};

void a_throwing_constructor() {
  tricycle::weak_ref<Thrower> out;
  try {
    auto never = tricycle::make<Thrower>(&out);
    check(false);
  } catch (const std::runtime_error&) {
  }
  check(live() == 0);
  check(out.expired());
}

/// collect() in a destructor does nothing: a container may be half changed.
struct Collector {
  std::size_t* found;
  tricycle::ref<Collector> self;
  Collector(std::size_t* out) : found(out) {}
  ~Collector() { *found += tricycle::collect().objects; }
  void trace(auto& visit) { visit(self); }
};

void collect_in_a_destructor() {
  std::size_t found = 0;
  auto garbage = tricycle::make<Collector>(&found);
  garbage->self = garbage;
  garbage.reset();
  auto dies = tricycle::make<Collector>(&found);
  dies.reset();
  check(found == 0);
  check(live() == 1);
  check(tricycle::collect().objects == 1);
  check(found == 0 && live() == 0);
}

/// A trace function that throws: the object counts as held, and is looked at again.
struct Moody {
  bool* moody;
  tricycle::ref<Moody> self;
  void trace(auto& visit) {
    if (*moody) throw std::runtime_error("not now");
    visit(self);
  }
};

void a_throwing_trace() {
  bool moody = true;
  auto m = tricycle::make<Moody>(&moody);
  m->self = m;
  m.reset();
  check(tricycle::collect().objects == 0);
  moody = false;
  check(tricycle::collect().objects == 1);
}

/// In a dead cycle, references between its members are null when destructors run; what hangs off
/// it is still there.
struct Member {
  std::string name;
  tricycle::ref<Member> fellow;
  tricycle::ref<Member> tail;
  std::string* log;
  Member(std::string n, std::string* l) : name(std::move(n)), log(l) {}
  ~Member() { *log += name + (fellow ? "!" : "") + (tail ? "+" + tail->name : "") + " "; }
  void trace(auto& visit) { visit(fellow, tail); }
};

void destructors_in_a_dead_cycle() {
  std::string log;
  auto a = tricycle::make<Member>("a", &log);
  a->fellow = a;
  a->tail = tricycle::make<Member>("tail", &log);
  a.reset();
  tricycle::collect();
  check(log == "a+tail tail ");
}

/// A reference from outside outlives a heap. The object is gone, the block stays until the drop.
void a_heap_ends_with_references_outside() {
  std::string log;
  tricycle::ref<Member> outside;
  {
    tricycle::heap vm;
    tricycle::heap::scope in(vm);
    outside = tricycle::make<Member>("a", &log);
  }
  check(log == "a ");
  check(outside != nullptr);  // and must not be followed
  outside.reset();
}

}  // namespace

int main() {
  a_throwing_constructor();
  collect_in_a_destructor();
  a_throwing_trace();
  destructors_in_a_dead_cycle();
  a_heap_ends_with_references_outside();
}
