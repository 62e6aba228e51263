// A function that is called when an object dies: what weak_callback and finalizer_node have in
// common.
//
// Thread safety: confined to the thread of the object's heap.
//
// Invariants
// I1. It is on the target's side record while it waits, and only then.
// I2. The function is called at most once, and destroyed directly after the call, or when it is
//     known that there won't be one: what it has captured lives no longer.
#ifndef TRICYCLE_DETAIL_LAST_WORD_H_
#define TRICYCLE_DETAIL_LAST_WORD_H_

#include <memory>
#include <utility>

#include "tricycle/detail/attachment.h"
#include "tricycle/unraisable.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

struct last_word : attachment {
  enum class state : unsigned char { waiting, running, done };
  enum class action : unsigned char { call, forget, free };
  using function_type = void (*)(last_word& self, action what);

  last_word(const attachment_kind& kind_of, function_type does) noexcept
      : attachment(kind_of), act(does) {}

  /// Calls the function; what it throws goes to the hook.
  void say(unraisable::source as) noexcept;

  function_type act;
  state is = state::waiting;
};

/// `Kind`: weak_callback or finalizer_node.
template <class Kind, class F>
struct last_word_of final : Kind {
  explicit last_word_of(F&& from) : Kind(&does), function(std::move(from)) {}
  ~last_word_of() {}  // NOLINT(modernize-use-equals-default): of a union with a function

  static void does(last_word& self, last_word::action what) {
    auto& me = static_cast<last_word_of&>(self);
    switch (what) {
      case last_word::action::call:
        static_cast<void>(me.function());
        break;
      case last_word::action::forget:
        std::destroy_at(&me.function);
        break;
      case last_word::action::free:
        delete &me;
        break;
    }
  }

  union {
    F function;
  };
};

}  // namespace gc
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_DETAIL_LAST_WORD_H_
