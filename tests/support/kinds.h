// The kinds of objects that random programs are made of, and the parts each consists of.
#ifndef TRICYCLE_TESTS_SUPPORT_KINDS_H_
#define TRICYCLE_TESTS_SUPPORT_KINDS_H_

#include <array>
#include <cstdint>
#include <span>

namespace model {

using id = std::uint32_t;
inline constexpr id none = ~id{0};

enum class kind : std::uint8_t {
  pair,     // an aggregate of two edges
  fan,      // an aggregate with a vector of edges
  cabinet,  // variant, optional and map
  actor,    // a class with a trace member, a weak reference, and a destructor that does things
  polygon,  // derived, with edges, from a polymorphic base without
  leaf,     // no edges, and large
};
inline constexpr std::uint32_t kinds = 6;

/// A part is a member that owns edges; its shadow is a list of numbers:
enum class part : std::uint8_t {
  slot,    // one ref; the list has one element, `none` for null
  kin,     // the same, but of a narrower type: holds polygons only
  list,    // a vector or deque; any length, null refs are `none`
  maybe,   // an optional; no element or one
  named,   // a map; `keys` elements, `none` where the key is absent
  either,  // a variant: empty, one ref, or a vector of two or more
};
inline constexpr std::uint32_t keys = 4;

[[nodiscard]] inline std::span<const part> parts_of(kind is) {
  static constexpr std::array pair{part::slot, part::slot};
  static constexpr std::array fan{part::list};
  static constexpr std::array cabinet{part::either, part::maybe, part::named};
  static constexpr std::array actor{part::slot, part::slot, part::list};
  static constexpr std::array polygon{part::slot, part::kin, part::list};
  switch (is) {
    case kind::pair:
      return pair;
    case kind::fan:
      return fan;
    case kind::cabinet:
      return cabinet;
    case kind::actor:
      return actor;
    case kind::polygon:
      return polygon;
    case kind::leaf:
      break;
  }
  return {};
}

[[nodiscard]] inline const char* name_of(kind is) {
  static constexpr std::array names{"pair", "fan", "cabinet", "actor", "polygon", "leaf"};
  return names[static_cast<std::size_t>(is)];
}

}  // namespace model

#endif  // TRICYCLE_TESTS_SUPPORT_KINDS_H_
