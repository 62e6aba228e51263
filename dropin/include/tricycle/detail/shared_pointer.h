// shared_ptr<T>: the class ([util.smartptr.shared]).
//
// Thread safety: as std::shared_ptr. Different shared_ptr objects may be used by different threads
// at any time, whatever they own together; one and the same needs atomic<shared_ptr<T>>, or a lock.
// User code: the object's destructor, or the deleter, runs where the last owner is destroyed, reset
// or assigned to, on that thread. Deep structures are destroyed iteratively: what hangs off an
// object more than some levels down is destroyed after, not inside, the outermost destructor, but
// before the outermost drop returns.
// Errors: who allocates throws std::bad_alloc, or what the user's allocator throws.
// Every operation is O(1) beside what it destroys, and noexcept where the standard says so.
//
// Invariants
// I1. block_ is null, or the payload of a block whose count includes this pointer.
// I2. get() is null when the collector has cleared block_: see the tracer below.
// I3. A pointer holds its new target before it drops the old one, and is in its new state before
//     any destructor runs.
#ifndef TRICYCLE_DETAIL_SHARED_POINTER_H_
#define TRICYCLE_DETAIL_SHARED_POINTER_H_

#include <compare>
#include <cstddef>
#include <iosfwd>
#include <memory>
#include <type_traits>
#include <utility>

#include "tricycle/detail/shared_holder.h"

// For std::reference_wrapper alone, <functional> would cost a fifth of what <memory> does.
#if __has_include(<bits/refwrap.h>)
#include <bits/refwrap.h>
#else
#include <functional>
#endif

