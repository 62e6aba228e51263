// The objects by which the collector gets from a weak_key_map to its entries.
//
// A map of a million entries as one object would be traced in one step. So it is an object that
// owns *segments*, objects too, each of which leads to at most some hundred entries. A segment is
// alive if and only if its map is: nobody else has a reference to it.
//
// Thread safety: confined to one thread. User code: none.
//
// Invariants
// I1. An entry is on the list of the segment whose header its `map` is, or on none and `map` is
// null. I2. `all[s->index] == s`, and only the last segment may be empty.
#ifndef TRICYCLE_DETAIL_MAP_SEGMENT_H_
#define TRICYCLE_DETAIL_MAP_SEGMENT_H_

#include <cstddef>
#include <utility>
#include <vector>

#include "tricycle/detail/attachment.h"
#include "tricycle/make.h"
#include "tricycle/ref.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

struct map_segment {
#ifdef TRICYCLE_VERIFY
  static constexpr std::size_t capacity = 2;  // so that every test meets several
#else
  static constexpr std::size_t capacity = 256;
#endif

  map_segment() = default;
  map_segment(const map_segment&) = delete;
  map_segment& operator=(const map_segment&) = delete;
  ~map_segment() {
    while (!entries.alone()) leave(of(*entries.next));
  }

  void trace(edge_visitor& visit) {
    for (link* l = entries.next; l != &entries && !visit.is_cut(); l = l->next)
      if (ephemeron& e = of(*l); visit.wants(e, /*by_key=*/false)) e.kind->trace(e, visit);
  }

  void enter(ephemeron& e) noexcept {
    e.map = header_of(this);
    e.in_map.entry = &e;
    e.in_map.append_to(entries);
    ++used;
  }
  void leave(ephemeron& e) noexcept {
    e.map = nullptr;
    e.in_map.unlink();
    --used;
  }

  [[nodiscard]] static ephemeron& of(link& in_map) noexcept {
    return *static_cast<ephemeron::place&>(in_map).entry;
  }

  std::vector<ref<map_segment>>* all = nullptr;  // of the map; there as long as there are entries
  std::size_t index = 0;
  std::size_t used = 0;
  link entries;
};

[[nodiscard]] inline bool has_room(const std::vector<ref<map_segment>>& all) noexcept {
  return !all.empty() && all.back()->used < map_segment::capacity;
}
/// Nothing, where there is room already. Throws std::bad_alloc.
inline void add_segment(std::vector<ref<map_segment>>& all, ref<map_segment> fresh) {
  if (has_room(all)) return;
  fresh->all = &all;
  fresh->index = all.size();
  all.push_back(std::move(fresh));
}

inline void leave_segment(attachment&) noexcept {}
/// The segment goes when it has become empty.
inline void leave_segment(ephemeron& e) noexcept {
  if (e.map == nullptr) return;
  auto& segment = *static_cast<map_segment*>(object_of(e.map));
  segment.leave(e);
  // A map that died as part of a cycle has no references any more to those that did with it.
  std::vector<ref<map_segment>>& all = *segment.all;
  if (segment.used != 0 || &segment == all.back().get() || all.back() == nullptr) return;
  const std::size_t at = segment.index;
  std::swap(all[at], all.back());
  all[at]->index = at;
  all.pop_back();
}

}  // namespace gc
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_DETAIL_MAP_SEGMENT_H_
