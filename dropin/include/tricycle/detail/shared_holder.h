// Blocks for pointers that the user made: the pointer, its deleter and the allocator.
//
// User code: the deleter, and the allocator, which the standard wants not to throw when they are
// copied or moved; a deleter that throws ends the program.
#ifndef TRICYCLE_DETAIL_SHARED_HOLDER_H_
#define TRICYCLE_DETAIL_SHARED_HOLDER_H_

#include "tricycle/detail/shared_payload.h"

namespace tricycle {
inline namespace v1 {
namespace shared {

/// Checked builds: remembers that `pointer` is owned, and aborts if it is already.
void note_adoption(const void* pointer, const gc::object_type& type) noexcept;
void forget_adoption(const void* pointer) noexcept;

/// The deleter of a pointer that came alone. Not the user's: get_deleter does not find it.
template <class T>
struct default_deleter {
  void operator()(T* pointer) const noexcept {
    if constexpr (gc::checked) forget_adoption(const_cast<std::remove_cv_t<T>*>(pointer));
    delete pointer;
  }
};
template <class T>
struct default_deleter<T[]> {
  void operator()(T* pointer) const noexcept {
    if constexpr (gc::checked) forget_adoption(const_cast<std::remove_cv_t<T>*>(pointer));
    delete[] pointer;
  }
};
template <class D>
inline constexpr bool is_default_deleter = false;
template <class T>
inline constexpr bool is_default_deleter<default_deleter<T>> = true;

template <class P, class D, class A>
struct holder {
  P pointer;
  union {
    [[no_unique_address]] D deleter;  // ended before the rest (I2 of shared_payload.h)
  };
  [[no_unique_address]] A allocator;

  holder(P p, D& d, const A& a) noexcept : pointer(p), deleter(std::move(d)), allocator(a) {}
  holder(const holder&) = delete;
  holder& operator=(const holder&) = delete;
  ~holder() {}
};

/// What the pointer of a holder leads to, if it is an object that can be asked for its edges.
template <class P>
struct pointee_of {
  using type = void;
};
template <class T>
requires(!std::is_void_v<T> && !std::is_function_v<T>) struct pointee_of<T*> {
  using type = T;
};

template <class P, class D, class A>
struct holder_kind : kind<holder<P, D, A>, P, A> {
  using payload = holder<P, D, A>;
  using pointee = typename pointee_of<P>::type;
  using traced = std::conditional_t<std::is_void_v<pointee>, P, pointee>;
  /// The deleters that say that the pointer leads to exactly one whole object of that class.
  static constexpr bool holds_one = std::is_same_v<D, default_deleter<pointee>> ||
                                    std::is_same_v<D, std::default_delete<pointee>>;
  static constexpr std::uint32_t held_bytes = holds_one ? sizeof(traced) : 0;

  static void run_deleter(void* object) noexcept {
    auto* held = static_cast<payload*>(object);
    held->deleter(held->pointer);
    held->deleter.~D();
  }
  static constexpr void (*destroy)(void*) noexcept = &run_deleter;

  static void release_block(void* object) noexcept {
    auto* held = static_cast<payload*>(object);
    const A allocator(std::move(held->allocator));
    held->allocator.~A();
    using raw = raw_block<holder_kind>;
    raw::give_back(allocator, raw::block_of(object), sizeof(payload));
  }
  static constexpr void (*release)(void*) noexcept = std::is_same_v<A, own_allocator>
                                                         ? nullptr
                                                         : &release_block;

  static void* find_deleter(void* object, const std::type_info& type) noexcept {
    if (type != typeid(D)) return nullptr;
    return std::addressof(static_cast<payload*>(object)->deleter);
  }
  static constexpr void* (*deleter)(void*, const std::type_info&) noexcept = is_default_deleter<D>
                                                                                 ? nullptr
                                                                                 : &find_deleter;

  /// An object of its own behind the pointer is searched as if it were in place.
  static void trace_pointee(void* object, edge_visitor& visit) {
    if constexpr (!std::is_void_v<pointee>) {
      auto* held = static_cast<payload*>(object);
      if (held->pointer != nullptr) visit(*const_cast<std::remove_cv_t<pointee>*>(held->pointer));
    }
  }
  static constexpr auto tracing() -> void (*)(void*, edge_visitor&) {
    if constexpr (holds_one) {
      if constexpr (tracing_of<pointee>() != nullptr) return &trace_pointee;
    }
    return nullptr;
  }

  static void finalize_pointee(void* object) {
    if constexpr (holds_one) {
      auto* held = static_cast<payload*>(object);
      if (held->pointer != nullptr)
        access::finalize(*const_cast<std::remove_cv_t<pointee>*>(held->pointer));
    }
  }
  static constexpr auto finalizing() -> void (*)(void*) {
    if constexpr (holds_one) {
      if constexpr (access::has_finalize<std::remove_cv_t<pointee>>) return &finalize_pointee;
    }
    return nullptr;
  }
};

/// A holder's payload, published. Throws std::bad_alloc, or what the allocator throws: then the
/// pointer has not been touched, and nothing is left behind.
template <class P, class D, class A>
[[nodiscard]] void* make_holder(P pointer, D& deleter, const A& allocator) {
  using payload = holder<P, D, A>;
  raw_block<holder_kind<P, D, A>> raw(allocator);
  void* object = raw.payload();
  ::new (object) payload(pointer, deleter, allocator);
  constexpr const shared_type& type = type_for<holder_kind<P, D, A>>;
  if constexpr (gc::checked && is_default_deleter<D>)
    if (pointer != nullptr)
      note_adoption(const_cast<const void*>(static_cast<const volatile void*>(pointer)), type);
  publish(object, type);
  raw.release();
  return object;
}

}  // namespace shared
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_DETAIL_SHARED_HOLDER_H_