namespace tricycle {
inline namespace v1 {

namespace counting {
struct atomic;
}  // namespace counting
template <class T, class Counting>
class ref;

using std::bad_weak_ptr;
template <class T>
class weak_ptr;
template <class T>
class enable_shared_from_this;

namespace shared {

/// What operator* returns; for any void, void (a cv one would be warned of).
template <class E>
using reference_to = typename std::conditional_t<std::is_void_v<E>, std::type_identity<void>,
                                                 std::add_lvalue_reference<E>>::type;

/// [util.smartptr.shared.general]: "Y* is compatible with T*".
template <class Y, class T>
inline constexpr bool compatible = std::is_convertible_v<Y*, T*>;
template <class U, std::size_t N, class V>
inline constexpr bool compatible<U[N], V[]> =
    std::is_same_v<std::remove_cv_t<U>, std::remove_cv_t<V>>&& std::is_convertible_v<U*, V*>;

/// [util.smartptr.shared.const]: whether a Y* may be adopted by a shared_ptr<T>.
template <class Y, class T>
inline constexpr bool adoptable = std::is_convertible_v<Y*, T*>;
template <class Y, class U>
inline constexpr bool adoptable<Y, U[]> = std::is_convertible_v<Y (*)[], U (*)[]>;
template <class Y, class U, std::size_t N>
inline constexpr bool adoptable<Y, U[N]> = std::is_convertible_v<Y (*)[N], U (*)[N]>;

template <class Y>
concept deletable = !std::is_void_v<Y> && requires(Y * p) {
  delete p;
};
template <class Y>
concept array_deletable = !std::is_void_v<Y> && requires(Y * p) {
  delete[] p;
};
template <class Y, class T>
concept deletable_as = adoptable<Y, T> &&(std::is_array_v<T> ? array_deletable<Y> : deletable<Y>);

template <class D, class P>
concept deleter_for = std::is_move_constructible_v<D> && requires(D& d, P& p) {
  d(p);
};

/// The one accessible, unambiguous base enable_shared_from_this<U> of a class, if it has one.
template <class U>
enable_shared_from_this<U>& self_watcher(enable_shared_from_this<U>& base) noexcept;
template <class Y>
concept shares_itself = requires(Y& object) {
  self_watcher(object);
};

/// The way from one of these class templates to the members of another.
struct insider;

[[noreturn]] void throw_bad_weak_ptr();

}  // namespace shared

template <class T>
class shared_ptr {
 public:
  using element_type = std::remove_extent_t<T>;
  using weak_type = weak_ptr<T>;

  // Not defaulted: a const member of this class must not delete its owner's default constructor.
  constexpr shared_ptr() noexcept {}                // NOLINT(modernize-use-equals-default)
  constexpr shared_ptr(std::nullptr_t) noexcept {}  // NOLINT(google-explicit-constructor)

  /// Owns `p`. If it throws, `p` is deleted.
  template <class Y>
  requires shared::deletable_as<Y, T>
  explicit shared_ptr(Y* p) : pointer_(p) {
    static_assert(sizeof(Y) > 0,
                  "tricycle: a shared_ptr can't own an object of an incomplete type");
    using deleter = shared::default_deleter<std::conditional_t<std::is_array_v<T>, Y[], Y>>;
    adopt(p, deleter(), shared::own_allocator());
    if constexpr (!std::is_array_v<T>) watch_itself(p);
  }
  /// Owns `p`, which `d(p)` ends. If it throws, `d(p)` is called.
  template <class Y, class D>
  requires shared::adoptable<Y, T> && shared::deleter_for<D, Y*> shared_ptr(Y* p, D d)
      : pointer_(p) {
    adopt(p, std::move(d), shared::own_allocator());
    if constexpr (!std::is_array_v<T>) watch_itself(p);
  }
  template <class Y, class D, class A>
  requires shared::adoptable<Y, T> && shared::deleter_for<D, Y*> shared_ptr(Y* p, D d, A a)
      : pointer_(p) {
    adopt(p, std::move(d), a);
    if constexpr (!std::is_array_v<T>) watch_itself(p);
  }
  template <class D>
  requires shared::deleter_for<D, std::nullptr_t> shared_ptr(std::nullptr_t p, D d) {
    adopt(p, std::move(d), shared::own_allocator());
  }
  template <class D, class A>
  requires shared::deleter_for<D, std::nullptr_t> shared_ptr(std::nullptr_t p, D d, A a) {
    adopt(p, std::move(d), a);
  }

  /// Aliasing: shares ownership with `r`, and points to `p`.
  template <class Y>
  shared_ptr(const shared_ptr<Y>& r, element_type* p) noexcept : pointer_(p), block_(r.block_) {
    if (block_ != nullptr) shared::retain(shared::header_of(block_));
  }
  template <class Y>
  shared_ptr(shared_ptr<Y>&& r, element_type* p) noexcept
      : pointer_(p), block_(std::exchange(r.block_, nullptr)) {
    r.pointer_ = nullptr;
  }

  shared_ptr(const shared_ptr& r) noexcept : pointer_(r.pointer_), block_(r.block_) {
    if (block_ != nullptr) shared::retain(shared::header_of(block_));
  }
  template <class Y>
  requires shared::compatible<Y, T> shared_ptr(const shared_ptr<Y>& r)
  noexcept  // NOLINT(google-explicit-constructor)
      : pointer_(r.pointer_), block_(r.block_) {
    if (block_ != nullptr) shared::retain(shared::header_of(block_));
  }
  shared_ptr(shared_ptr&& r) noexcept
      : pointer_(std::exchange(r.pointer_, nullptr)), block_(std::exchange(r.block_, nullptr)) {}
  template <class Y>
  requires shared::compatible<Y, T> shared_ptr(shared_ptr<Y>&& r)
  noexcept  // NOLINT(google-explicit-constructor)
      : pointer_(std::exchange(r.pointer_, nullptr)), block_(std::exchange(r.block_, nullptr)) {}

  /// Throws bad_weak_ptr if `r` has expired.
  template <class Y>
  requires shared::compatible<Y, T>
  explicit shared_ptr(const weak_ptr<Y>& r) {
    if (!r.lock_block()) shared::throw_bad_weak_ptr();
    pointer_ = r.pointer_;
    block_ = r.block_;
  }

  /// Shares ownership with a shared_ref (shared_ref.h).
  template <class Y>
  requires shared::compatible<Y, T> shared_ptr(const ref<Y, counting::atomic>& r)
  noexcept  // NOLINT(google-explicit-constructor)
      : pointer_(r.get()), block_(*access::slot(const_cast<ref<Y, counting::atomic>&>(r))) {
    if (block_ != nullptr) shared::retain(shared::header_of(block_));
  }
  template <class Y>
  requires shared::compatible<Y, T> shared_ptr(ref<Y, counting::atomic>&& r)
  noexcept  // NOLINT(google-explicit-constructor)
      : pointer_(r.get()), block_(std::exchange(*access::slot(r), nullptr)) {}

  /// If it throws, `r` is as it was.
  template <class Y, class D>
  requires shared::compatible<Y, T> &&
      std::is_convertible_v<typename std::unique_ptr<Y, D>::pointer, element_type*>
      shared_ptr(std::unique_ptr<Y, D>&& r)  // NOLINT(google-explicit-constructor)
      : pointer_(r.get()) {
    auto p = r.get();
    if (p == nullptr) return;
    if constexpr (std::is_reference_v<D>) {
      std::reference_wrapper<std::remove_reference_t<D>> d(r.get_deleter());
      block_ = shared::make_holder(p, d, shared::own_allocator());
    } else {
      block_ = shared::make_holder(p, r.get_deleter(), shared::own_allocator());
    }
    r.release();
    if constexpr (!std::is_array_v<T> && std::is_pointer_v<decltype(p)>) watch_itself(p);
  }

  ~shared_ptr() {
    if (block_ != nullptr) shared::drop(shared::header_of(block_));
  }

  shared_ptr& operator=(const shared_ptr& r) noexcept {
    shared_ptr(r).swap(*this);
    return *this;
  }
  template <class Y>
  requires shared::compatible<Y, T> shared_ptr& operator=(const shared_ptr<Y>& r) noexcept {
    shared_ptr(r).swap(*this);
    return *this;
  }
  shared_ptr& operator=(shared_ptr&& r) noexcept {
    shared_ptr(std::move(r)).swap(*this);
    return *this;
  }
  template <class Y>
  requires shared::compatible<Y, T> shared_ptr& operator=(shared_ptr<Y>&& r) noexcept {
    shared_ptr(std::move(r)).swap(*this);
    return *this;
  }
  template <class Y, class D>
  requires std::is_constructible_v<shared_ptr, std::unique_ptr<Y, D>> shared_ptr& operator=(
      std::unique_ptr<Y, D>&& r) {
    shared_ptr(std::move(r)).swap(*this);
    return *this;
  }

  void swap(shared_ptr& r) noexcept {
    std::swap(pointer_, r.pointer_);
    std::swap(block_, r.block_);
  }
  void reset() noexcept { shared_ptr().swap(*this); }
  template <class Y>
  requires std::is_constructible_v<shared_ptr, Y*>
  void reset(Y* p) { shared_ptr(p).swap(*this); }
  template <class Y, class D>
  requires std::is_constructible_v<shared_ptr, Y*, D>
  void reset(Y* p, D d) { shared_ptr(p, std::move(d)).swap(*this); }
  template <class Y, class D, class A>
  requires std::is_constructible_v<shared_ptr, Y*, D, A>
  void reset(Y* p, D d, A a) { shared_ptr(p, std::move(d), std::move(a)).swap(*this); }

  [[nodiscard]] element_type* get() const noexcept { return pointer_; }
  [[nodiscard]] shared::reference_to<element_type> operator*() const noexcept
      requires(!std::is_array_v<T>) {
    return *get();
  }
  [[nodiscard]] element_type* operator->() const noexcept requires(!std::is_array_v<T>) {
    return get();
  }
  [[nodiscard]] shared::reference_to<element_type> operator[](std::ptrdiff_t i) const
      requires(std::is_array_v<T>) {
    return get()[i];
  }
  /// Owners, at some moment during the call; 0 for one that owns nothing.
  [[nodiscard]] long use_count() const noexcept {
    return block_ == nullptr ? 0 : shared::use_count(shared::header_of(block_));
  }
  [[nodiscard]] explicit operator bool() const noexcept { return get() != nullptr; }
  template <class U>
  [[nodiscard]] bool owner_before(const shared_ptr<U>& b) const noexcept {
    return std::less<const void*>()(block_, b.block_);
  }
  template <class U>
  [[nodiscard]] bool owner_before(const weak_ptr<U>& b) const noexcept {
    return std::less<const void*>()(block_, b.block_);
  }

 private:
  friend class access;
  friend struct shared::insider;
  template <class>
  friend class shared_ptr;
  template <class>
  friend class weak_ptr;

  /// Takes over one owning reference to `block`.
  shared_ptr(shared::insider*, element_type* pointer, void* block) noexcept
      : pointer_(pointer), block_(block) {}

  template <class P, class D, class A>
  void adopt(P p, D d, const A& a) {
    try {
      block_ = shared::make_holder(p, d, a);
    } catch (...) {
      d(p);
      throw;
    }
  }

  /// The constructor "enables shared_from_this with p".
  template <class Y>
  void watch_itself(Y* p) noexcept {
    using object = std::remove_cv_t<Y>;
    if constexpr (shared::shares_itself<object>) {
      if (p == nullptr) return;
      auto* self = const_cast<object*>(p);
      using base = std::remove_reference_t<decltype(shared::self_watcher(*self))>;
      static_cast<base*>(self)->watch(block_, self);
    }
  }

  element_type* pointer_ = nullptr;
  void* block_ = nullptr;
};

template <class T>
shared_ptr(weak_ptr<T>) -> shared_ptr<T>;
template <class T, class D>
shared_ptr(std::unique_ptr<T, D>) -> shared_ptr<T>;

template <class T, class U>
[[nodiscard]] bool operator==(const shared_ptr<T>& a, const shared_ptr<U>& b) noexcept {
  return a.get() == b.get();
}
template <class T>
[[nodiscard]] bool operator==(const shared_ptr<T>& a, std::nullptr_t) noexcept {
  return !a;
}
template <class T, class U>
[[nodiscard]] std::strong_ordering operator<=>(const shared_ptr<T>& a,
                                               const shared_ptr<U>& b) noexcept {
  return std::compare_three_way()(a.get(), b.get());
}
template <class T>
[[nodiscard]] std::strong_ordering operator<=>(const shared_ptr<T>& a, std::nullptr_t) noexcept {
  return std::compare_three_way()(a.get(),
                                  static_cast<typename shared_ptr<T>::element_type*>(nullptr));
}

template <class T>
void swap(shared_ptr<T>& a, shared_ptr<T>& b) noexcept {
  a.swap(b);
}

/// As the standard says: writes get(), so a shared_ptr<char> writes what its pointer would.
template <class Char, class Traits, class T>
std::basic_ostream<Char, Traits>& operator<<(std::basic_ostream<Char, Traits>& out,
                                             const shared_ptr<T>& pointer) {
  return out << pointer.get();
}

/// An edge whatever T is, and whether or not it is complete. Only the collector of the shared heap
/// follows it; that one clears the pointer, too, const or not.
template <class T>
struct tracer<shared_ptr<T>> {
  template <class...>
  static consteval gc::edges owns() {
    return gc::edges::some;
  }
  static constexpr std::size_t edges_each = 0;
  static constexpr std::size_t shared_edges_each = 1;
  static void trace(shared_ptr<T>& pointer, edge_visitor& visit) {
    visit.shared_edge(access::shared_slot(pointer), /*wide=*/true);
  }
};

}  // namespace v1
}  // namespace tricycle

template <class T>
struct std::hash<tricycle::shared_ptr<T>> {
  [[nodiscard]] std::size_t operator()(const tricycle::shared_ptr<T>& pointer) const noexcept {
    return std::hash<typename tricycle::shared_ptr<T>::element_type*>()(pointer.get());
  }
};

#endif  // TRICYCLE_DETAIL_SHARED_POINTER_H_
