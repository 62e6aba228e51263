// atomic<shared_ptr<T>>, atomic<weak_ptr<T>> ([util.smartptr.atomic]) and the older free functions
// atomic_load, atomic_store, ... on shared_ptr ([depr.util.smartptr.shared.atomic]).
//
// Thread safety: that is what they are for. Not lock-free: a lock is held for a copy or a swap of
// two words. Every operation is sequentially consistent, whatever order is asked for.
// User code: destructors of replaced objects run after the lock has been given back.
//
// Invariants
// I1. Nothing that could run user code happens under a lock: what is replaced is moved out, and
//     dropped when the lock is free.
// I2. The state's lowest bit is the lock; the rest is a number that changes with every new value,
//     so that wait() sees a pointer that changed while its owner stayed the same.
#ifndef TRICYCLE_DETAIL_SHARED_ATOMIC_H_
#define TRICYCLE_DETAIL_SHARED_ATOMIC_H_

#include <atomic>
#include <cstdint>

#include "tricycle/detail/make_shared.h"

namespace tricycle {
inline namespace v1 {

using std::atomic;
using std::memory_order;

namespace shared {

/// Somebody else holds the lock: lets other threads go on.
void wait_for_lock() noexcept;
void wait_while(const std::atomic<std::uint32_t>& state, std::uint32_t seen) noexcept;
void wake(std::atomic<std::uint32_t>& state, bool all) noexcept;

class state_lock {
 public:
  explicit state_lock(std::atomic<std::uint32_t>& state) noexcept : state_(state) {
    // Relaxed: a guess that the exchange checks.
    before_ = state_.load(std::memory_order_relaxed);
    for (int tries = 0;; ++tries) {
      before_ &= ~locked;
      if (state_.compare_exchange_weak(before_, before_ | locked)) return;
      if (tries >= 16) wait_for_lock();
    }
  }
  state_lock(const state_lock&) = delete;
  state_lock& operator=(const state_lock&) = delete;
  ~state_lock() { state_.store(before_); }
  void changed() noexcept { before_ += 2; }
  [[nodiscard]] std::uint32_t number() const noexcept { return before_; }
  static constexpr std::uint32_t locked = 1;

 private:
  std::atomic<std::uint32_t>& state_;
  std::uint32_t before_;
};

template <class T>
[[nodiscard]] bool same_target(const shared_ptr<T>& a, const shared_ptr<T>& b) noexcept {
  return a.get() == b.get();
}
template <class T>
[[nodiscard]] bool same_target(const weak_ptr<T>& a, const weak_ptr<T>& b) noexcept {
  return insider::same_target(a, b);
}

/// Whether both point to the same object and have the same owner.
template <class P>
[[nodiscard]] bool equivalent(const P& a, const P& b) noexcept {
  return same_target(a, b) && !a.owner_before(b) && !b.owner_before(a);
}

/// What atomic<shared_ptr<T>> and atomic<weak_ptr<T>> have in common.
template <class P>
class atomic_pointer {
 public:
  using value_type = P;
  static constexpr bool is_always_lock_free = false;

  constexpr atomic_pointer() noexcept = default;
  atomic_pointer(P desired) noexcept  // NOLINT(google-explicit-constructor)
      : value_(std::move(desired)) {}
  atomic_pointer(const atomic_pointer&) = delete;
  atomic_pointer& operator=(const atomic_pointer&) = delete;

  [[nodiscard]] bool is_lock_free() const noexcept { return false; }
  void store(P desired, std::memory_order = std::memory_order_seq_cst) noexcept {
    static_cast<void>(exchange(std::move(desired)));
  }
  [[nodiscard]] P load(std::memory_order = std::memory_order_seq_cst) const noexcept {
    const state_lock lock(state_);
    return value_;
  }
  operator P() const noexcept { return load(); }  // NOLINT(google-explicit-constructor)
  P exchange(P desired, std::memory_order = std::memory_order_seq_cst) noexcept {
    {
      state_lock lock(state_);
      lock.changed();
      value_.swap(desired);
    }
    return desired;
  }
  bool compare_exchange_strong(P& expected, P desired, std::memory_order,
                               std::memory_order) noexcept {
    return compare_exchange(expected, desired);
  }
  bool compare_exchange_strong(P& expected, P desired,
                               std::memory_order = std::memory_order_seq_cst) noexcept {
    return compare_exchange(expected, desired);
  }
  bool compare_exchange_weak(P& expected, P desired, std::memory_order,
                             std::memory_order) noexcept {
    return compare_exchange(expected, desired);
  }
  bool compare_exchange_weak(P& expected, P desired,
                             std::memory_order = std::memory_order_seq_cst) noexcept {
    return compare_exchange(expected, desired);
  }
  /// Returns when the value is no longer equivalent to `old`. Blocks without spinning.
  void wait(P old, std::memory_order = std::memory_order_seq_cst) const noexcept {
    for (;;) {
      std::uint32_t seen;
      {
        const state_lock lock(state_);
        if (!equivalent(value_, old)) return;
        seen = lock.number();
      }
      wait_while(state_, seen);
    }
  }
  void notify_one() noexcept { wake(state_, false); }
  void notify_all() noexcept { wake(state_, true); }

 private:
  bool compare_exchange(P& expected, P& desired) noexcept {
    P found;  // dropped, with what `expected` was, when the lock is free (I1)
    {
      state_lock lock(state_);
      if (equivalent(value_, expected)) {
        lock.changed();
        value_.swap(desired);
        return true;
      }
      found = value_;
    }
    expected.swap(found);
    return false;
  }

  mutable std::atomic<std::uint32_t> state_{0};
  P value_;
};

/// The lock of the free functions for the pointer at that address: one of a few.
class address_lock {
 public:
  explicit address_lock(const void* address) noexcept;
  ~address_lock();
  address_lock(const address_lock&) = delete;
  address_lock& operator=(const address_lock&) = delete;

 private:
  std::atomic<std::uint32_t>& state_;
};

}  // namespace shared

template <class T>
[[nodiscard]] bool atomic_is_lock_free(const shared_ptr<T>*) noexcept {
  return false;
}
template <class T>
[[nodiscard]] shared_ptr<T> atomic_load(const shared_ptr<T>* p) noexcept {
  const shared::address_lock lock(p);
  return *p;
}
template <class T>
[[nodiscard]] shared_ptr<T> atomic_load_explicit(const shared_ptr<T>* p,
                                                 std::memory_order) noexcept {
  return atomic_load(p);
}
template <class T>
shared_ptr<T> atomic_exchange(shared_ptr<T>* p, std::type_identity_t<shared_ptr<T>> r) noexcept {
  {
    const shared::address_lock lock(p);
    p->swap(r);
  }
  return r;
}
template <class T>
shared_ptr<T> atomic_exchange_explicit(shared_ptr<T>* p, std::type_identity_t<shared_ptr<T>> r,
                                       std::memory_order) noexcept {
  return atomic_exchange(p, std::move(r));
}
template <class T>
void atomic_store(shared_ptr<T>* p, std::type_identity_t<shared_ptr<T>> r) noexcept {
  static_cast<void>(atomic_exchange(p, std::move(r)));
}
template <class T>
void atomic_store_explicit(shared_ptr<T>* p, std::type_identity_t<shared_ptr<T>> r,
                           std::memory_order) noexcept {
  atomic_store(p, std::move(r));
}
template <class T>
bool atomic_compare_exchange_strong(shared_ptr<T>* p, shared_ptr<T>* v,
                                    std::type_identity_t<shared_ptr<T>> w) noexcept {
  shared_ptr<T> found;
  {
    const shared::address_lock lock(p);
    if (shared::equivalent(*p, *v)) {
      p->swap(w);
      return true;
    }
    found = *p;
  }
  v->swap(found);
  return false;
}
template <class T>
bool atomic_compare_exchange_weak(shared_ptr<T>* p, shared_ptr<T>* v,
                                  std::type_identity_t<shared_ptr<T>> w) noexcept {
  return atomic_compare_exchange_strong(p, v, std::move(w));
}
template <class T>
bool atomic_compare_exchange_strong_explicit(shared_ptr<T>* p, shared_ptr<T>* v,
                                             std::type_identity_t<shared_ptr<T>> w,
                                             std::memory_order, std::memory_order) noexcept {
  return atomic_compare_exchange_strong(p, v, std::move(w));
}
template <class T>
bool atomic_compare_exchange_weak_explicit(shared_ptr<T>* p, shared_ptr<T>* v,
                                           std::type_identity_t<shared_ptr<T>> w, std::memory_order,
                                           std::memory_order) noexcept {
  return atomic_compare_exchange_strong(p, v, std::move(w));
}

}  // namespace v1
}  // namespace tricycle

template <class T>
struct std::atomic<tricycle::shared_ptr<T>>
    : tricycle::shared::atomic_pointer<tricycle::shared_ptr<T>> {
  using base = tricycle::shared::atomic_pointer<tricycle::shared_ptr<T>>;
  constexpr atomic() noexcept = default;
  constexpr atomic(std::nullptr_t) noexcept {}  // NOLINT(google-explicit-constructor)
  using base::base;
  void operator=(tricycle::shared_ptr<T> desired) noexcept { base::store(std::move(desired)); }
};
template <class T>
struct std::atomic<tricycle::weak_ptr<T>>
    : tricycle::shared::atomic_pointer<tricycle::weak_ptr<T>> {
  using base = tricycle::shared::atomic_pointer<tricycle::weak_ptr<T>>;
  constexpr atomic() noexcept = default;
  using base::base;
  void operator=(tricycle::weak_ptr<T> desired) noexcept { base::store(std::move(desired)); }
};

#endif  // TRICYCLE_DETAIL_SHARED_ATOMIC_H_
