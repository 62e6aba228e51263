// The standard vocabulary: the edges of containers and wrappers are those of what they hold.
// Included by trace.h.
//
// The classes are known by their names (namespace std) and by what they can do, not by including
// their headers: whoever has a std::map has included <map>, and who has none need not wait for it.
// What only looks at elements that others own (std::span, views) has no allocator_type, and no
// edges.
#ifndef TRICYCLE_VOCABULARY_H_
#define TRICYCLE_VOCABULARY_H_

#include <cstddef>
#include <type_traits>
#include <utility>

#include "tricycle/trace.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

template <class C>
concept std_container = is_std<C> && requires(C& container) {
  typename C::allocator_type;
  typename C::value_type;
  container.begin();
  container.end();
};
template <class C>
concept std_array = is_std<C> && requires(C& container) {
  std::tuple_size<C>::value;
  typename C::value_type;
  container.fill(container.front());
};
/// std::pair, std::tuple; but not std::ranges::subrange.
template <class C>
concept std_tuple = is_std<C> && requires {
  std::tuple_size<C>::value;
} && !requires(C & c) {
  c.begin();
};
/// std::optional.
template <class C>
concept std_optional = is_std<C> && requires(C& maybe) {
  typename C::value_type;
  maybe.has_value();
  *maybe;
};
/// std::unique_ptr to an object. The length of an array behind one is not to be known: its edges
/// stay unseen.
template <class C>
concept std_unique = is_std<C> && requires {
  typename C::element_type;
  typename C::deleter_type;
} && !requires(C & pointer) {
  pointer[0];
};
template <class C>
concept std_variant = is_std<C> && requires(C& variant) {
  variant.valueless_by_exception();
  variant.index();
};

/// Anything to be walked from begin to end, whose edges are those of its elements.
template <class Container>
struct range_tracer {
  template <class... Seen>
  static consteval edges owns() {
    return edges_of<typename Container::value_type, Seen...>();
  }
  static void trace(Container& container, edge_visitor& visit) {
    if constexpr (requires { container.begin() + 1; }) {
      trace_range<typename Container::value_type>(container.begin(), container.size(), visit);
    } else {
      for (auto& element : container) {
        if (visit.is_cut()) return;
        visit(element);
      }
    }
  }
};

/// Anything with elements of types of its own. References among them are not owners.
template <class Tuple, class I = std::make_index_sequence<std::tuple_size<Tuple>::value>>
struct tuple_tracer;
template <class Tuple, std::size_t... I>
struct tuple_tracer<Tuple, std::index_sequence<I...>> {
  template <class... Seen>
  static consteval edges owns() {
    return (edges_of<std::tuple_element_t<I, Tuple>, Seen...>() | ... | edges::none);
  }
  static constexpr std::size_t edges_each =
      sum_of_edges<false, std::tuple_element_t<I, Tuple>...>();
  static constexpr std::size_t shared_edges_each =
      sum_of_edges<true, std::tuple_element_t<I, Tuple>...>();
  static void trace(Tuple& tuple, edge_visitor& visit) { (trace_element<I>(tuple, visit), ...); }

 private:
  template <std::size_t At>
  static void trace_element(Tuple& tuple, edge_visitor& visit) {
    if constexpr (!std::is_reference_v<std::tuple_element_t<At, Tuple>>) visit(get<At>(tuple));
  }
};

/// Anything that may hold one T.
template <class Maybe, class T>
struct maybe_tracer {
  template <class... Seen>
  static consteval edges owns() {
    return edges_of<T, Seen...>();
  }
  static void trace(Maybe& maybe, edge_visitor& visit) {
    if (maybe) visit(*maybe);
  }
};

template <class Variant>
struct variant_tracer;
template <template <class...> class Variant, class... T>
struct variant_tracer<Variant<T...>> {
  template <class... Seen>
  static consteval edges owns() {
    return (edges_of<T, Seen...>() | ... | edges::none);
  }
  static void trace(Variant<T...>& variant, edge_visitor& visit) {
    trace_alternatives(variant, visit, std::index_sequence_for<T...>());
  }

 private:
  template <std::size_t... I>
  static void trace_alternatives(Variant<T...>& variant, edge_visitor& visit,
                                 std::index_sequence<I...>) {
    (trace_alternative<I>(variant, visit), ...);
  }
  template <std::size_t At>
  static void trace_alternative(Variant<T...>& variant, edge_visitor& visit) {
    if (variant.index() == At) visit(*get_if<At>(&variant));
  }
};

}  // namespace gc

template <gc::std_container C>
struct tracer<C> : gc::range_tracer<C> {};
template <gc::std_array C>
struct tracer<C> : gc::range_tracer<C> {
  static constexpr std::size_t edges_each =
      gc::times(std::tuple_size<C>::value, gc::edges_each<typename C::value_type>());
  static constexpr std::size_t shared_edges_each =
      gc::times(std::tuple_size<C>::value, gc::edges_each<typename C::value_type, true>());
};
template <gc::std_tuple C>
struct tracer<C> : gc::tuple_tracer<C> {};
template <gc::std_optional C>
struct tracer<C> : gc::maybe_tracer<C, typename C::value_type> {};
template <gc::std_unique C>
struct tracer<C> : gc::maybe_tracer<C, typename C::element_type> {};
template <gc::std_variant C>
struct tracer<C> : gc::variant_tracer<C> {};

}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_VOCABULARY_H_
