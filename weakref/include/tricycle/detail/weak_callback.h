// The function that a weak_ref has called when its object dies.
//
// Thread safety: confined to the thread of the object's heap.
//
// Invariant: exactly one weak_ref owns it, until that is gone; it may go while the function runs.
#ifndef TRICYCLE_DETAIL_WEAK_CALLBACK_H_
#define TRICYCLE_DETAIL_WEAK_CALLBACK_H_

#include <utility>

#include "tricycle/detail/last_word.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

struct weak_callback : last_word {
  explicit weak_callback(function_type does) noexcept;

  bool ownerless = false;
};

/// Attaches it to a record whose target lives, and returns it. Throws std::bad_alloc, and what
/// moving the function throws.
template <class F>
[[nodiscard]] weak_callback* add_callback(side_record* record, F&& function) {
  auto* made = new last_word_of<weak_callback, F>(std::move(function));
  attach(record, *made);
  return made;
}
/// Its weak_ref is gone. May destroy the function, and with it what that captured.
void drop_callback(weak_callback& callback) noexcept;

}  // namespace gc
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_DETAIL_WEAK_CALLBACK_H_
