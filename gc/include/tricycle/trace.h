// How the collector finds the edges of an object: what it owns through this library's pointers.
//
// In this order, decided at compile time:
//   1. `void trace(auto& visit) { visit(next, prev, children); }` in the class; may be private
//      behind `friend tricycle::access;`
//   2. a specialisation `tricycle::tracer<T>`, for types that can't be changed:
//        template <> struct tricycle::tracer<Foreign> {
//          static void trace(Foreign& object, auto& visit) { visit(object.a, object.b); }
//        };
//   3. the standard vocabulary (vocabulary.h) and this library's pointers
//   4. aggregates: their fields
//   5. `tricycle::leaf<T>`, for a class that owns nothing; classes of namespace std that are not in
//      3 are leaves. Anything else is a compile error in `make`.
//
// The contract of a trace function. It must name every edge at most once, and do nothing else: it
// may run at any allocation, while other objects are half built. An edge left out can only delay
// freeing; an edge named twice can free what is in use (the audit of a `verify` build finds it).
// It should not throw; if it does, the object counts as held from outside until the next
// collection.
#ifndef TRICYCLE_TRACE_H_
#define TRICYCLE_TRACE_H_

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "tricycle/access.h"
#include "tricycle/detail/fields.h"
#include "tricycle/detail/type_name.h"

