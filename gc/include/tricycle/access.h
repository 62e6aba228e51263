// The one friend a class needs: `friend tricycle::access;` lets the library see a private `trace`,
// a private `finalize`, a private constructor and a private destructor. It is also the library's
// own way into `ref`.
#ifndef TRICYCLE_ACCESS_H_
#define TRICYCLE_ACCESS_H_

#include <new>
#include <type_traits>
#include <utility>

#include "tricycle/finalization.h"

namespace tricycle {
inline namespace v1 {

class edge_visitor;

class access {
  template <class C>
  static void takes_visitor(void (C::*)(edge_visitor&));
  template <class C>
  static void takes_visitor(void (C::*)(edge_visitor&) const);
  template <class C>
  static void takes_tag(void (C::*)(finalization));
  template <class C>
  static void takes_tag(void (C::*)(finalization) const);

 public:
  /// Whether T declares its edges: by a member `void trace(auto& visit)`, or one that names
  /// edge_visitor&. Not by any other member of that name that could be called so: foreign classes
  /// log by `trace(const char*, ...)` and by `trace(auto&&...)`.
  template <class T>
  static constexpr bool has_trace = requires {
    takes_visitor(&T::template trace<edge_visitor>);
  }
  || requires { takes_visitor(&T::trace); };

  template <class T>
  static void trace(T& object, edge_visitor& visit) {
    object.trace(visit);
  }

  /// Whether T has a member `void finalize(finalization)`. A template that could be called so is
  /// none: it is not even looked into.
  template <class T>
  static constexpr bool has_finalize = requires {
    takes_tag(&T::finalize);
  };

  template <class T>
  static void finalize(T& object) {
    object.finalize(finalization());
  }

// `make<Person>("Ann")` means to leave the other fields to their defaults.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
  template <class T, class... Args>
  static void construct(void* at, Args&&... args) {
    if constexpr (std::is_aggregate_v<T>)
      ::new (at) T{std::forward<Args>(args)...};
    else
      ::new (at) T(std::forward<Args>(args)...);
  }
#pragma GCC diagnostic pop

  template <class T>
  static void destroy(T* object) noexcept {
    object->~T();
  }

  /// Where a pointer of this library keeps the address of the object it refers to.
  template <class Pointer>
  static void** slot(Pointer& pointer) noexcept {
    return &pointer.object_;
  }
  /// The same of a shared_ptr: the word that owns. What get() returns stands directly before it.
  template <class Pointer>
  static void** shared_slot(Pointer& pointer) noexcept {
    return &pointer.block_;
  }
};

}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_ACCESS_H_
