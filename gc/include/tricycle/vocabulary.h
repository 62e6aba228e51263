// The standard vocabulary: the edges of containers and wrappers are those of what they hold.
// Included by trace.h.
//
// Class templates are named by forward declaration where the standard library's own headers are
// dear: <variant> and the node containers are included, for the standard allows nothing else.
#ifndef TRICYCLE_VOCABULARY_H_
#define TRICYCLE_VOCABULARY_H_

#include <array>
#include <deque>
#include <forward_list>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include "tricycle/trace.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

/// Anything to be walked from begin to end, whose edges are those of its elements.
template <class Container, class... Elements>
struct range_tracer {
  template <class... Seen>
  static consteval edges owns() {
    return (edges_of<Elements, Seen...>() | ... | edges::none);
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

/// Anything that std::apply takes apart.
template <class Tuple, class... Elements>
struct tuple_tracer {
  template <class... Seen>
  static consteval edges owns() {
    return (edges_of<Elements, Seen...>() | ... | edges::none);
  }
  static constexpr std::size_t edges_each = sum_of_edges<Elements...>();
  static void trace(Tuple& tuple, edge_visitor& visit) {
    std::apply([&visit](auto&... elements) { visit(elements...); }, tuple);
  }
};

/// Anything that may hold one T: optional, unique_ptr.
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

}  // namespace gc

template <class T, class A>
struct tracer<std::vector<T, A>> : gc::range_tracer<std::vector<T, A>, T> {};
template <class A>
struct tracer<std::vector<bool, A>> : gc::tuple_tracer<std::tuple<>> {};
template <class T, class A>
struct tracer<std::deque<T, A>> : gc::range_tracer<std::deque<T, A>, T> {};
template <class T, class A>
struct tracer<std::list<T, A>> : gc::range_tracer<std::list<T, A>, T> {};
template <class T, class A>
struct tracer<std::forward_list<T, A>> : gc::range_tracer<std::forward_list<T, A>, T> {};
template <class T, std::size_t N>
struct tracer<std::array<T, N>> : gc::range_tracer<std::array<T, N>, T> {
  static constexpr std::size_t edges_each = gc::edges_each<T[N == 0 ? 1 : N]>();
};
template <class T, class C, class A>
struct tracer<std::set<T, C, A>> : gc::range_tracer<std::set<T, C, A>, T> {};
template <class T, class C, class A>
struct tracer<std::multiset<T, C, A>> : gc::range_tracer<std::multiset<T, C, A>, T> {};
template <class T, class H, class E, class A>
struct tracer<std::unordered_set<T, H, E, A>>
    : gc::range_tracer<std::unordered_set<T, H, E, A>, T> {};
template <class T, class H, class E, class A>
struct tracer<std::unordered_multiset<T, H, E, A>>
    : gc::range_tracer<std::unordered_multiset<T, H, E, A>, T> {};
template <class K, class T, class C, class A>
struct tracer<std::map<K, T, C, A>> : gc::range_tracer<std::map<K, T, C, A>, K, T> {};
template <class K, class T, class C, class A>
struct tracer<std::multimap<K, T, C, A>> : gc::range_tracer<std::multimap<K, T, C, A>, K, T> {};
template <class K, class T, class H, class E, class A>
struct tracer<std::unordered_map<K, T, H, E, A>>
    : gc::range_tracer<std::unordered_map<K, T, H, E, A>, K, T> {};
template <class K, class T, class H, class E, class A>
struct tracer<std::unordered_multimap<K, T, H, E, A>>
    : gc::range_tracer<std::unordered_multimap<K, T, H, E, A>, K, T> {};

template <class A, class B>
struct tracer<std::pair<A, B>> : gc::tuple_tracer<std::pair<A, B>, A, B> {};
template <class... T>
struct tracer<std::tuple<T...>> : gc::tuple_tracer<std::tuple<T...>, T...> {};

template <class T>
struct tracer<std::optional<T>> : gc::maybe_tracer<std::optional<T>, T> {};
template <class T, class D>
struct tracer<std::unique_ptr<T, D>> : gc::maybe_tracer<std::unique_ptr<T, D>, T> {};
/// The length of a unique_ptr to an array is not to be known: its edges stay unseen.
template <class T, class D>
struct tracer<std::unique_ptr<T[], D>> : gc::tuple_tracer<std::tuple<>> {};

template <class... T>
struct tracer<std::variant<T...>> {
  template <class... Seen>
  static consteval gc::edges owns() {
    return (gc::edges_of<T, Seen...>() | ... | gc::edges::none);
  }
  static void trace(std::variant<T...>& variant, edge_visitor& visit) {
    if (!variant.valueless_by_exception())
      std::visit([&visit](auto& alternative) { visit(alternative); }, variant);
  }
};

}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_VOCABULARY_H_
