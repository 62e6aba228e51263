// What the collector's phases ask of an object, for each way of counting (ref.h: counting). The
// phases are written once, over these.
//
// A `counted<Counting>` has
//   heap            what a collector belongs to: candidates, chunks, blocks, books
//   stops_others    other threads use the objects: what traces needs them stopped, and what runs
//                   user code needs them going (collector.h, I5)
//   key, mine_mask  how a header tells that it is in a working set
//   enter, leave    an object's memory outlives its death while a list holds it
//   target_of, clear   an edge, from the place that a trace function named
//   last_words_of   what stands between a verdict and the first destructor
//   hold, hold_weight, let_go   no drop is the last while last words are spoken
//   kill            weak references expire, locks fail
//   kill_member     the same, and perhaps `leave`: heap::bury_members does what is left
//
// Thread safety: the confined one, confined to the heap's thread.
#ifndef TRICYCLE_GC_COUNTING_H_
#define TRICYCLE_GC_COUNTING_H_

#include <cstdint>

#include "state.h"
#include "tricycle/ref.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

class heap_core;

template <class Counting>
struct counted;

template <>
struct counted<counting::confined> {
  using heap = heap_core;
  static constexpr bool stops_others = false;
  static constexpr std::uint64_t mine_mask = (~std::uint64_t{0} << heap_shift) | place_mask;

  [[nodiscard]] static std::uint64_t key(unsigned number, place of) noexcept {
    return (std::uint64_t{number} << heap_shift) | static_cast<std::uint64_t>(of);
  }
  /// Heap number and generation 0, as they lie in a header.
  [[nodiscard]] static std::uint64_t scope(unsigned number) noexcept {
    return std::uint64_t{number} << (heap_shift - generation_shift);
  }
  [[nodiscard]] static std::uint64_t word_of(const header* h) noexcept { return h->word; }
  [[nodiscard]] static std::uint32_t count_of(const header* h) noexcept { return gc::count_of(h); }
  [[nodiscard]] static bool is_dead(const header* h) noexcept { return gc::is_dead(h); }
  /// Of this heap, not too old, not dead, and not in the other collection's working set.
  [[nodiscard]] static bool in_scope(const header* h, std::uint64_t scope,
                                     unsigned oldest) noexcept {
    // The heap's number lies above the generation: one comparison looks at both.
    return (h->word >> generation_shift) - scope <= oldest && (h->word & (dead_bit | 2)) == 0;
  }

  /// The same of one that may be a candidate, whose entry is gone; `word` is its word.
  static void enter_from(header* h, std::uint64_t word, place in) noexcept {
    h->word = (word & ~place_mask) | static_cast<std::uint64_t>(in);
  }
  static void enter(header* h, place in) noexcept { set_place(h, in); }
  static void leave(header* h) noexcept { set_place(h, place::none); }

  /// Null: the edge leads nowhere.
  [[nodiscard]] static header* target_of(void** slot) noexcept {
    return *slot == nullptr ? nullptr : header_of(*slot);
  }
  static void clear(void** slot) noexcept { *slot = nullptr; }
  static void trace_edges(header* h, edge_visitor& visit) { gc::trace_edges(h, visit); }
  static void set_rule(edge_visitor& visit, edge_visitor::ephemeron_rule rule) noexcept {
    visit.set_rule(rule);
  }

  /// Bits that are not 0 if there are any.
  [[nodiscard]] static std::uint64_t last_words_of(const header* h) noexcept {
    return h->word & (weak_bit | finalizable_bit);
  }
  /// The same of many, where all that is dead dies in one step; `words` are theirs, or-ed.
  [[nodiscard]] static std::uint64_t last_words_of_all(std::uint64_t words) noexcept {
    return words & (weak_bit | finalizable_bit);
  }
  static constexpr std::uint32_t hold_weight = 1;
  static void hold(header* h) noexcept { h->count += hold_weight; }
  static void let_go(header* h) noexcept { drop(h); }
  static void run_finalizer(header* h) noexcept { gc::run_finalizer(h); }
  static void kill(header* h) noexcept {
    h->word |= dead_bit;
    h->count = 0;
  }
  /// The same of a member of a small dead cycle: it leaves the working set, too.
  static void kill_member(header* h) noexcept {
    h->word = (h->word & ~place_mask) | dead_bit;
    h->count = 0;
  }
  static void destroy(header* h) noexcept { type_of_object(h)->destroy(object_of(h)); }
  /// The same of one without last words.
  static void destroy_plain(header* h) noexcept {
    reinterpret_cast<const object_type*>(h->word & pointer_mask)->destroy(object_of(h));
  }
};

}  // namespace gc
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_GC_COUNTING_H_
