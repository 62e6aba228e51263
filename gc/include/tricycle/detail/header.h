// The 16 bytes in front of every object: its count, the collector's trial count, type and state.
//
// Thread safety: confined to the thread of the object's heap.
//
// Invariants
// I1. An object's header stands directly in front of it: header_of(object) + 1 == object.
// I2. mi_free overwrites the first 8 bytes of a block: `count` and `trial`. The word with the type
//     stays readable after a free, for debugging.
// I3. The sign bit of `count` is set while the object may become a candidate but does not want
//     examination. So one subtraction and one compare with 0 tell the two rare outcomes of a drop
//     (it died; it became a candidate) from the common one. Objects that can never be in a cycle,
//     dead objects and those under construction keep the bit clear: a drop of theirs is rare only
//     when they die.
//
// clang-format off
// `word`, from the lowest bit:
//
//   bits   name        between collections              during one          writer
//   0-1    place       none, buffered                   one, two, too       candidates, search
//   2      weak        has a side record                the same            side_record
//   3      dead        its destruction has begun        the same            release, reclaim
//   4      gone        if dead: its destructor has      the same            release, reclaim
//                      returned
//          finalizable if not dead: its class has a     the same            make, finalize
//                      finalizer, which has not run
//   5-46   type        its object_type; if `weak`, its side record, which holds the type; 0 while it
//                      is under construction                                make, side_record
//   47-48  mark        0                                what the phase      examine, search,
//                                                       thinks of it        condense, reclaim
//   49     shared      0: of a confined heap            0                   nobody
//   50-51  generation  young, middle, old, untracked    the same            make, collector (ageing)
//   52-63  heap        number of its heap               the same            make
//
// The block of a `gone` object goes back as soon as no list of the collector and no reference that
// outlived the object holds it.
// clang-format on
//
// The lowest five bits are 0 for an object that nobody but the count knows of: its death is the
// short path in release.cc.
#ifndef TRICYCLE_DETAIL_HEADER_H_
#define TRICYCLE_DETAIL_HEADER_H_

#include <cstdint>

namespace tricycle {
inline namespace v1 {
namespace gc {

struct header {
  std::uint32_t count;
  /// Buffered: the index of its candidate entry. In a working set: its trial count, then its index.
  std::uint32_t trial;
  std::uint64_t word;
};
static_assert(sizeof(header) == 16 && alignof(header) == 8);

/// Set in `count` while the object is not a candidate (I3).
inline constexpr std::uint32_t unwanted = 0x8000'0000U;

// The fields of `word`.
inline constexpr std::uint64_t place_mask = 0x3;
inline constexpr std::uint64_t weak_bit = 0x4;
inline constexpr std::uint64_t dead_bit = 0x8;
inline constexpr std::uint64_t gone_bit = 0x10;
/// Shares its bit with `gone`: no object is one and could become the other. One bit is enough for
/// "its finalizer runs once", and keeps all that leads off the short path of a death in five bits.
inline constexpr std::uint64_t finalizable_bit = gone_bit;
inline constexpr std::uint64_t pointer_mask = ((std::uint64_t{1} << 47) - 1) & ~std::uint64_t{0x1f};
inline constexpr unsigned mark_shift = 47;
inline constexpr std::uint64_t mark_mask = std::uint64_t{3} << mark_shift;
inline constexpr unsigned generation_shift = 50;
inline constexpr std::uint64_t generation_mask = std::uint64_t{3} << generation_shift;
/// The generation of what the collector never looks at: leaves, objects under construction, frozen.
inline constexpr std::uint64_t untracked = generation_mask;
inline constexpr unsigned heap_shift = 52;
inline constexpr unsigned max_heaps = (1U << 12) - 1;

[[nodiscard]] inline header* header_of(const void* object) noexcept {
  return static_cast<header*>(const_cast<void*>(object)) - 1;
}
[[nodiscard]] inline void* object_of(header* h) noexcept { return h + 1; }

/// A count fell to 0, or its object became a candidate. May run destructors.
void drop_slow(header* h) noexcept;
/// 2^31 references to one object: aborts with a sentence.
[[noreturn]] void count_overflow(header* h) noexcept;
/// Checked builds: aborts unless the calling thread is the one of the object's heap.
void check_thread(const header* h) noexcept;

#ifdef TRICYCLE_CHECKED
inline constexpr bool checked = true;
#else
inline constexpr bool checked = false;
#endif

/// One more reference. Relaxed in every sense: plain loads and stores, no fence.
inline void retain(header* h) noexcept {
  if constexpr (checked) check_thread(h);
  const std::uint32_t now = h->count + 1;
  h->count = now;
  if ((now & ~unwanted) == 0) [[unlikely]]
    count_overflow(h);
}

/// One reference less. May run destructors, through drop_slow.
inline void drop(header* h) noexcept {
  if constexpr (checked) check_thread(h);
  const auto left = static_cast<std::int32_t>(--h->count);
  if (left <= 0) [[unlikely]]
    drop_slow(h);
}

}  // namespace gc
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_DETAIL_HEADER_H_
