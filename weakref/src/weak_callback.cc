#include "tricycle/detail/weak_callback.h"

namespace tricycle {
inline namespace v1 {
namespace gc {
namespace {

void free_callback(weak_callback& c) noexcept {
  drop_weak(c.record);
  c.act(c, weak_callback::action::free);
}

void tell(attachment& self) noexcept {
  auto& c = static_cast<weak_callback&>(self);
  c.is = weak_callback::state::running;
  c.say(unraisable::source::weak_callback);
  c.act(c, weak_callback::action::forget);
  c.is = weak_callback::state::done;
  if (c.ownerless) free_callback(c);
}

constexpr attachment_kind callback_kind{.tell = &tell};

}  // namespace

weak_callback::weak_callback(function_type does) noexcept : last_word(callback_kind, does) {}

void drop_callback(weak_callback& callback) noexcept {
  switch (callback.is) {
    case weak_callback::state::running:
      callback.ownerless = true;
      return;
    case weak_callback::state::waiting:
      detach(callback);
      callback.act(callback, weak_callback::action::forget);
      break;
    case weak_callback::state::done:
      break;
  }
  free_callback(callback);
}

}  // namespace gc
}  // namespace v1
}  // namespace tricycle
