#include "complain.h"

#include <cstdio>
#include <cstdlib>

#include "heap_core.h"
#include "state.h"
#include "tricycle/arena.h"
#include "tricycle/make.h"

namespace tricycle {
inline namespace v1 {
namespace gc {
namespace {

struct named {
  explicit named(const header* h) {
    if (const object_type* type = type_of_object(h)) name = type->name;
  }
  [[nodiscard]] int size() const { return static_cast<int>(name.size()); }
  [[nodiscard]] const char* data() const { return name.data(); }
  std::string_view name = "object under construction";
};

}  // namespace

void complain_edge_twice(const header* h) noexcept {
  const named t(h);
  std::fprintf(
      stderr,
      "tricycle: more edges lead to an object of type '%.*s' than there are references to "
      "it: a trace function names a member twice, or one that it does not own. Look at the "
      "trace functions of the types that hold a ref to it; a build with TRICYCLE_VERIFY=ON "
      "names the type and the member.\n",
      t.size(), t.data());
  std::abort();
}

void complain_same_slot(const header* h, long offset) noexcept {
  const named t(h);
  if (offset >= 0)
    std::fprintf(stderr,
                 "tricycle: the trace function of '%.*s' names its member at offset %ld (bytes) "
                 "twice. Name every member once: an edge named twice frees what is in use.\n",
                 t.size(), t.data(), offset);
  else
    std::fprintf(stderr,
                 "tricycle: the trace function of '%.*s' names an element of one of its containers "
                 "twice. Name every member once: an edge named twice frees what is in use.\n",
                 t.size(), t.data());
  std::abort();
}

void complain_not_exact(const header* h) noexcept {
  const named t(h);
  std::fprintf(
      stderr,
      "tricycle: internal error: an uninterrupted search held a component with a '%.*s' for "
      "dead that is not. Please report it.\n",
      t.size(), t.data());
  std::abort();
}

void complain_invariant(const char* what, const header* h) noexcept {
  const named t(h);
  std::fprintf(stderr, "tricycle: internal error: %s (a '%.*s'). Please report it.\n", what,
               t.size(), t.data());
  std::abort();
}

void count_overflow(header* h) noexcept {
  const named t(h);
  std::fprintf(stderr,
               "tricycle: there are 2^31 references to one object of type '%.*s', more than can be "
               "counted. Share it by raw pointer or reference where ownership is not needed.\n",
               t.size(), t.data());
  std::abort();
}

void refuse_conversion() noexcept {
  std::fputs(
      "tricycle: a ref was converted to a base class that lies at another address than the object, "
      "which a ref, being one pointer, can't express. tricycle::shared_ptr can: use it for this "
      "hierarchy, or make the base the first one and not virtual.\n",
      stderr);
  std::abort();
}

void check_thread(const header* h) noexcept {
  const std::uintptr_t owner = heap_of(h).owner();
  if (owner == 0 || owner == this_thread()) return;
  const named t(h);
  std::fprintf(
      stderr,
      "tricycle: a ref to an object of type '%.*s' was copied or dropped on another thread "
      "than the one of its heap. A ref is confined to one thread: hand the work to that "
      "thread, or use tricycle::shared_ptr for objects that threads share.\n",
      t.size(), t.data());
  std::abort();
}

void check_self(const void* object) noexcept {
  const header* h = header_of(object);
  if (arena::reserved_bytes() != 0 && !arena::owns(object)) {
    std::fputs(
        "tricycle: ref_from was given an address outside of tricycle's arena: the object was not "
        "made by tricycle::make (it is on the stack, or a member of another object, or came from "
        "new), or `this` is a base that is not the object's first one.\n",
        stderr);
    std::abort();
  }
  if (is_dead(h)) {
    const named t(h);
    std::fprintf(stderr,
                 "tricycle: ref_from was called on an object of type '%.*s' whose destruction has "
                 "begun. Nothing may own it any more: do this work before the destructor.\n",
                 t.size(), t.data());
    std::abort();
  }
}

}  // namespace gc
}  // namespace v1
}  // namespace tricycle
