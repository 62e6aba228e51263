// The function that a weak_ref has called when its object dies.
//
// Thread safety: confined to the thread of the object's heap.
//
// Invariants
// I1. Exactly one weak_ref owns it, until that is gone; it is on the target's side record while it
//     waits.
// I2. The function is called at most once, and destroyed directly after the call: what it has
//     captured lives no longer. Its weak_ref may go while it runs.
#ifndef TRICYCLE_DETAIL_WEAK_CALLBACK_H_
#define TRICYCLE_DETAIL_WEAK_CALLBACK_H_

#include <memory>
#include <utility>

#include "tricycle/detail/attachment.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

struct weak_callback : attachment {
  enum class state : unsigned char { waiting, running, done };
  enum class action : unsigned char { call, forget, free };

  explicit weak_callback(void (*does)(weak_callback&, action)) noexcept;

  void (*act)(weak_callback& self, action what);
  state is = state::waiting;
  bool ownerless = false;
};

template <class F>
struct weak_callback_of : weak_callback {
  explicit weak_callback_of(F&& from) : weak_callback(&does), function(std::move(from)) {}
  ~weak_callback_of() {}  // NOLINT(modernize-use-equals-default): of a union with a function

  static void does(weak_callback& self, action what) {
    auto& me = static_cast<weak_callback_of&>(self);
    switch (what) {
      case action::call:
        static_cast<void>(me.function());
        break;
      case action::forget:
        std::destroy_at(&me.function);
        break;
      case action::free:
        delete &me;
        break;
    }
  }

  union {
    F function;
  };
};

/// Attaches it to a record whose target lives, and returns it. Throws std::bad_alloc.
template <class F>
[[nodiscard]] weak_callback* add_callback(side_record* record, F&& function) {
  std::unique_ptr<weak_callback, void (*)(weak_callback*)> made(
      new weak_callback_of<F>(std::move(function)), [](weak_callback* c) {
        c->act(*c, weak_callback::action::forget);
        c->act(*c, weak_callback::action::free);
      });
  attach(record, *made);
  return made.release();
}
/// Its weak_ref is gone. May destroy the function, and with it what that captured.
void drop_callback(weak_callback& callback) noexcept;

}  // namespace gc
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_DETAIL_WEAK_CALLBACK_H_
