// owner_less ([util.smartptr.ownerless]): the order of owners, for ordered containers.
#ifndef TRICYCLE_DETAIL_POINTER_LESS_H_
#define TRICYCLE_DETAIL_POINTER_LESS_H_

#include "tricycle/detail/weak_pointer.h"

namespace tricycle {
inline namespace v1 {
namespace shared {

template <class T, class Other>
struct owner_order {
  [[nodiscard]] bool operator()(const T& a, const T& b) const noexcept { return a.owner_before(b); }
  [[nodiscard]] bool operator()(const T& a, const Other& b) const noexcept {
    return a.owner_before(b);
  }
  [[nodiscard]] bool operator()(const Other& a, const T& b) const noexcept {
    return a.owner_before(b);
  }
};

}  // namespace shared

template <class T = void>
struct owner_less;
template <class T>
struct owner_less<shared_ptr<T>> : shared::owner_order<shared_ptr<T>, weak_ptr<T>> {};
template <class T>
struct owner_less<weak_ptr<T>> : shared::owner_order<weak_ptr<T>, shared_ptr<T>> {};
template <>
struct owner_less<void> {
  using is_transparent = void;
  template <class A, class B>
  [[nodiscard]] bool operator()(const A& a, const B& b) const noexcept requires requires {
    a.owner_before(b);
  }
  { return a.owner_before(b); }
};

}  // namespace v1
}  // namespace tricycle

/// Code that names std::owner_less works with these pointers, too.
template <class T>
struct std::owner_less<tricycle::shared_ptr<T>> : tricycle::owner_less<tricycle::shared_ptr<T>> {};
template <class T>
struct std::owner_less<tricycle::weak_ptr<T>> : tricycle::owner_less<tricycle::weak_ptr<T>> {};

#endif  // TRICYCLE_DETAIL_POINTER_LESS_H_
