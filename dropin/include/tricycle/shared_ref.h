// shared_ref<T> and shared_weak_ref<T>: one pointer wide, to objects of the heap that all threads
// share; the same objects as behind make_shared.
//
// shared_ref<T> is ref<T> (ref.h), counted atomically: the same operations, casts, comparisons and
// rules; a conversion to a base at another address is refused with a message, as there.
//
// Thread safety: as shared_ptr: different pointers to one object may be used by different threads
// at any time, one and the same needs a lock. Who attaches threads, and what they promise then:
// threads.h.
// With TRICYCLE_DROPIN=0, where shared_ptr is the standard library's, they are there all the same;
// what converts between the two is not.
// User code: destructors run where the last reference is dropped, or in a collection.
#ifndef TRICYCLE_SHARED_REF_H_
#define TRICYCLE_SHARED_REF_H_

#include <cstddef>
#include <type_traits>
#include <utility>

#include "tricycle/detail/shared_payload.h"
#include "tricycle/ref.h"
#include "tricycle/shared_ptr.h"

namespace tricycle {
inline namespace v1 {

namespace gc {
template <>
struct counts<counting::atomic> {
  static void retain(header* h) noexcept { shared::retain(h); }
  static void drop(header* h) noexcept { shared::drop(h); }
  static long of(const header* h) noexcept { return shared::use_count(h); }
  static void show(edge_visitor& visit, void** slot) { visit.shared_edge(slot, /*wide=*/false); }
  static constexpr std::size_t edges_each = 0;  // for the collector of a confined heap
};
}  // namespace gc

template <class T>
using shared_ref = ref<T, counting::atomic>;

/// A new T of the shared heap, as make_shared<T>. O(1) beside its constructor; a slice of the
/// collector may run first. Throws std::bad_alloc, or what the constructor throws.
template <class T, class... Args>
[[nodiscard]] shared_ref<T> make_shared_ref(Args&&... args) {
  static_assert(std::is_object_v<T> && !std::is_array_v<T>,
                "tricycle::make_shared_ref<T>: T is a class or scalar");
  const auto construct = [&](void* at) {
    access::construct<std::remove_cv_t<T>>(at, std::forward<Args>(args)...);
  };
  shared_ref<T> result;
#if TRICYCLE_DROPIN
  // The object's own weak pointer is told.
  auto made = shared::make_object<T>(construct);
  *access::slot(result) = shared::insider::take_block(made);
#else
  *access::slot(result) = shared::make_in_place<std::remove_cv_t<T>>(construct);
#endif
  return result;
}

/// A reference to the object whose member function runs, which make_shared or make_shared_ref made.
/// `self` must be that object's own address, or its first base's. O(1).
template <class T>
[[nodiscard]] shared_ref<T> shared_ref_from(T* self) noexcept {
  shared_ref<T> result;
  auto* object = const_cast<void*>(static_cast<const void*>(self));
  shared::retain(shared::header_of(object));
  *access::slot(result) = object;
  return result;
}

#if TRICYCLE_DROPIN
/// The same object as `from` has. Null if the object does not lie in the block of the counts, where
/// a single pointer could not find them: one that was made by new, an element of an array, a part
/// of another object (but its first). O(1).
template <class T>
[[nodiscard]] shared_ref<T> to_shared_ref(const shared_ptr<T>& from) noexcept {
  void* block = shared::insider::block_of(from);
  shared_ref<T> result;
  if (block == nullptr || static_cast<const volatile void*>(from.get()) != block) return result;
  shared::retain(shared::header_of(block));
  *access::slot(result) = block;
  return result;
}
#endif

/// Watches an object of the shared heap without owning it. O(1), all of it; none of it throws, runs
/// user code, or blocks.
template <class T>
class shared_weak_ref {
 public:
  using element_type = T;

  constexpr shared_weak_ref() noexcept = default;
  constexpr shared_weak_ref(std::nullptr_t) noexcept {}  // NOLINT(google-explicit-constructor)
  template <class U>
  requires std::is_convertible_v<U*, T*> shared_weak_ref(const shared_ref<U>& target)
  noexcept  // NOLINT(google-explicit-constructor)
      : block_(*access::slot(const_cast<shared_ref<U>&>(target))) {
    gc::check_conversion<T, U>(block_);
    if (block_ != nullptr) shared::watch(shared::header_of(block_));
  }
  shared_weak_ref(const shared_weak_ref& other) noexcept : block_(other.block_) {
    if (block_ != nullptr) shared::retain_weak(shared::header_of(block_));
  }
  shared_weak_ref(shared_weak_ref&& other) noexcept
      : block_(std::exchange(other.block_, nullptr)) {}
  ~shared_weak_ref() {
    if (block_ != nullptr) shared::drop_weak(shared::header_of(block_));
  }
  shared_weak_ref& operator=(const shared_weak_ref& other) noexcept {
    shared_weak_ref(other).swap(*this);
    return *this;
  }
  shared_weak_ref& operator=(shared_weak_ref&& other) noexcept {
    shared_weak_ref(std::move(other)).swap(*this);
    return *this;
  }

  void swap(shared_weak_ref& other) noexcept { std::swap(block_, other.block_); }
  void reset() noexcept { shared_weak_ref().swap(*this); }

  /// Null if the object is dead or dying. Linearisable against the last drop and the collector.
  [[nodiscard]] shared_ref<T> lock() const noexcept {
    shared_ref<T> result;
    if (block_ != nullptr && shared::lock(shared::header_of(block_)))
      *access::slot(result) = block_;
    return result;
  }
  [[nodiscard]] bool expired() const noexcept { return use_count() == 0; }
  [[nodiscard]] long use_count() const noexcept {
    return block_ == nullptr ? 0 : shared::watched_count(shared::header_of(block_));
  }

 private:
  void* block_ = nullptr;
};

template <class T>
void swap(shared_weak_ref<T>& a, shared_weak_ref<T>& b) noexcept {
  a.swap(b);
}

/// It owns nothing.
template <class T>
struct tracer<shared_weak_ref<T>> {
  template <class...>
  static consteval gc::edges owns() {
    return gc::edges::none;
  }
};

}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_SHARED_REF_H_
