// Ephemerons (Hayes 1997): who hands over the edges of a weak_key_map's value.
//
// A value is held by one reference, that of its entry, and the entry is there as long as its key
// and its map are both. So the reference is a *conjunction*: it is dead as soon as one of the two
// is. The usual way is to iterate over all ephemerons until nothing changes. Here each phase
// decides by what it knows of the two:
//
//   subtract, examine   whoever of them is met first hands the edges over, once: the reference is
//                       explained if one of them is in the working set
//   restore             a live key hands them over if its map is not suspected, a live map if the
//                       key is not: the later of the two that is found live does it
//   condense            both: each is upstream of the value
//   prove, null         the key; the map where the key is no member of the component
//
// Why the proof is right: let S be the component. If every reference to its members comes from S,
// where an entry counts as S's if its key or its map is in S, then nobody outside can get at them:
// an entry is found by someone who has both the map and the key (or who walks the map, and is shown
// only keys that are alive), and one of them can't be had.
//
// Why nothing is missed: of dead ones, one is in the working set, so the reference is explained;
// the other may live, and does not restore the value. No iteration, since "the later of the two"
// visits each entry at most twice.
#ifndef TRICYCLE_GC_EPHEMERONS_H_
#define TRICYCLE_GC_EPHEMERONS_H_

#include "collector.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

/// Whether it is this one of the two that hands it over to this search. The answer stays the same
/// when it is asked again.
template <class Counting>
bool collector<Counting>::hands_over(ephemeron& entry, bool by_key) const noexcept {
  auto& seen = entry.seen[mine_ == place::two ? 1 : 0];
  if (seen.search != search_) {
    seen.search = search_;
    seen.by_key = by_key;
  }
  return seen.by_key == by_key;
}

template <class Counting>
bool collector<Counting>::is_suspect(const header* h) const noexcept {
  return h != nullptr && is_mine(h) && mark_of(h) == mark::suspect;
}

template <class Counting>
bool collector<Counting>::rule_of_subtract(void* self, ephemeron& entry, bool by_key) {
  return static_cast<collector<Counting>*>(self)->hands_over(entry, by_key);
}

/// A copy of the edges can't tell conjunctions: it becomes a working set.
template <class Counting>
bool collector<Counting>::rule_of_examine(void* self, ephemeron& entry, bool by_key) {
  auto& c = *static_cast<collector<Counting>*>(self);
  if (!c.spilled_) c.spill();
  return c.hands_over(entry, by_key);
}

template <class Counting>
bool collector<Counting>::rule_of_restore(void* self, ephemeron& entry, bool by_key) {
  const auto& c = *static_cast<const collector<Counting>*>(self);
  return !c.is_suspect(by_key ? entry.map : entry.record->target);
}

template <class Counting>
bool collector<Counting>::rule_of_condense(void* /*self*/, ephemeron& /*entry*/, bool /*by_key*/) {
  return true;
}

template <class Counting>
bool collector<Counting>::rule_of_prove(void* self, ephemeron& entry, bool by_key) {
  return by_key || !static_cast<const collector<Counting>*>(self)->is_suspect(entry.record->target);
}

}  // namespace gc
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_GC_EPHEMERONS_H_
