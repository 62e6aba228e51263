#include "tricycle/unraisable.h"

#include <atomic>
#include <cstdio>

namespace tricycle {
inline namespace v1 {
namespace {

const char* name_of(unraisable::source from) {
  switch (from) {
    case unraisable::source::weak_callback:
      return "the callback of a weak_ref";
    case unraisable::source::finalize:
      return "finalize()";
    case unraisable::source::finalizer:
      break;
  }
  return "the function of a finalizer";
}

void print(const unraisable& what) {
  const char* reason = "an exception that is not a std::exception";
  try {
    std::rethrow_exception(what.exception);
  } catch (const std::exception& e) {
    reason = e.what();
    std::fprintf(stderr,
                 "tricycle: %s threw at the death of an object of type '%.*s': %s. It was dropped; "
                 "set_unraisable_hook lets you see to it.\n",
                 name_of(what.from), static_cast<int>(what.type.size()), what.type.data(), reason);
    return;
  } catch (...) {
  }
  std::fprintf(stderr,
               "tricycle: %s threw at the death of an object of type '%.*s': %s. It was dropped; "
               "set_unraisable_hook lets you see to it.\n",
               name_of(what.from), static_cast<int>(what.type.size()), what.type.data(), reason);
}

constinit std::atomic<unraisable_hook> current{&print};

}  // namespace

unraisable_hook set_unraisable_hook(unraisable_hook hook) noexcept {
  // Sequentially consistent: what the program did before it set a hook is there when that runs.
  const unraisable_hook before = current.exchange(hook == nullptr ? &print : hook);
  return before == &print ? nullptr : before;
}

namespace gc {

void report_unraisable(unraisable::source from, std::string_view type) noexcept {
  try {
    current.load()({from, type, std::current_exception()});
  } catch (...) {
    // A hook that throws has had its chance; the death of objects goes on.
  }
}

}  // namespace gc
}  // namespace v1
}  // namespace tricycle
