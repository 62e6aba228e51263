// The header of an object of the shared heap: the same 16 bytes as gc::header, counted by several
// threads.
//
// Thread safety: everything here may be called from any thread that holds a reference of the kind
// that the function asks for.
// User code: drop() may run destructors and deleters.
//
// clang-format off
//   count  0-28   owning references (shared_ptr, shared_ref)
//          29     held: its finalizer runs, or that of another of its dead cycle. To weak
//                 references it is dead, and no drop is the last
//          30     watched: there is, or was, a weak reference. Set before the first one exists,
//                 never cleared.
//          31     unwanted (detail/header.h): the object is tracked, and no candidate. 0 for leaves
//   trial         the collector's: written only while all threads that use tracked objects stand
//                 still
//   word   0-48, 50-51   as in detail/header.h; a class with a finalizer is watched from the
//                 beginning, so that its last drop is not the common one
//          49     shared: 1, the object is of the shared heap
//          52-62  weak references, and one for all owning references together
//          63     spilled: more weak references than the field holds are noted elsewhere (weak.cc)
// clang-format on
//
// Invariants
// I1. Who holds an owning reference sees count >= 1; the object dies when the last one goes, by
//     whoever took the count from 1 to 0. It never leaves 0 again, but by that one, once, to be
//     held for its finalizer: lock() adds to what is neither 0 nor held.
// I2. The block goes back when the weak field would reach 0. While an object lives its field is
//     >= 1. The lists of the collector have weak references, too.
// I3. Who reads `count` as 1, not watched, is the only one who knows of the object: an owning
//     reference is needed to make another one or the first weak one, and it is the reader's own.
// I4. A decision is taken from the value that the atomic operation returned, never from a second
//     look.
// I5. In a process with one thread the same steps are plain loads and stores; `alone` is asked
//     once in each operation. A process becomes multi-threaded in pthread_create, which orders all
//     that was done before.
#ifndef TRICYCLE_DETAIL_SHARED_HEADER_H_
#define TRICYCLE_DETAIL_SHARED_HEADER_H_

#include <cstdint>

#include "tricycle/detail/header.h"
#include "tricycle/detail/shared_atomics.h"

