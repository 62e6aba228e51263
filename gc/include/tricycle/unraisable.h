// Exceptions that have nobody to go to: thrown by what the library runs when an object dies.
//
// Thread safety: the hook is the process's; setting and calling it is safe from any thread. It runs
// on the thread on which the exception was thrown.
#ifndef TRICYCLE_UNRAISABLE_H_
#define TRICYCLE_UNRAISABLE_H_

#include <exception>
#include <string_view>

namespace tricycle {
inline namespace v1 {

/// An exception that left a function which the library had called because an object died.
struct unraisable {
  enum class source {
    weak_callback,  ///< the callback of a weak_ref
    finalize,       ///< a class's own `finalize`
    finalizer,      ///< the function of a `finalizer`
  };
  source from;
  std::string_view type;  ///< of the object that died, as the compiler writes it
  std::exception_ptr exception;
};

/// Called for each of them; death goes on when it returns. What it throws itself is dropped.
using unraisable_hook = void (*)(const unraisable&);

/// Puts a hook in the place of the one there was, which it returns. Null: the default one, which
/// writes a line with the type and `what()` to the standard error. O(1).
unraisable_hook set_unraisable_hook(unraisable_hook hook) noexcept;

namespace gc {
/// Inside a handler: hands the current exception to the hook.
void report_unraisable(unraisable::source from, std::string_view type) noexcept;
}  // namespace gc

}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_UNRAISABLE_H_
