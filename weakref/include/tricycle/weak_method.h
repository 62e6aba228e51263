// weak_method: a function of an object, to be called later by someone who must not keep it alive.
//
// Thread safety: as weak_ref, confined to the thread of the object's heap.
#ifndef TRICYCLE_WEAK_METHOD_H_
#define TRICYCLE_WEAK_METHOD_H_

#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

#include "tricycle/weak_ref.h"

namespace tricycle {
inline namespace v1 {

/// A member function (or anything else that std::invoke can call with a T& first) bound to an
/// object that it does not own:
///
///     socket.on_readable = tricycle::weak_method(&Session::on_read, session);
///
/// A call locks the object, so that it stays alive until the call returns, and calls the function.
/// When the object is dead or dying, it does nothing. The result says which:
///
///   the function returns    the call returns
///   void                    bool: whether it was called
///   R                       std::optional<R>; empty if it was not called
///   R&                      R*; null if it was not called
///
/// Calls are noexcept where the function is. When the call drops the last reference to the object,
/// that dies in the call.
template <class F, class T>
class weak_method {
 public:
  /// O(1); throws std::bad_alloc when it is the first weak reference to the object and memory is
  /// out, or what moving the function throws.
  weak_method(F function, const ref<T>& target) : target_(target), function_(std::move(function)) {}
  weak_method(F function, weak_ref<T> target)
      : target_(std::move(target)), function_(std::move(function)) {}

  /// O(1), beside the function. May run user code: the function.
  template <class... Args>
  requires std::is_invocable_v<const F&, T&, Args...>
  auto operator()(Args&&... args) const
      noexcept(std::is_nothrow_invocable_v<const F&, T&, Args...>) {
    using result = std::invoke_result_t<const F&, T&, Args...>;
    const ref<T> target = target_.lock();
    if constexpr (std::is_void_v<result>) {
      if (!target) return false;
      std::invoke(function_, *target, std::forward<Args>(args)...);
      return true;
    } else if constexpr (std::is_reference_v<result>) {
      return target ? &std::invoke(function_, *target, std::forward<Args>(args)...) : nullptr;
    } else {
      using kept = std::optional<std::remove_cv_t<result>>;
      return target ? kept(std::invoke(function_, *target, std::forward<Args>(args)...)) : kept();
    }
  }

  /// Whether calls do nothing any more. O(1).
  [[nodiscard]] bool expired() const noexcept { return target_.expired(); }
  /// The object, or null when it is dead or dying. O(1).
  [[nodiscard]] ref<T> lock() const noexcept { return target_.lock(); }
  [[nodiscard]] const weak_ref<T>& target() const noexcept { return target_; }

 private:
  friend struct tracer<weak_method>;

  weak_ref<T> target_;
  F function_;
};

template <class F, class T, class C>
weak_method(F, const ref<T, C>&) -> weak_method<F, T>;
template <class F, class T>
weak_method(F, weak_ref<T>) -> weak_method<F, T>;

/// It owns nothing, unless its function is an object that does; what a lambda captures is not seen.
template <class F, class T>
struct tracer<weak_method<F, T>> {
  template <class...>
  static consteval gc::edges owns() {
    return gc::edges_of<F>() == gc::edges::some ? gc::edges::some : gc::edges::none;
  }
  static void trace(weak_method<F, T>& method, edge_visitor& visit) { visit(method.function_); }
};

}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_WEAK_METHOD_H_
