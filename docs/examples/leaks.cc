// What the collector does not find, and what to write instead.
#include <tricycle/tricycle.h>

#include <cstddef>
#include <functional>
#include <utility>

#include "check.h"

namespace {

struct Button {
  std::function<void()> on_click;  // a leaf: nobody can see into a closure
  int clicks = 0;
};

struct Door {
  tricycle::ref<Door> self;
};

std::size_t left() {
  tricycle::collect();
  return tricycle::stats().live_objects;
}

void a_closure_that_owns() {
  auto button = tricycle::make<Button>();
  button->on_click = [button] { ++button->clicks; };  // a cycle through an unseen edge: it leaks
  button.reset();
  check(left() == 1);
}

void a_closure_that_watches() {
  auto button = tricycle::make<Button>();
  button->on_click = [watch = tricycle::weak_ref(button)] {
    if (auto self = watch.lock()) ++self->clicks;
  };
  button->on_click();
  check(button->clicks == 1);
  button.reset();
  check(left() == 0);
}

// Members of a struct, instead of what a lambda captures, are seen.
struct Handler {
  tricycle::ref<Handler> target;
  void operator()() const { ++target->called; }
  int called = 0;
};

void a_handler_that_owns() {
  auto handler = tricycle::make<Handler>();
  handler->target = handler;
  (*handler)();
  check(handler->called == 1);
  handler.reset();
  check(left() == 0);
}

void moved_in() {  // not for ever
  auto door = tricycle::make<Door>();
  Door* raw = door.get();
  raw->self = std::move(door);  // no count fell: nothing asks for an examination
  check(left() == 0);           // which has just collected

  auto copied = tricycle::make<Door>();
  copied->self = copied;
  copied.reset();  // this count fell
  check(left() == 0);
}

}  // namespace

int main() {
  {
    // Whatever leaks ends with its heap.
    tricycle::heap heap;
    tricycle::heap::scope in(heap);
    a_closure_that_owns();
  }
  moved_in();
  a_closure_that_watches();
  a_handler_that_owns();
}