namespace tricycle {
inline namespace v1 {
namespace shared {

using gc::header;
using gc::header_of;
using gc::object_of;

inline constexpr std::uint32_t watched = 0x4000'0000U;
inline constexpr std::uint32_t count_mask = watched - 1;
inline constexpr std::uint32_t held_bit = 0x2000'0000U;
inline constexpr std::uint32_t owners_mask = held_bit - 1;
inline constexpr std::uint64_t shared_bit = std::uint64_t{1} << 49;
inline constexpr unsigned weak_shift = 52;
inline constexpr std::uint64_t one_weak = std::uint64_t{1} << weak_shift;
inline constexpr std::uint64_t most_weak = (std::uint64_t{1} << 11) - 1;
inline constexpr std::uint64_t spilled_bit = std::uint64_t{1} << 63;

/// The caller drops a reference, which it still has, and the object is tracked and no candidate, or
/// has no other owner; `seen` is its count. Runs destructors and deleters.
void drop_rare(header* h, std::uint32_t seen) noexcept;
/// The last owning reference went (I1). Runs destructors and deleters.
void drop_last(header* h) noexcept;
/// The weak field is full; or it is spilled and would become 0.
void retain_weak_slow(header* h) noexcept;
void drop_weak_slow(header* h) noexcept;
/// The last reference of any kind went: the block goes back.
void release_block(header* h) noexcept;
/// Checked builds: aborts, with a sentence, if the object is tracked and the collector counts on
/// the calling thread's not touching it.
void check_attached(const header* h) noexcept;
/// 2^29 references to one object: aborts with a sentence.
[[noreturn]] void too_many_owners(header* h) noexcept;

/// One more owning reference, by the holder of one. O(1).
inline void retain(header* h) noexcept {
  if constexpr (gc::checked) check_attached(h);
  // Relaxed: the caller's own reference keeps the object; nothing is published by the increment.
  const std::uint32_t now = alone() ? ++h->count : atomics::add<relaxed>(h->count, 1);
  if ((now & owners_mask) == 0) [[unlikely]]
    too_many_owners(h);
}

/// One owning reference less. O(1) beside what it destroys.
inline void drop(header* h) noexcept {
  if constexpr (gc::checked) check_attached(h);
  // Acquire, here and below: what other threads did with the object before they dropped it has
  // happened before its destructor. Release: what this thread did, too.
  const std::uint32_t seen = atomics::load<acquire>(h->count);
  if (static_cast<std::int32_t>(seen & ~watched) <= 1) return drop_rare(h, seen);
  if (alone()) {
    h->count = seen - 1;
  } else if ((atomics::subtract<acq_rel>(h->count, 1) & count_mask) == 0) [[unlikely]] {
    drop_last(h);
  }
}

/// Whether that count is one from 1 to `most`. One comparison: 0 is the greatest, less one.
[[nodiscard]] constexpr bool is_alive(std::uint32_t count, std::uint32_t most) noexcept {
  return (count & count_mask) - 1 < most;
}

/// An owning reference for the holder of a weak one; false if the object is dead or dying. O(1)
/// without contention; lock-free.
template <std::uint32_t most = owners_mask>
[[nodiscard]] inline bool lock(header* h) noexcept {
  if constexpr (gc::checked) check_attached(h);
  if (alone()) {
    if (!is_alive(h->count, most)) return false;
    if ((++h->count & owners_mask) == 0) [[unlikely]]
      too_many_owners(h);
    return true;
  }
  // Relaxed: a first guess, which the exchange checks.
  std::uint32_t seen = atomics::load<relaxed>(h->count);
  do {
    if (!is_alive(seen, most)) return false;
    if (((seen + 1) & owners_mask) == 0) [[unlikely]]
      too_many_owners(h);
    // Acquire: pairs with the release of a drop, for users who hand data over by a count. Relaxed
    // when it fails: one more guess.
  } while (!atomics::replace<acquire, relaxed>(h->count, seen, seen + 1));
  return true;
}

/// The same for the object itself, which may ask in its finalizer, too.
[[nodiscard]] inline bool lock_itself(header* h) noexcept { return lock<count_mask>(h); }

/// Owning references, at some moment during the call. O(1).
[[nodiscard]] inline long use_count(const header* h) noexcept {
  // Relaxed: the standard promises no order to who asks.
  return static_cast<long>(atomics::load<relaxed>(h->count) & owners_mask);
}
/// As the holder of a weak reference sees it.
[[nodiscard]] inline long watched_count(const header* h) noexcept {
  // Relaxed: as above.
  const std::uint32_t count = atomics::load<relaxed>(h->count);
  return (count & held_bit) != 0 ? 0 : static_cast<long>(count & owners_mask);
}

/// One more weak reference, by the holder of a weak one. O(1).
inline void retain_weak(header* h) noexcept {
  // Relaxed, all of it: as in retain().
  std::uint64_t seen = atomics::load<relaxed>(h->word);
  do {
    if (((seen >> weak_shift) & most_weak) == most_weak) [[unlikely]]
      return retain_weak_slow(h);
    if (alone()) {
      h->word = seen + one_weak;
      return;
    }
  } while (!atomics::replace<relaxed, relaxed>(h->word, seen, seen + one_weak));
}

/// One more weak reference, by the holder of an owning one. O(1).
inline void watch(header* h) noexcept {
  if constexpr (gc::checked) check_attached(h);
  // Relaxed: the flag has to be seen by who takes the count to 0, which is later in the order of
  // the count's own changes than the drop of the reference that the caller holds.
  if ((atomics::load<relaxed>(h->count) & watched) == 0) {
    if (alone())
      h->count |= watched;
    else
      atomics::set<relaxed>(h->count, watched);
  }
  retain_weak(h);
}

/// One weak reference less. O(1); may give the block back, never runs a destructor of the object.
inline void drop_weak(header* h) noexcept {
  // Acquire: all that the others did with the block comes before its end. Release: ours, too.
  std::uint64_t seen = atomics::load<acquire>(h->word);
  do {
    if (((seen >> weak_shift) & most_weak) == 1) {
      // The only reference of any kind: nobody else can change the field now (I2).
      return (seen & spilled_bit) != 0 ? drop_weak_slow(h) : release_block(h);
    }
    if (alone()) {
      h->word = seen - one_weak;
      return;
    }
  } while (!atomics::replace<acq_rel, acquire>(h->word, seen, seen - one_weak));
}

}  // namespace shared
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_DETAIL_SHARED_HEADER_H_
