// The casts, and get_deleter ([util.smartptr.shared.cast], [util.smartptr.getdeleter]).
//
// Thread safety, errors: as copying a shared_ptr. The forms that take an rvalue move the ownership
// instead of counting; a dynamic cast that fails leaves its argument alone.
#ifndef TRICYCLE_DETAIL_POINTER_CAST_H_
#define TRICYCLE_DETAIL_POINTER_CAST_H_

#include "tricycle/detail/make_shared.h"

namespace tricycle {
inline namespace v1 {

template <class T, class U>
[[nodiscard]] shared_ptr<T> static_pointer_cast(const shared_ptr<U>& r) noexcept {
  return shared_ptr<T>(r, static_cast<typename shared_ptr<T>::element_type*>(r.get()));
}
template <class T, class U>
[[nodiscard]] shared_ptr<T> static_pointer_cast(shared_ptr<U>&& r) noexcept {
  auto* to = static_cast<typename shared_ptr<T>::element_type*>(r.get());
  return shared_ptr<T>(std::move(r), to);
}
template <class T, class U>
[[nodiscard]] shared_ptr<T> const_pointer_cast(const shared_ptr<U>& r) noexcept {
  return shared_ptr<T>(r, const_cast<typename shared_ptr<T>::element_type*>(r.get()));
}
template <class T, class U>
[[nodiscard]] shared_ptr<T> const_pointer_cast(shared_ptr<U>&& r) noexcept {
  auto* to = const_cast<typename shared_ptr<T>::element_type*>(r.get());
  return shared_ptr<T>(std::move(r), to);
}
template <class T, class U>
[[nodiscard]] shared_ptr<T> reinterpret_pointer_cast(const shared_ptr<U>& r) noexcept {
  return shared_ptr<T>(r, reinterpret_cast<typename shared_ptr<T>::element_type*>(r.get()));
}
template <class T, class U>
[[nodiscard]] shared_ptr<T> reinterpret_pointer_cast(shared_ptr<U>&& r) noexcept {
  auto* to = reinterpret_cast<typename shared_ptr<T>::element_type*>(r.get());
  return shared_ptr<T>(std::move(r), to);
}
/// Empty if the object is no T.
template <class T, class U>
[[nodiscard]] shared_ptr<T> dynamic_pointer_cast(const shared_ptr<U>& r) noexcept {
  auto* to = dynamic_cast<typename shared_ptr<T>::element_type*>(r.get());
  return to == nullptr ? shared_ptr<T>() : shared_ptr<T>(r, to);
}
template <class T, class U>
[[nodiscard]] shared_ptr<T> dynamic_pointer_cast(shared_ptr<U>&& r) noexcept {
  auto* to = dynamic_cast<typename shared_ptr<T>::element_type*>(r.get());
  return to == nullptr ? shared_ptr<T>() : shared_ptr<T>(std::move(r), to);
}

/// The deleter that `p`'s owners will call, if it is a D; else null. Valid while an owner lives.
template <class D, class T>
[[nodiscard]] D* get_deleter(const shared_ptr<T>& p) noexcept {
  void* block = shared::insider::block_of(p);
  if (block == nullptr) return nullptr;
  const shared::shared_type& type = shared::type_of_block(shared::header_of(block));
  return type.deleter == nullptr ? nullptr : static_cast<D*>(type.deleter(block, typeid(D)));
}

}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_DETAIL_POINTER_CAST_H_
