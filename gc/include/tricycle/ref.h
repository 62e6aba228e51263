// ref<T>: an owning pointer to an object of a tricycle heap. One pointer wide, one increment a
// copy.
//
// Thread safety: a ref and the object's count are confined to the thread of the object's heap.
// Checked builds abort, with a sentence, when a ref is copied or dropped on another thread.
// User code: the destructor of the object may run where a ref is dropped, reset or assigned to, and
// with it anything it owns. Copying, moving, comparing and dereferencing run none.
//
// Invariants
// I1. A ref is null or refers to an object whose count includes it.
// I2. A drop never reads the ref after the object's destructor has begun: assignment first takes
// the
//     new value, then drops the old one, so a destructor may assign to the very same ref.
#ifndef TRICYCLE_REF_H_
#define TRICYCLE_REF_H_

#include <compare>
#include <cstddef>
#include <functional>
#include <type_traits>
#include <utility>

#include "tricycle/access.h"
#include "tricycle/detail/header.h"
#include "tricycle/trace.h"

namespace tricycle {
inline namespace v1 {

/// How counts are kept.
namespace counting {
/// Plain integers, for objects that one thread owns.
struct confined {};
/// By any thread, for objects of the shared heap (shared_ref.h).
struct atomic {};
}  // namespace counting

namespace gc {

/// What a ref does with the header of its object.
template <class Counting>
struct counts;
template <>
struct counts<counting::confined> {
  static void retain(header* h) noexcept { gc::retain(h); }
  static void drop(header* h) noexcept { gc::drop(h); }
  static long of(const header* h) noexcept { return h->count & ~unwanted; }
  static void show(edge_visitor& visit, void** slot) { visit.edge(slot); }
  static constexpr std::size_t edges_each = 1;
};

/// Somewhere a Derived could be; never constructed, only its address is compared.
template <class Derived>
union place_for {
  char nothing;
  Derived object;
  constexpr place_for() : nothing() {}
  ~place_for() {}
};
template <class Derived>
inline constinit place_for<Derived> some_place{};

template <class Base, class Derived>
concept address_is_constant = requires {
  std::bool_constant<static_cast<const void*>(static_cast<const Base*>(
                         &some_place<std::remove_cv_t<Derived>>.object)) != nullptr>();
};

enum class base_address { same, other, unknown };

/// Where a Base lies in a Derived. Unknown for abstract classes: nothing has their layout to ask.
template <class Base, class Derived>
consteval base_address where_is_base() {
  if constexpr (std::is_same_v<std::remove_cv_t<Base>, std::remove_cv_t<Derived>>) {
    return base_address::same;
  } else if constexpr (std::is_abstract_v<Derived>) {
    return base_address::unknown;
  } else if constexpr (address_is_constant<Base, Derived>) {
    using D = std::remove_cv_t<Derived>;
    return static_cast<const void*>(static_cast<const Base*>(&some_place<D>.object)) ==
                   static_cast<const void*>(&some_place<D>.object)
               ? base_address::same
               : base_address::other;
  } else {
    return base_address::other;  // a virtual base
  }
}

/// Aborts with the sentence of ref::check_conversion; for classes that are abstract.
[[noreturn]] void refuse_conversion() noexcept;

/// Refuses a conversion between pointers whose objects lie at two addresses: at compile time, but
/// for an abstract Derived, of which `object` is looked at (and the look is optimised away).
template <class Base, class Derived>
constexpr void check_conversion(void* object) noexcept {
  constexpr base_address where = where_is_base<Base, Derived>();
  static_assert(where != base_address::other,
                "tricycle: this base class lies at another address than the object, which a ref, "
                "being one pointer, can't express. tricycle::shared_ptr can: use it for this "
                "hierarchy, or make the base the first one and not virtual");
  if constexpr (where == base_address::unknown) {
    auto* derived = static_cast<Derived*>(object);
    if (object != nullptr && static_cast<const void*>(static_cast<Base*>(derived)) != object)
      refuse_conversion();
  }
}

}  // namespace gc

template <class T, class Counting = counting::confined>
class ref {
 public:
  using element_type = T;

  constexpr ref() noexcept = default;
  constexpr ref(std::nullptr_t) noexcept {}  // NOLINT(google-explicit-constructor)

  ref(const ref& other) noexcept : object_(other.object_) {
    if (object_ != nullptr) gc::counts<Counting>::retain(gc::header_of(object_));
  }
  ref(ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}

  template <class U>
  requires std::is_convertible_v<U*, T*> ref(const ref<U, Counting>& other)
  noexcept  // NOLINT(google-explicit-constructor)
      : object_(other.object_) {
    gc::check_conversion<T, U>(object_);
    if (object_ != nullptr) gc::counts<Counting>::retain(gc::header_of(object_));
  }
  template <class U>
  requires std::is_convertible_v<U*, T*> ref(ref<U, Counting>&& other)
  noexcept  // NOLINT(google-explicit-constructor)
      : object_(std::exchange(other.object_, nullptr)) {
    gc::check_conversion<T, U>(object_);
  }

  /// Not between heaps: the objects are other objects, counted another way.
  template <class U, class Other>
  requires(!std::is_same_v<Other, Counting>) ref(const ref<U, Other>&) {
    static_assert(std::is_same_v<Other, Counting>,
                  "tricycle: a ref and a shared_ref can't lead to the same object: one belongs to "
                  "the heap of a thread, the other to the heap that all threads share. Make the "
                  "object with the function of the pointer that is to own it");
  }

  ~ref() {
    if (object_ != nullptr) gc::counts<Counting>::drop(gc::header_of(object_));
  }

  ref& operator=(const ref& other) noexcept {
    ref(other).swap(*this);
    return *this;
  }
  ref& operator=(ref&& other) noexcept {
    ref(std::move(other)).swap(*this);
    return *this;
  }
  ref& operator=(std::nullptr_t) noexcept {
    reset();
    return *this;
  }
  template <class U>
  requires std::is_convertible_v<U*, T*> ref& operator=(const ref<U, Counting>& other) noexcept {
    ref(other).swap(*this);
    return *this;
  }
  template <class U>
  requires std::is_convertible_v<U*, T*> ref& operator=(ref<U, Counting>&& other) noexcept {
    ref(std::move(other)).swap(*this);
    return *this;
  }

  /// Drops the reference; the ref is null before any destructor runs.
  void reset() noexcept { ref().swap(*this); }
  void swap(ref& other) noexcept { std::swap(object_, other.object_); }

  [[nodiscard]] T* get() const noexcept { return static_cast<T*>(object_); }
  [[nodiscard]] std::add_lvalue_reference_t<T> operator*() const noexcept
      requires(!std::is_void_v<T>) {
    return *get();
  }
  [[nodiscard]] T* operator->() const noexcept { return get(); }
  [[nodiscard]] explicit operator bool() const noexcept { return object_ != nullptr; }

  /// References to the object, this one included; 0 for null. O(1).
  [[nodiscard]] long use_count() const noexcept {
    return object_ == nullptr ? 0 : gc::counts<Counting>::of(gc::header_of(object_));
  }

 private:
  friend class access;
  template <class, class>
  friend class ref;
  template <class>
  friend class weak_ref;
  template <class U, class... Args>
  friend ref<U> make(Args&&... args);
  template <class U>
  friend ref<U> ref_from(U* self) noexcept;
  template <class U, class V, class C>
  friend ref<U, C> static_pointer_cast(const ref<V, C>&) noexcept;
  template <class U, class V, class C>
  friend ref<U, C> const_pointer_cast(const ref<V, C>&) noexcept;
  template <class U, class V, class C>
  friend ref<U, C> dynamic_pointer_cast(const ref<V, C>&) noexcept;

  struct adopt {};
  ref(adopt, void* object) noexcept : object_(object) {}

  /// A reference more to the object; `object` is where its block's object begins, or null.
  static ref share(const void* object) noexcept {
    if (object != nullptr) gc::counts<Counting>::retain(gc::header_of(object));
    return ref(adopt{}, const_cast<void*>(object));
  }

  void* object_ = nullptr;
};

static_assert(sizeof(ref<int>) == sizeof(void*));

/// A reference to the object whose member function runs: `auto self = tricycle::ref_from(this);`.
/// `self` must point to an object made by `make`, or to its first base; any other address is
/// undefined, and seen in checked builds where the arena can tell. O(1). In a destructor it aborts
/// in checked builds: nothing may hold an object that is being destroyed.
template <class T>
[[nodiscard]] ref<T> ref_from(T* self) noexcept;

template <class T, class U, class C>
[[nodiscard]] bool operator==(const ref<T, C>& a, const ref<U, C>& b) noexcept {
  return a.get() == b.get();
}
template <class T, class C>
[[nodiscard]] bool operator==(const ref<T, C>& a, std::nullptr_t) noexcept {
  return a.get() == nullptr;
}
template <class T, class U, class C>
[[nodiscard]] std::strong_ordering operator<=>(const ref<T, C>& a, const ref<U, C>& b) noexcept {
  return std::compare_three_way()(static_cast<const volatile void*>(a.get()),
                                  static_cast<const volatile void*>(b.get()));
}
template <class T, class C>
[[nodiscard]] std::strong_ordering operator<=>(const ref<T, C>& a, std::nullptr_t) noexcept {
  return std::compare_three_way()(static_cast<const volatile void*>(a.get()),
                                  static_cast<const volatile void*>(nullptr));
}

template <class T, class C>
void swap(ref<T, C>& a, ref<T, C>& b) noexcept {
  a.swap(b);
}

/// Casts, as for std::shared_ptr; the result shares the object. Both types must lie at one address,
/// which is checked at compile time.
template <class T, class U, class C>
[[nodiscard]] ref<T, C> static_pointer_cast(const ref<U, C>& from) noexcept {
  static_assert(
      requires(U * u) { static_cast<T*>(u); }, "tricycle: no static_cast between these");
  if constexpr (std::is_base_of_v<T, U>)
    gc::check_conversion<T, U>(from.object_);
  else
    gc::check_conversion<U, T>(from.object_);
  return ref<T, C>::share(from.object_);
}
template <class T, class U, class C>
[[nodiscard]] ref<T, C> const_pointer_cast(const ref<U, C>& from) noexcept {
  static_assert(
      requires(U * u) { const_cast<T*>(u); }, "tricycle: no const_cast between these");
  return ref<T, C>::share(from.object_);
}
/// Null when the object is no T.
template <class T, class U, class C>
[[nodiscard]] ref<T, C> dynamic_pointer_cast(const ref<U, C>& from) noexcept {
  auto* to = dynamic_cast<T*>(from.get());
  // A T at another address (a sideways cast) can't be expressed by a ref.
  if (static_cast<const void*>(to) != static_cast<const void*>(from.get())) return nullptr;
  return ref<T, C>::share(to == nullptr ? nullptr : from.object_);
}

template <class Char, class Traits, class T, class C>
auto& operator<<(std::basic_ostream<Char, Traits>& out, const ref<T, C>& pointer) {
  return out << static_cast<const void*>(pointer.get());
}

/// A ref is always an edge, whatever T is: an object of a class derived from T may own something.
template <class T, class C>
struct tracer<ref<T, C>> {
  template <class...>
  static consteval gc::edges owns() {
    return gc::edges::some;
  }
  static constexpr std::size_t edges_each = gc::counts<C>::edges_each;
  static void trace(ref<T, C>& pointer, edge_visitor& visit) {
    gc::counts<C>::show(visit, access::slot(pointer));
  }
};

}  // namespace v1
}  // namespace tricycle

template <class T, class C>
struct std::hash<tricycle::ref<T, C>> {
  [[nodiscard]] std::size_t operator()(const tricycle::ref<T, C>& pointer) const noexcept {
    return std::hash<const volatile void*>()(pointer.get());
  }
};

#include "tricycle/make.h"

#endif  // TRICYCLE_REF_H_
