// What the collector's phases ask of a shared object (gc/src/counting.h).
//
// Thread safety: `enter`, `leave`, `kill` and `clear` write plainly. They are called while every
// other thread that uses tracked objects is stopped, or where there is none; words and counts of
// leaves, which threads that are not attached may use meanwhile, are only read, atomically.
//
// Invariants
// I1. An object's place is not `none` only while it has a weak reference more: the *share* of the
//     list that it is on. So no list dangles, and a lock() that comes too late finds a count of 0.
// I2. A share sets `watched`. With the last share goes the flag, if nobody watches the object
//     beside: this, with all threads stopped, is the only place where it is cleared.
#ifndef TRICYCLE_DROPIN_SHARED_COUNTING_H_
#define TRICYCLE_DROPIN_SHARED_COUNTING_H_

#include "counting.h"
#include "tricycle/detail/shared_type.h"

namespace tricycle {
inline namespace v1 {

namespace shared {
class core;
/// Runs a dead object's destructor, and those of what hangs off it.
void destroy_object(header* h) noexcept;
/// The finalizer of an object that is held runs, and never again.
void run_finalizer(header* h) noexcept;
/// It is held no more. Dies now, if it has no owners.
void let_go(header* h) noexcept;
}  // namespace shared

namespace gc {

template <>
struct counted<counting::atomic> {
  using heap = shared::core;
  static constexpr bool stops_others = true;
  static constexpr std::uint64_t mine_mask = shared::shared_bit | place_mask;

  [[nodiscard]] static std::uint64_t key(unsigned /*number*/, place of) noexcept {
    return shared::shared_bit | static_cast<std::uint64_t>(of);
  }
  [[nodiscard]] static std::uint64_t scope(unsigned /*number*/) noexcept { return 0; }
  [[nodiscard]] static std::uint64_t word_of(const header* h) noexcept {
    return shared::atomics::load<shared::relaxed>(h->word);
  }
  [[nodiscard]] static std::uint32_t count_of(const header* h) noexcept {
    return shared::atomics::load<shared::relaxed>(h->count) & shared::count_mask;
  }
  [[nodiscard]] static bool is_dead(const header* h) noexcept { return count_of(h) == 0; }
  [[nodiscard]] static bool in_scope(const header* h, std::uint64_t /*scope*/,
                                     unsigned oldest) noexcept {
    const std::uint64_t word = word_of(h);
    return ((word & generation_mask) >> generation_shift) <= oldest && (word & 2) == 0 &&
           !is_dead(h);
  }

  [[nodiscard]] static std::uint64_t weak_field(std::uint64_t word) noexcept {
    return (word >> shared::weak_shift) & shared::most_weak;
  }
  static void enter(header* h, place in) noexcept {
    if (weak_field(h->word) == shared::most_weak) [[unlikely]] {
      shared::retain_weak_slow(h);
      set_place(h, in);
    } else {
      h->word = ((h->word & ~place_mask) | static_cast<std::uint64_t>(in)) + shared::one_weak;
    }
    h->count |= shared::watched;
  }
  /// The entry's share becomes the list's.
  static void enter_from(header* h, std::uint64_t word, place in) noexcept {
    if ((word & place_mask) != 0)
      h->word = (word & ~place_mask) | static_cast<std::uint64_t>(in);
    else
      enter(h, in);
  }
  static void leave(header* h) noexcept {
    const std::uint64_t word = h->word & ~place_mask;
    h->word = word;
    drop_share(h);
  }
  /// The share goes, and with it the block if it was the last reference of any kind.
  static void drop_share(header* h) noexcept {
    const std::uint64_t field = weak_field(h->word);
    if (field == 1) return shared::drop_weak(h);
    h->word -= shared::one_weak;
    if (field == 2 && (h->word & (shared::spilled_bit | finalizable_bit)) == 0 && !is_dead(h))
      h->count &= ~shared::watched;
  }

  /// Edges of shared pointers bear a tag (trace.h); others lead into confined heaps.
  [[nodiscard]] static header* target_of(void** slot) noexcept {
    if (!edge_visitor::is_shared(slot)) return nullptr;
    void* block = *edge_visitor::place_of(slot);
    return block == nullptr ? nullptr : header_of(block);
  }
  /// Of a pointer that is two words wide, the first one, too: get() is null then.
  static void clear(void** slot) noexcept {
    void** at = edge_visitor::place_of(slot);
    *at = nullptr;
    if (edge_visitor::is_wide(slot)) at[-1] = nullptr;
  }
  static void trace_edges(header* h, edge_visitor& visit) {
    shared::type_of_block(h).trace(object_of(h), visit);
  }
  /// What weak maps hold is confined.
  static bool refuse(void* /*self*/, ephemeron& /*entry*/, bool /*by_key*/) { return false; }
  static void set_rule(edge_visitor& visit, edge_visitor::ephemeron_rule /*rule*/) noexcept {
    visit.follow_shared();
    visit.set_rule(&refuse);
  }

  [[nodiscard]] static std::uint64_t last_words_of(const header* h) noexcept {
    const std::uint64_t word = word_of(h);
    const bool watched_by_others = weak_field(word) > 2 || (word & shared::spilled_bit) != 0;
    return (word & finalizable_bit) | (watched_by_others ? weak_bit : 0);
  }
  /// That somebody watches does not matter where nobody gets a chance to look.
  [[nodiscard]] static std::uint64_t last_words_of_all(std::uint64_t words) noexcept {
    return words & finalizable_bit;
  }
  static constexpr std::uint32_t hold_weight = shared::held_bit;
  static void hold(header* h) noexcept { h->count += hold_weight; }
  static void let_go(header* h) noexcept { shared::let_go(h); }
  static void run_finalizer(header* h) noexcept { shared::run_finalizer(h); }
  static void kill(header* h) noexcept { h->count &= shared::watched; }
  static void kill_member(header* h) noexcept { kill(h); }
  static void destroy(header* h) noexcept { shared::destroy_object(h); }
  static void destroy_plain(header* h) noexcept { destroy(h); }
};

}  // namespace gc
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_DROPIN_SHARED_COUNTING_H_
