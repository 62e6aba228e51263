// enable_shared_from_this<T> ([util.smartptr.enab]).
//
// Thread safety: shared_from_this() may be called from any thread while the object has an owner.
// User code: none runs.
#ifndef TRICYCLE_DETAIL_ENABLE_SHARED_H_
#define TRICYCLE_DETAIL_ENABLE_SHARED_H_

#include "tricycle/detail/weak_pointer.h"

namespace tricycle {
inline namespace v1 {

/// A base class by which an object finds its owners. The constructors of shared_ptr, and
/// make_shared, tell it of the first one; a base that is private or ambiguous is ignored.
template <class T>
class enable_shared_from_this {
 public:
  /// A further owner. Throws bad_weak_ptr before the first one exists: in the constructor, or for
  /// an object that no shared_ptr owns; and after the last one has gone, but not in the object's
  /// own finalizer. O(1).
  [[nodiscard]] shared_ptr<T> shared_from_this() { return weak_this_.lock_itself(); }
  [[nodiscard]] shared_ptr<const T> shared_from_this() const { return weak_this_.lock_itself(); }
  [[nodiscard]] weak_ptr<T> weak_from_this() noexcept { return weak_this_; }
  [[nodiscard]] weak_ptr<const T> weak_from_this() const noexcept { return weak_this_; }

 protected:
  constexpr enable_shared_from_this() noexcept = default;
  // A copy is another object, with other owners.
  enable_shared_from_this(const enable_shared_from_this&) noexcept {}
  enable_shared_from_this& operator=(const enable_shared_from_this&) noexcept { return *this; }
  ~enable_shared_from_this() = default;

 private:
  template <class>
  friend class shared_ptr;
  friend struct shared::insider;

  /// The first owner of this object, or the first after all others went, owns `block`.
  void watch(void* block, T* object) const noexcept {
    if (!weak_this_.expired()) return;
    weak_this_.reset();
    weak_this_.pointer_ = object;
    weak_this_.block_ = block;
    shared::watch(shared::header_of(block));
  }

  mutable weak_ptr<T> weak_this_;
};

/// It owns nothing, so it adds no edges to a class derived from it; such a class declares its own.
template <class T>
struct tracer<enable_shared_from_this<T>> : tracer<weak_ptr<T>> {};

}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_DETAIL_ENABLE_SHARED_H_
