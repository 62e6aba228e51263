// weak_ref<T>: watches an object of a tricycle heap without owning it.
//
// Thread safety: as ref<T>, confined to the thread of the object's heap.
// User code: none runs in any operation here, but that removing a callback destroys it.
//
// The object's memory goes back at its death even while weak references remain; what they share is
// a side record of 32 bytes. An object that has none pays nothing for the possibility. The order in
// which things happen at a death: docs/weak-references.md.
#ifndef TRICYCLE_WEAK_REF_H_
#define TRICYCLE_WEAK_REF_H_

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "tricycle/detail/side_record.h"
#include "tricycle/detail/weak_callback.h"
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

  /// The same with a callback: `on_death()` is called once, when the object has died, after all
  /// weak references to it have expired and before its finalizer and its destructor; callbacks of
  /// one object in the order in which they were made. It belongs to this weak_ref: moves take it
  /// along, copies do without; and when the weak_ref is destroyed, reset or assigned to, it is
  /// removed. It is destroyed after its call.
  ///
  /// It may do what it likes, but collect() does nothing in it, as in a destructor; what it throws
  /// goes to the unraisable hook. If the target is null, or was dying before, it is never called.
  /// A callback that owns the object it waits for keeps it alive for ever.
  ///
  /// O(1); two small allocations, one more for the object's first. Throws std::bad_alloc, or what
  /// moving the function throws.
  template <class U, class F>
  requires std::is_convertible_v<U*, T*> && std::is_invocable_v<F&> weak_ref(const ref<U>& target,
                                                                             F on_death)
      : weak_ref(target) {
    if (!expired()) hold(gc::add_callback<F>(record_, std::move(on_death)));
  }

  weak_ref(const weak_ref& other) noexcept : record_(other.record()) {
    if (record_ != nullptr) gc::retain_weak(record_);
  }
  weak_ref(weak_ref&& other) noexcept : record_(std::exchange(other.record_, nullptr)) {}
  template <class U>
  requires std::is_convertible_v<U*, T*> weak_ref(const weak_ref<U>& other)
  noexcept  // NOLINT(google-explicit-constructor)
      : record_(other.record()) {
    gc::check_conversion<T, U>(target());
    if (record_ != nullptr) gc::retain_weak(record_);
  }
  template <class U>
  requires std::is_convertible_v<U*, T*> weak_ref(weak_ref<U>&& other)
  noexcept  // NOLINT(google-explicit-constructor)
      : record_(std::exchange(other.record_, nullptr)) {
    gc::check_conversion<T, U>(target());
  }
  /// Where it has a callback: destroys that, and what it has captured.
  ~weak_ref() {
    if (record_ == nullptr) return;
    if (has_callback()) [[unlikely]]
      gc::drop_callback(callback());
    else
      gc::drop_weak(record_);
  }
  weak_ref& operator=(weak_ref other) noexcept {
    swap(other);
    return *this;
  }

  /// A reference to the object, or null when it is dead or dying. O(1).
  [[nodiscard]] ref<T> lock() const noexcept { return ref<T>::share(target()); }
  /// Whether the object is dead or dying (or there never was one). O(1).
  [[nodiscard]] bool expired() const noexcept {
    const gc::side_record* r = record();
    return r == nullptr || r->target == nullptr;
  }
  /// References (not weak ones) to the object; 0 when it is dead. O(1).
  [[nodiscard]] long use_count() const noexcept {
    return expired() ? 0 : record()->target->count & ~gc::unwanted;
  }

  void reset() noexcept { weak_ref().swap(*this); }
  void swap(weak_ref& other) noexcept { std::swap(record_, other.record_); }

  /// Whether both were made from the same object, dead or alive. O(1).
  [[nodiscard]] friend bool operator==(const weak_ref& a, const weak_ref& b) noexcept {
    return a.record() == b.record();
  }

 private:
  template <class>
  friend class weak_ref;

  // With a callback, what is kept is that one's address, plus 1: it knows the record.
  [[nodiscard]] bool has_callback() const noexcept {
    return (reinterpret_cast<std::uintptr_t>(record_) & 1) != 0;
  }
  [[nodiscard]] gc::weak_callback& callback() const noexcept {
    return *reinterpret_cast<gc::weak_callback*>(reinterpret_cast<std::uintptr_t>(record_) - 1);
  }
  void hold(gc::weak_callback* made) noexcept {
    gc::drop_weak(record_);  // it has its own share
    record_ = reinterpret_cast<gc::side_record*>(reinterpret_cast<std::uintptr_t>(made) + 1);
  }
  [[nodiscard]] gc::side_record* record() const noexcept {
    if (has_callback()) [[unlikely]]
      return callback().record;
    return record_;
  }
  [[nodiscard]] void* target() const noexcept {
    const gc::side_record* r = record();
    return r == nullptr || r->target == nullptr ? nullptr : gc::object_of(r->target);
  }

  gc::side_record* record_ = nullptr;
};

template <class T, class C>
weak_ref(const ref<T, C>&) -> weak_ref<T>;
template <class T, class C, class F>
weak_ref(const ref<T, C>&, F) -> weak_ref<T>;

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
