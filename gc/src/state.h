// Reading and writing the fields of a header's word (drawn in header.h).
#ifndef TRICYCLE_GC_STATE_H_
#define TRICYCLE_GC_STATE_H_

#include <cstdint>

#include "tricycle/detail/header.h"
#include "tricycle/detail/object_type.h"
#include "tricycle/detail/side_record.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

/// The bits that are 0 while nobody but its count knows of an object.
inline constexpr std::uint64_t known_mask = place_mask | weak_bit | dead_bit | gone_bit;

/// Who has the object on a list: nobody, the candidate buffer, one or the other collector.
enum class place : std::uint64_t { none = 0, buffered = 1, one = 2, two = 3 };

/// What a collection thinks of a member of its working set.
enum class mark : std::uint64_t {
  met = 0,        // its trial count is being taken
  live = 1,       // held from outside
  suspect = 2,    // not (yet) found live; in reclaim: member of the component at hand
  condensed = 3,  // in a component that is complete
};

[[nodiscard]] inline place place_of(const header* h) noexcept {
  return static_cast<place>(h->word & place_mask);
}
inline void set_place(header* h, place p) noexcept {
  h->word = (h->word & ~place_mask) | static_cast<std::uint64_t>(p);
}
[[nodiscard]] inline mark mark_of(const header* h) noexcept {
  return static_cast<mark>((h->word & mark_mask) >> mark_shift);
}
inline void set_mark(header* h, mark m) noexcept {
  h->word = (h->word & ~mark_mask) | (static_cast<std::uint64_t>(m) << mark_shift);
}
[[nodiscard]] inline unsigned generation_of(const header* h) noexcept {
  return static_cast<unsigned>((h->word & generation_mask) >> generation_shift);
}
inline void set_generation(header* h, unsigned g) noexcept {
  h->word = (h->word & ~generation_mask) | (std::uint64_t{g} << generation_shift);
}
[[nodiscard]] inline bool is_dead(const header* h) noexcept { return (h->word & dead_bit) != 0; }
[[nodiscard]] inline bool is_gone(const header* h) noexcept { return (h->word & gone_bit) != 0; }
[[nodiscard]] inline bool is_weak(const header* h) noexcept { return (h->word & weak_bit) != 0; }
[[nodiscard]] inline unsigned heap_number(const header* h) noexcept {
  return static_cast<unsigned>(h->word >> heap_shift);
}

[[nodiscard]] inline std::uint32_t count_of(const header* h) noexcept {
  return h->count & ~unwanted;
}
[[nodiscard]] inline bool is_wanted(const header* h) noexcept { return (h->count & unwanted) == 0; }

/// Null while the object is under construction.
[[nodiscard]] inline const object_type* type_of_object(const header* h) noexcept {
  if (is_weak(h)) return side_record_of(h)->type;
  return reinterpret_cast<const object_type*>(h->word & pointer_mask);
}

/// The weak references to `h`, which has some, expire: it begins to die (side_record.cc).
void expire(header* h) noexcept;

}  // namespace gc
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_GC_STATE_H_
