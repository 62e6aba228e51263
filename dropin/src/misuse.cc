// What must not go on: a sentence, then the end of the program.
#include <cstdio>
#include <cstdlib>
#include <mutex>

#include "address_set.h"
#include "tricycle/detail/shared_holder.h"

namespace tricycle {
inline namespace v1 {
namespace shared {
namespace {

constinit std::mutex adoptions_mutex;
constinit address_set adoptions;

}  // namespace

void too_many_owners(header* h) noexcept {
  const std::string_view name = type_of_block(h).name;
  std::fprintf(
      stderr,
      "tricycle: there are 2^29 shared_ptrs to one object of type '%.*s', more than can be "
      "counted. Share it by raw pointer or reference where ownership is not needed.\n",
      static_cast<int>(name.size()), name.data());
  std::abort();
}

void note_adoption(const void* pointer, const gc::object_type& type) noexcept {
  const std::lock_guard lock(adoptions_mutex);
  if (adoptions.find(pointer) == nullptr) {
    // Out of memory, a check is missed, and nothing else.
    static_cast<void>(adoptions.add(pointer, 0));
    return;
  }
  std::fprintf(stderr,
               "tricycle: an object of type '%.*s' was given to a second shared_ptr by its raw "
               "pointer: it has two sets of owners now, and would be deleted twice. Copy the "
               "shared_ptr that there is, or derive the class from enable_shared_from_this and "
               "call shared_from_this().\n",
               static_cast<int>(type.name.size()), type.name.data());
  std::abort();
}

void forget_adoption(const void* pointer) noexcept {
  const std::lock_guard lock(adoptions_mutex);
  adoptions.remove(pointer);
}

}  // namespace shared
}  // namespace v1
}  // namespace tricycle
