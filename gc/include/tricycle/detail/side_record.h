// The side record: what a few objects need beside their 16 bytes, so that the rest pay nothing.
// It is made by the first weak reference to an object, and outlives the object for them.
//
// Thread safety: confined to the thread of the object's heap.
//
// Invariants
// I1. While `target` is not null, the header of that object has `weak` set and holds the record's
//     address where its type's would be; `type` is that type.
// I2. `target` becomes null when the object begins to die: before callbacks, finalizers and
//     destructors. While something that hangs on it is still to be told, the header keeps the
//     record's address.
// I3. The record is freed when its last reference goes, but not before its target is null or has no
//     further use of it; the object's own share is the reference count's lowest one.
#ifndef TRICYCLE_DETAIL_SIDE_RECORD_H_
#define TRICYCLE_DETAIL_SIDE_RECORD_H_

#include <cstdint>

#include "tricycle/detail/header.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

struct object_type;
struct attachment;

struct alignas(32) side_record {
  header* target;            // null: the object is dying or dead
  const object_type* type;   // of the target
  std::uint32_t references;  // weak references, and one for the living target
  attachment* attached;      // callbacks, places in weak maps (attachment.h); mostly null
};
static_assert(sizeof(side_record) == 32);

/// The record of an object, made if it has none, with one more reference. Throws std::bad_alloc.
[[nodiscard]] side_record* add_weak_slow(header* h);
/// The last reference to a record went.
void free_side_record(side_record* record) noexcept;

[[nodiscard]] inline side_record* side_record_of(const header* h) noexcept {
  return reinterpret_cast<side_record*>(h->word & pointer_mask);
}

[[nodiscard]] inline side_record* add_weak(header* h) {
  if ((h->word & weak_bit) == 0) [[unlikely]]
    return add_weak_slow(h);
  side_record* record = side_record_of(h);
  ++record->references;
  return record;
}
inline void retain_weak(side_record* record) noexcept { ++record->references; }
inline void drop_weak(side_record* record) noexcept {
  if (--record->references == 0) [[unlikely]]
    free_side_record(record);
}

}  // namespace gc
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_DETAIL_SIDE_RECORD_H_
