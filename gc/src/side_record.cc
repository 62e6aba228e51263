// Making and freeing side records; see detail/side_record.h for what they are.
#include <new>

#include "state.h"
#include "tricycle/detail/small_memory.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

side_record* add_weak_slow(header* h) {
  static_assert(sizeof(side_record) == alignof(side_record));
  void* memory = take_small(sizeof(side_record));
  const bool dying = is_dead(h);  // a weak reference made by a destructor is born expired
  auto* record =
      ::new (memory) side_record{dying ? nullptr : h, type_of_object(h), dying ? 1U : 2U, nullptr};
  if (!dying)
    h->word = (h->word & ~pointer_mask) | weak_bit | reinterpret_cast<std::uint64_t>(record);
  return record;
}

void free_side_record(side_record* record) noexcept { give_small(record, sizeof(side_record)); }

void leave_record(header* h, side_record* record) noexcept {
  h->word = (h->word & ~(pointer_mask | weak_bit)) | reinterpret_cast<std::uint64_t>(record->type);
  drop_weak(record);
}

}  // namespace gc
}  // namespace v1
}  // namespace tricycle
