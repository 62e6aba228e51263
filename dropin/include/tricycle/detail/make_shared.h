// make_shared, allocate_shared and their forms ([util.smartptr.shared.create]).
//
// One block holds the counts and the object. Its memory comes from the library's allocator, or from
// the user's, rebound; never from global operator new.
//
// Errors: std::bad_alloc, std::bad_array_new_length for a length that no memory could hold, or what
// the constructor or allocator throws; then all that was constructed is destroyed, in reverse
// order, and nothing is left behind. User code: constructors, and the allocator's construct and
// destroy, as the standard says.
#ifndef TRICYCLE_DETAIL_MAKE_SHARED_H_
#define TRICYCLE_DETAIL_MAKE_SHARED_H_

#include "tricycle/detail/enable_shared.h"
#include "tricycle/detail/shared_array.h"

namespace tricycle {
inline namespace v1 {
namespace shared {

/// Puts an owner together from a block that has just been published.
struct insider {
  template <class T>
  [[nodiscard]] static shared_ptr<T> own(typename shared_ptr<T>::element_type* object,
                                         void* block) noexcept {
    shared_ptr<T> owner(static_cast<insider*>(nullptr), object, block);
    if constexpr (!std::is_array_v<T>) owner.watch_itself(object);
    return owner;
  }
  /// The owning reference that the pointer had; it is null afterwards.
  template <class T>
  [[nodiscard]] static void* take_block(shared_ptr<T>& owner) noexcept {
    owner.pointer_ = nullptr;
    return std::exchange(owner.block_, nullptr);
  }
  template <class Pointer>
  [[nodiscard]] static void* block_of(const Pointer& pointer) noexcept {
    return pointer.block_;
  }
  template <class T>
  [[nodiscard]] static bool same_target(const weak_ptr<T>& a, const weak_ptr<T>& b) noexcept {
    return a.pointer_ == b.pointer_;
  }
};

template <class T>
concept single = !std::is_array_v<T>;
template <class T>
concept unbounded = std::is_unbounded_array_v<T>;
template <class T>
concept bounded = std::is_bounded_array_v<T>;

template <class T, class A, class How>
[[nodiscard]] shared_ptr<T> make_array(const A& allocator, std::size_t n, const How& how) {
  constexpr std::size_t width = flat_size<std::remove_extent_t<T>>;
  using element = flat_type<T>;
  if (n > std::numeric_limits<std::size_t>::max() / width) throw std::bad_array_new_length();
  auto* head = make_flat_array<element, A>(allocator, n * width, how);
  return insider::own<T>(
      reinterpret_cast<std::remove_cv_t<std::remove_extent_t<T>>*>(head->elements()), head);
}

// Clang 14 has no parentheses for aggregates yet ([dcl.init.general]/16.6.2.2).
template <class T, class... Args>
void construct_object(void* at, Args&&... args) {
  if constexpr (std::is_aggregate_v<T> && !std::is_constructible_v<T, Args...>)
    ::new (at) T{std::forward<Args>(args)...};
  else
    ::new (at) T(std::forward<Args>(args)...);
}

template <class T, class Construct>
[[nodiscard]] shared_ptr<T> make_object(Construct construct) {
  auto* object = make_in_place<std::remove_cv_t<T>>(construct);
  return insider::own<T>(object, object);
}

template <class T, class How, class A, class... Args>
[[nodiscard]] shared_ptr<T> make_with(const A& allocator, Args&&... args) {
  auto* held = make_allocated<std::remove_cv_t<T>, How>(allocator, std::forward<Args>(args)...);
  return insider::own<T>(std::addressof(held->object), held);
}

}  // namespace shared

/// One object. O(1) beside its constructor.
template <class T, class... Args>
requires shared::single<T>
[[nodiscard]] shared_ptr<T> make_shared(Args&&... args) {
  return shared::make_object<T>([&](void* at) {
    shared::construct_object<std::remove_cv_t<T>>(at, std::forward<Args>(args)...);
  });
}
/// An array of n value-initialised elements. O(n), as all that follow.
template <class T>
requires shared::unbounded<T>
[[nodiscard]] shared_ptr<T> make_shared(std::size_t n) {
  return shared::make_array<T>(shared::own_allocator(), n, shared::value_initialized());
}
template <class T>
requires shared::bounded<T>
[[nodiscard]] shared_ptr<T> make_shared() {
  return shared::make_array<T>(shared::own_allocator(), std::extent_v<T>,
                               shared::value_initialized());
}
/// An array whose elements are copies of `u`.
template <class T>
requires shared::unbounded<T>
[[nodiscard]] shared_ptr<T> make_shared(std::size_t n, const std::remove_extent_t<T>& u) {
  return shared::make_array<T>(shared::own_allocator(), n,
                               shared::copy_of<std::remove_extent_t<T>>{u});
}
template <class T>
requires shared::bounded<T>
[[nodiscard]] shared_ptr<T> make_shared(const std::remove_extent_t<T>& u) {
  return shared::make_array<T>(shared::own_allocator(), std::extent_v<T>,
                               shared::copy_of<std::remove_extent_t<T>>{u});
}

/// As make_shared, default-initialised: scalars are left as they lie.
template <class T>
requires shared::single<T>
[[nodiscard]] shared_ptr<T> make_shared_for_overwrite() {
  return shared::make_object<T>([](void* at) { ::new (at) std::remove_cv_t<T>; });
}
template <class T>
requires shared::bounded<T>
[[nodiscard]] shared_ptr<T> make_shared_for_overwrite() {
  return shared::make_array<T>(shared::own_allocator(), std::extent_v<T>,
                               shared::default_initialized());
}
template <class T>
requires shared::unbounded<T>
[[nodiscard]] shared_ptr<T> make_shared_for_overwrite(std::size_t n) {
  return shared::make_array<T>(shared::own_allocator(), n, shared::default_initialized());
}

/// As make_shared; the block comes from a copy of `a`, rebound, which also constructs and destroys
/// the object (but not what is made for overwriting).
template <class T, class A, class... Args>
requires shared::single<T>
[[nodiscard]] shared_ptr<T> allocate_shared(const A& a, Args&&... args) {
  return shared::make_with<T, shared::value_initialized>(a, std::forward<Args>(args)...);
}
template <class T, class A>
requires shared::unbounded<T>
[[nodiscard]] shared_ptr<T> allocate_shared(const A& a, std::size_t n) {
  return shared::make_array<T>(a, n, shared::value_initialized());
}
template <class T, class A>
requires shared::bounded<T>
[[nodiscard]] shared_ptr<T> allocate_shared(const A& a) {
  return shared::make_array<T>(a, std::extent_v<T>, shared::value_initialized());
}
template <class T, class A>
requires shared::unbounded<T>
[[nodiscard]] shared_ptr<T> allocate_shared(const A& a, std::size_t n,
                                            const std::remove_extent_t<T>& u) {
  return shared::make_array<T>(a, n, shared::copy_of<std::remove_extent_t<T>>{u});
}
template <class T, class A>
requires shared::bounded<T>
[[nodiscard]] shared_ptr<T> allocate_shared(const A& a, const std::remove_extent_t<T>& u) {
  return shared::make_array<T>(a, std::extent_v<T>, shared::copy_of<std::remove_extent_t<T>>{u});
}

template <class T, class A>
requires shared::single<T>
[[nodiscard]] shared_ptr<T> allocate_shared_for_overwrite(const A& a) {
  return shared::make_with<T, shared::default_initialized>(a);
}
template <class T, class A>
requires shared::bounded<T>
[[nodiscard]] shared_ptr<T> allocate_shared_for_overwrite(const A& a) {
  return shared::make_array<T>(a, std::extent_v<T>, shared::default_initialized());
}
template <class T, class A>
requires shared::unbounded<T>
[[nodiscard]] shared_ptr<T> allocate_shared_for_overwrite(const A& a, std::size_t n) {
  return shared::make_array<T>(a, n, shared::default_initialized());
}

}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_DETAIL_MAKE_SHARED_H_
