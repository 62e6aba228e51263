// Making and freeing side records; see detail/side_record.h for what they are.
#include <new>

#include "block_store.h"
#include "state.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

side_record* add_weak_slow(header* h) {
  static_assert(sizeof(side_record) == alignof(side_record));
  if (alloc::fault_point()) throw std::bad_alloc();
#ifdef TRICYCLE_USE_MIMALLOC
  void* memory = mi_malloc_aligned(sizeof(side_record), alignof(side_record));
#else
  void* memory = std::aligned_alloc(alignof(side_record), sizeof(side_record));
#endif
  if (memory == nullptr) throw std::bad_alloc();
  const bool dying = is_dead(h);  // a weak reference made by a destructor is born expired
  auto* record =
      ::new (memory) side_record{dying ? nullptr : h, type_of_object(h), dying ? 1U : 2U, nullptr};
  if (!dying)
    h->word = (h->word & ~pointer_mask) | weak_bit | reinterpret_cast<std::uint64_t>(record);
  return record;
}

void free_side_record(side_record* record) noexcept { alloc::raw_free(record); }

/// The object begins to die: its weak references expire, and its header gets its type back.
void expire(header* h) noexcept {
  side_record* record = side_record_of(h);
  h->word = (h->word & ~(pointer_mask | weak_bit)) | reinterpret_cast<std::uint64_t>(record->type);
  record->target = nullptr;
  drop_weak(record);
}

}  // namespace gc
}  // namespace v1
}  // namespace tricycle
