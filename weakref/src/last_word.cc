#include "tricycle/detail/last_word.h"

#include "tricycle/detail/object_type.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

void last_word::say(unraisable::source as) noexcept {
  try {
    act(*this, action::call);
  } catch (...) {
    const object_type* type = record->type;
    report_unraisable(as, type != nullptr ? type->name : "object under construction");
  }
}

}  // namespace gc
}  // namespace v1
}  // namespace tricycle
