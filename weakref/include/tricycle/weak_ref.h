// weak_ref<T>: watches an object of a tricycle heap without owning it.
//
// Thread safety: as ref<T>, confined to the thread of the object's heap.
// User code: none runs in any operation here.
//
// The object's memory goes back at its death even while weak references remain; what they share is
// a side record of 32 bytes. An object that has none pays nothing for the possibility.
#ifndef TRICYCLE_WEAK_REF_H_
#define TRICYCLE_WEAK_REF_H_

#include <cstddef>
#include <type_traits>
#include <utility>

#include "tricycle/detail/side_record.h"
#include "tricycle/ref.h"

namespace tricycle {
inline namespace v1 {

template <class T>
class weak_ref {
 public:
  using element_type = T;

  constexpr weak_ref() noexcept = default;
  constexpr weak_ref(std::nullptr_t) noexcept {}  // NOLINT(google-explicit-constructor)

  /// O(1); throws std::bad_alloc when it is the first to this object and memory is out.
  template <class U>
  requires std::is_convertible_v<U*, T*> weak_ref(
      const ref<U>& target)  // NOLINT(google-explicit-constructor)
      : record_(target ? gc::add_weak(gc::header_of(target.object_)) : nullptr) {
    gc::check_conversion<T, U>(target.object_);
  }

  weak_ref(const weak_ref& other) noexcept : record_(other.record_) {
    if (record_ != nullptr) gc::retain_weak(record_);
  }
  weak_ref(weak_ref&& other) noexcept : record_(std::exchange(other.record_, nullptr)) {}
  template <class U>
  requires std::is_convertible_v<U*, T*> weak_ref(const weak_ref<U>& other)
  noexcept  // NOLINT(google-explicit-constructor)
      : record_(other.record_) {
    gc::check_conversion<T, U>(target());
    if (record_ != nullptr) gc::retain_weak(record_);
  }
  template <class U>
  requires std::is_convertible_v<U*, T*> weak_ref(weak_ref<U>&& other)
  noexcept  // NOLINT(google-explicit-constructor)
      : record_(std::exchange(other.record_, nullptr)) {
    gc::check_conversion<T, U>(target());
  }
  ~weak_ref() {
    if (record_ != nullptr) gc::drop_weak(record_);
  }
  weak_ref& operator=(weak_ref other) noexcept {
    swap(other);
    return *this;
  }

  /// A reference to the object, or null when it is dead or dying. O(1).
  [[nodiscard]] ref<T> lock() const noexcept { return ref<T>::share(target()); }
  /// Whether the object is dead or dying (or there never was one). O(1).
  [[nodiscard]] bool expired() const noexcept {
    return record_ == nullptr || record_->target == nullptr;
  }
  /// References (not weak ones) to the object; 0 when it is dead. O(1).
  [[nodiscard]] long use_count() const noexcept {
    return expired() ? 0 : record_->target->count & ~gc::unwanted;
  }

  void reset() noexcept { weak_ref().swap(*this); }
  void swap(weak_ref& other) noexcept { std::swap(record_, other.record_); }

  /// Whether both were made from the same object, dead or alive. O(1).
  [[nodiscard]] friend bool operator==(const weak_ref& a, const weak_ref& b) noexcept {
    return a.record_ == b.record_;
  }

 private:
  template <class>
  friend class weak_ref;

  [[nodiscard]] void* target() const noexcept {
    return expired() ? nullptr : gc::object_of(record_->target);
  }

  gc::side_record* record_ = nullptr;
};

template <class T, class C>
weak_ref(const ref<T, C>&) -> weak_ref<T>;

template <class T>
void swap(weak_ref<T>& a, weak_ref<T>& b) noexcept {
  a.swap(b);
}

/// Weak references own nothing.
template <class T>
struct tracer<weak_ref<T>> {
  template <class...>
  static consteval gc::edges owns() {
    return gc::edges::none;
  }
};

}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_WEAK_REF_H_