namespace tricycle {
inline namespace v1 {

/// Specialise for a type that can't be given a `trace` member. The primary template declares
/// nothing.
template <class T>
struct tracer {
  using undeclared = void;
};

/// Specialise as true for a class that owns no tricycle pointers: `template <> inline constexpr
/// bool tricycle::leaf<Logger> = true;`. Objects of it are counted, and never searched.
template <class T>
inline constexpr bool leaf = false;

namespace gc {

struct ephemeron;

enum class edges { none, some, undeclared };

constexpr edges operator|(edges a, edges b) { return a > b ? a : b; }

template <class T>
concept declares_tracer = !requires {
  typename tracer<T>::undeclared;
};

/// A tracer of the vocabulary says what its elements own; `Seen` are the types being looked at,
/// so that a recursive type (a tree of vectors of itself) comes to an end.
template <class T, class... Seen>
consteval edges edges_of();

template <class T, class... Seen>
consteval edges edges_of_aggregate() {
  if constexpr (std::is_empty_v<T>) {
    return edges::none;
  } else if constexpr (!has_visible_fields<T>) {
    return edges::undeclared;
  } else {
    using result = decltype(with_fields(std::declval<T&>(), []<class... F>(const auto&...) {
      return std::integral_constant<edges, (edges_of<F, Seen...>() | ... | edges::none)>();
    }));
    return result::value;
  }
}

template <class T, class... Seen>
consteval edges edges_of() {
  using U = std::remove_cv_t<T>;
  if constexpr ((std::is_same_v<U, Seen> || ...)) {
    return edges::none;
  } else if constexpr (std::is_array_v<U>) {
    return edges_of<std::remove_all_extents_t<U>, Seen...>();
  } else if constexpr (std::is_scalar_v<U> || std::is_reference_v<U>) {
    return edges::none;
  } else if constexpr (leaf<U>) {
    return edges::none;
  } else if constexpr (!requires { sizeof(U); }) {
    return edges::undeclared;  // incomplete here: behind a unique_ptr, say
  } else if constexpr (access::has_trace<U>) {
    return edges::some;
  } else if constexpr (declares_tracer<U>) {
    if constexpr (requires { tracer<U>::template owns<U, Seen...>(); })
      return tracer<U>::template owns<U, Seen...>();
    else
      return edges::some;
  } else if constexpr (is_std<U>) {
    return edges::none;
  } else if constexpr (std::is_aggregate_v<U>) {
    return edges_of_aggregate<U, U, Seen...>();
  } else if constexpr (std::is_empty_v<U> && !std::is_polymorphic_v<U>) {
    return edges::none;
  } else {
    return edges::undeclared;
  }
}

/// `edges_each` of a type whose objects may differ.
inline constexpr std::size_t varying = ~std::size_t{0};

/// How many edges every T has.
template <class T>
consteval std::size_t edges_each();

/// The same, of n of what have `each`.
constexpr std::size_t times(std::size_t n, std::size_t each) {
  return each == varying ? varying : n * each;
}

/// The same, of one T of each kind together.
template <class... T>
consteval std::size_t sum_of_edges() {
  std::size_t sum = 0;
  for (const std::size_t each : {std::size_t{0}, edges_each<T>()...})
    sum = each == varying || sum == varying ? varying : sum + each;
  return sum;
}

template <class T>
consteval std::size_t edges_each() {
  using U = std::remove_cv_t<T>;
  if constexpr (edges_of<U>() == edges::none)
    return 0;
  else if constexpr (std::is_array_v<U>)
    return times(std::extent_v<U>, edges_each<std::remove_extent_t<U>>());
  else if constexpr (requires { tracer<U>::edges_each; })
    return tracer<U>::edges_each;
  else if constexpr (std::is_aggregate_v<U> && !access::has_trace<U> && !declares_tracer<U>)
    return decltype(with_fields(std::declval<U&>(), []<class... F>(const auto&...) {
      return std::integral_constant<std::size_t, sum_of_edges<F...>()>();
    }))::value;
  else
    return varying;
}

/// The edges of `n` elements from `at` on. Those before the window are passed over in one step
/// where all elements have the same number of edges.
template <class T, class Iterator>
void trace_range(Iterator at, std::size_t n, auto& visit) {
  constexpr std::size_t each = edges_each<T>();
  std::size_t i = 0;
  if constexpr (each != varying) i = visit.pass_over(n, each);
  at += static_cast<decltype(at - at)>(i);
  for (; i != n && !visit.is_cut(); ++i, ++at) visit(*at);
}

}  // namespace gc

/// What a trace function is given: call it with any members, any number of them at once: pointers
/// of this library, containers of them, arrays, nested structures that can be traced themselves.
/// Members that own no edges cost nothing.
///
/// An object with a million edges is traced in parts: each run of its trace function hands over a
/// *window* of them. What comes before the window is passed over, a vector of pointers in one step;
/// what comes after it is cut.
class edge_visitor {
 public:
  static constexpr std::size_t capacity = 512;
  static constexpr std::size_t all = ~std::size_t{0};
  using consumer = void (*)(edge_visitor& self, void* context);

  /// For the library: hands the slots of the edges to `consume`, up to `capacity` at a time.
  edge_visitor(consumer consume, void* context) noexcept : consume_(consume), context_(context) {}
  edge_visitor(const edge_visitor&) = delete;
  edge_visitor& operator=(const edge_visitor&) = delete;

  template <class... Members>
  void operator()(Members&... members) {
    (visit(members), ...);
  }

  /// One edge: the place where a pointer keeps the address of its object.
  void edge(void** slot) {
    if (size_ == limit_) [[unlikely]] {
      if (!make_room()) return;
    }
    slots_[size_++] = slot;
  }

  /// For the library: whether the edges of an ephemeron's value are to be handed over by its key,
  /// or by its map. Without a rule: by the key.
  using ephemeron_rule = bool (*)(void* context, gc::ephemeron& entry, bool by_key);
  void set_rule(ephemeron_rule rule) noexcept { rule_ = rule; }
  [[nodiscard]] bool wants(gc::ephemeron& entry, bool by_key) {
    has_asked_ = true;
    return rule_ == nullptr ? by_key : rule_(context_, entry, by_key);
  }
  /// Whether the object's edges depend on a rule, and so on others.
  [[nodiscard]] bool has_asked() const noexcept { return has_asked_; }

  /// An edge into the shared heap. The collector of a confined heap passes it by; that of the
  /// shared heap finds the place with a tag. `wide`: the pointer is two words, of which `slot` is
  /// the second, the one that owns.
  void shared_edge(void** slot, bool wide) {
    if (shared_)
      edge(reinterpret_cast<void**>(reinterpret_cast<std::uintptr_t>(slot) |
                                    (wide ? wide_tag : narrow_tag)));
  }
  [[nodiscard]] static bool is_shared(void** slot) noexcept {
    return (reinterpret_cast<std::uintptr_t>(slot) & (wide_tag | narrow_tag)) != 0;
  }
  [[nodiscard]] static bool is_wide(void** slot) noexcept {
    return (reinterpret_cast<std::uintptr_t>(slot) & wide_tag) != 0;
  }
  /// Without the tag.
  [[nodiscard]] static void** place_of(void** slot) noexcept {
    return reinterpret_cast<void**>(reinterpret_cast<std::uintptr_t>(slot) &
                                    ~(wide_tag | narrow_tag));
  }

  /// For the library: edges into the shared heap are wanted, too.
  void follow_shared() noexcept { shared_ = true; }

  /// For a range whose elements have `edges_each` edges each: how many of them lie before the
  /// window. They are passed over by this call.
  [[nodiscard]] std::size_t pass_over(std::size_t elements, std::size_t edges_each) noexcept {
    if (skip_ == 0) [[likely]]
      return 0;
    const std::size_t whole = skip_ / edges_each;
    const std::size_t passed = whole < elements ? whole : elements;
    skip_ -= passed * edges_each;
    if (skip_ == 0) limit_ = room();
    return passed;
  }
  /// Whether the window is full and there are more edges: a range may stop here.
  [[nodiscard]] bool is_cut() const noexcept { return is_cut_; }

  /// For the library: the next run of a trace function passes over `skip` edges and hands over at
  /// most `most` of those that follow.
  void set_window(std::size_t skip, std::size_t most) noexcept {
    size_ = walked_ = 0;
    skip_ = skip;
    left_ = most;
    is_cut_ = has_asked_ = false;
    limit_ = skip == 0 ? room() : 0;
  }
  /// Edges that were passed over one by one, because nothing but their containers can count them.
  [[nodiscard]] std::size_t walked() const noexcept { return walked_; }
  /// For the library: hands over what has been gathered.
  void flush() {
    consume_(*this, context_);
    left_ -= size_;
    size_ = 0;
  }
  [[nodiscard]] void** const* begin() const noexcept { return slots_; }
  [[nodiscard]] void** const* end() const noexcept { return slots_ + size_; }
  /// For the library, which may thin out in place what was gathered, and keep the first of it.
  [[nodiscard]] void*** slots() noexcept { return slots_; }
  void keep(std::size_t first) noexcept { size_ = first; }
  /// For the library, in its consumer: this was the last of the window.
  void cut() noexcept { left_ = size_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  void clear() noexcept { size_ = 0; }

 private:
  static constexpr std::uintptr_t wide_tag = 1;
  static constexpr std::uintptr_t narrow_tag = 2;

  [[nodiscard]] std::size_t room() const noexcept { return left_ < capacity ? left_ : capacity; }

  /// No room for an edge: it lies before the window, or behind it, or what is gathered must go.
  [[gnu::noinline]] bool make_room() {
    if (skip_ != 0) {
      ++walked_;
      if (--skip_ == 0) limit_ = room();
      return false;
    }
    if (size_ != 0) flush();
    limit_ = room();
    is_cut_ = limit_ == 0;
    return !is_cut_;
  }

  template <class T>
  void visit(T& member) {
    using U = std::remove_cv_t<T>;
    if constexpr (gc::edges_of<U>() != gc::edges::none) {
      auto& object = const_cast<U&>(member);
      if constexpr (std::is_array_v<U>) {
        gc::trace_range<std::remove_extent_t<U>>(std::begin(object), std::size(object), *this);
      } else if constexpr (access::has_trace<U>) {
        access::trace(object, *this);
      } else if constexpr (gc::declares_tracer<U>) {
        tracer<U>::trace(object, *this);
      } else {
        static_assert(
            std::is_aggregate_v<U>,
            "tricycle: this member's class declares no edges. Give it "
            "`void trace(auto& visit) { visit(...); }`, or, if it owns no tricycle "
            "pointers, say `template <> inline constexpr bool tricycle::leaf<T> = true;`");
        if constexpr (std::is_aggregate_v<U>)
          gc::with_fields(object, [this]<class... F>(const auto&... fields) {
            (this->visit_field<F>(fields), ...);
          });
      }
    }
  }
  // Taken by const reference, so that bit-fields can be handed over; they own nothing.
  template <class F, class T>
  void visit_field(const T& field) {
    if constexpr (!std::is_reference_v<F>) visit(const_cast<std::remove_cv_t<F>&>(field));
  }

  std::size_t size_ = 0;
  bool shared_ = false;
  std::size_t limit_ = capacity;  // of size_, until make_room is asked
  std::size_t skip_ = 0;          // edges before the window that are still to come
  std::size_t left_ = all;        // of the window, beyond what is gathered
  std::size_t walked_ = 0;
  bool is_cut_ = false;
  bool has_asked_ = false;
  consumer consume_;
  void* context_;
  ephemeron_rule rule_ = nullptr;
  void** slots_[capacity];
};

}  // namespace v1
}  // namespace tricycle

#include "tricycle/vocabulary.h"

#endif  // TRICYCLE_TRACE_H_
