// weak_ptr<T>: watches what shared_ptrs own ([util.smartptr.weak]).
//
// Thread safety: as std::weak_ptr: different objects from any thread, one and the same with a lock.
// lock() against the last release is linearisable: it returns an owner, or the object's death has
// begun.
// User code: none runs in any operation here. (lock() returns an owner, whose end may run some.)
// Complexity: O(1), noexcept, but where the standard says otherwise.
//
// The object is destroyed with its last owner; its memory goes back with the last weak_ptr, as in
// the common implementations of std::shared_ptr.
#ifndef TRICYCLE_DETAIL_WEAK_POINTER_H_
#define TRICYCLE_DETAIL_WEAK_POINTER_H_

#include "tricycle/detail/shared_pointer.h"

namespace tricycle {
inline namespace v1 {

template <class T>
class weak_ptr {
 public:
  using element_type = std::remove_extent_t<T>;

  // Not defaulted: a const member of this class must not delete its owner's default constructor.
  constexpr weak_ptr() noexcept {}  // NOLINT(modernize-use-equals-default)
  template <class Y>
  requires shared::compatible<Y, T> weak_ptr(const shared_ptr<Y>& r)
  noexcept  // NOLINT(google-explicit-constructor)
      : pointer_(r.pointer_), block_(r.block_) {
    if (block_ != nullptr) shared::watch(shared::header_of(block_));
  }
  weak_ptr(const weak_ptr& r) noexcept : pointer_(r.pointer_), block_(r.block_) {
    if (block_ != nullptr) shared::retain_weak(shared::header_of(block_));
  }
  template <class Y>
  requires shared::compatible<Y, T> weak_ptr(const weak_ptr<Y>& r)
  noexcept  // NOLINT(google-explicit-constructor)
      : pointer_(r.template as<element_type>()), block_(r.block_) {
    if (block_ != nullptr) shared::retain_weak(shared::header_of(block_));
  }
  weak_ptr(weak_ptr&& r) noexcept
      : pointer_(std::exchange(r.pointer_, nullptr)), block_(std::exchange(r.block_, nullptr)) {}
  template <class Y>
  requires shared::compatible<Y, T> weak_ptr(weak_ptr<Y>&& r)
  noexcept  // NOLINT(google-explicit-constructor)
      : pointer_(r.template as<element_type>()), block_(std::exchange(r.block_, nullptr)) {
    r.pointer_ = nullptr;
  }
  ~weak_ptr() {
    if (block_ != nullptr) shared::drop_weak(shared::header_of(block_));
  }

  weak_ptr& operator=(const weak_ptr& r) noexcept {
    weak_ptr(r).swap(*this);
    return *this;
  }
  template <class Y>
  requires shared::compatible<Y, T> weak_ptr& operator=(const weak_ptr<Y>& r) noexcept {
    weak_ptr(r).swap(*this);
    return *this;
  }
  template <class Y>
  requires shared::compatible<Y, T> weak_ptr& operator=(const shared_ptr<Y>& r) noexcept {
    weak_ptr(r).swap(*this);
    return *this;
  }
  weak_ptr& operator=(weak_ptr&& r) noexcept {
    weak_ptr(std::move(r)).swap(*this);
    return *this;
  }
  template <class Y>
  requires shared::compatible<Y, T> weak_ptr& operator=(weak_ptr<Y>&& r) noexcept {
    weak_ptr(std::move(r)).swap(*this);
    return *this;
  }

  void swap(weak_ptr& r) noexcept {
    std::swap(pointer_, r.pointer_);
    std::swap(block_, r.block_);
  }
  void reset() noexcept { weak_ptr().swap(*this); }

  [[nodiscard]] long use_count() const noexcept {
    return block_ == nullptr ? 0 : shared::watched_count(shared::header_of(block_));
  }
  [[nodiscard]] bool expired() const noexcept { return use_count() == 0; }
  /// An owner, or null if the object is dead or dying. Lock-free.
  [[nodiscard]] shared_ptr<T> lock() const noexcept {
    return lock_block() ? shared_ptr<T>(static_cast<shared::insider*>(nullptr), pointer_, block_)
                        : shared_ptr<T>();
  }
  template <class U>
  [[nodiscard]] bool owner_before(const shared_ptr<U>& b) const noexcept {
    return std::less<const void*>()(block_, b.block_);
  }
  template <class U>
  [[nodiscard]] bool owner_before(const weak_ptr<U>& b) const noexcept {
    return std::less<const void*>()(block_, b.block_);
  }

 private:
  friend struct shared::insider;
  template <class>
  friend class shared_ptr;
  template <class>
  friend class weak_ptr;
  template <class>
  friend class enable_shared_from_this;

  /// Takes one owning reference to the block; false if the object is dead.
  [[nodiscard]] bool lock_block() const noexcept {
    return block_ != nullptr && shared::lock(shared::header_of(block_));
  }
  /// For the object itself. Throws bad_weak_ptr.
  [[nodiscard]] shared_ptr<T> lock_itself() const {
    if (block_ == nullptr || !shared::lock_itself(shared::header_of(block_)))
      shared::throw_bad_weak_ptr();
    return shared_ptr<T>(static_cast<shared::insider*>(nullptr), pointer_, block_);
  }
  /// The pointer as one to E. Where that needs to look into the object (a virtual base), the object
  /// is kept alive for the look; null if it is dead.
  template <class E>
  [[nodiscard]] E* as() const noexcept {
    if constexpr (requires(E * e) { static_cast<element_type*>(e); })
      return pointer_;
    else
      return lock().get();
  }

  element_type* pointer_ = nullptr;
  void* block_ = nullptr;
};

template <class T>
weak_ptr(shared_ptr<T>) -> weak_ptr<T>;

template <class T>
void swap(weak_ptr<T>& a, weak_ptr<T>& b) noexcept {
  a.swap(b);
}

/// Weak pointers own nothing.
template <class T>
struct tracer<weak_ptr<T>> {
  template <class...>
  static consteval gc::edges owns() {
    return gc::edges::none;
  }
};

}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_DETAIL_WEAK_POINTER_H_
