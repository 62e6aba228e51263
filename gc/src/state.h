// Reading and writing the fields of a header's word (drawn in header.h).
#ifndef TRICYCLE_GC_STATE_H_
#define TRICYCLE_GC_STATE_H_

#include <cstdint>

#include "tricycle/detail/attachment.h"
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

/// When it dies, something is to be run before it is dead: callbacks, a finalizer; or weak
/// references are to expire.
[[nodiscard]] inline bool has_last_words(const header* h) noexcept {
  return (h->word & (weak_bit | finalizable_bit)) != 0;
}
[[nodiscard]] inline bool is_tracked(const header* h) noexcept {
  return (h->word & generation_mask) != untracked;
}
/// From now on the collector looks at it, and drops make it a candidate. Nothing, if it did before.
inline void track(header* h) noexcept {
  if (is_tracked(h)) return;
  set_generation(h, 0);
  h->count |= unwanted;
}

// Side records and what hangs on them (side_record.cc, attachment.cc)

/// The weak references to `h`, which has some, expire: it begins to die. O(1 + places in maps).
/// What hangs on the record is to be told, with tell_next; where there is nothing, the record is
/// left.
void expire(header* h) noexcept;
/// The header gets its type back; the record loses the object's share.
void leave_record(header* h, side_record* record) noexcept;
/// Whether it has expired, and there may be something to be told of it.
[[nodiscard]] inline bool is_expired(const header* h) noexcept {
  return is_weak(h) && side_record_of(h)->target == nullptr;
}
/// For an expired one: tells the first that hangs on the record. Entries go to the limbo. When
/// there are none left, the record is left. Returns whether user code ran.
bool tell_next(header* h, link& limbo) noexcept;
/// Whether it is the key of something.
[[nodiscard]] bool has_ephemerons(const header* h) noexcept;
/// Frees the entries of a limbo, or the first of them. Runs user code.
void destroy_entries(link& limbo) noexcept;
void destroy_entry(link& limbo) noexcept;
/// Its finalizer runs, and never again.
void run_finalizer(header* h) noexcept;
/// After its finalizer, and for good: what has become weak again expires, and is told.
void give_up(header* h) noexcept;
/// Tells the searches of a thread's collectors apart; never 0.
[[nodiscard]] std::uint64_t next_search() noexcept;
/// All edges of an object: its own, and those of the values that it is a key of.
void trace_watched(header* h, edge_visitor& visit);
inline void trace_edges(header* h, edge_visitor& visit) {
  if (is_weak(h)) [[unlikely]]
    return trace_watched(h, visit);
  // A leaf has been a key once, if it is here.
  if (auto* trace = type_of_object(h)->trace) trace(object_of(h), visit);
}
/// The edges of the ephemerons on a list.
void trace_entries(const link& entries, edge_visitor& visit);

}  // namespace gc
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_GC_STATE_H_
