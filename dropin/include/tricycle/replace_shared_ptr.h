// std::shared_ptr becomes tricycle::shared_ptr in a translation unit that includes this first: what
// the CMake function tricycle_replace_shared_ptr(target) forces upon a target.
//
// It includes every standard header that mentions the names, so that the standard library's own
// code keeps its own pointers, and then maps the names, wherever they stand, to names in namespace
// std that are this library's. Adding to namespace std is not allowed to programs; it is the price
// of changing no line of them, and what docs/migrating.md leads away from.
//
// What can't be mapped does not compile, rather than meaning something else:
//   - the names without template arguments where only the class template's own name will do: friend
//     declarations, explicit specialisations, `using enable_shared_from_this::shared_from_this`
//   - with clang 14: deduced arguments, `std::shared_ptr p(std::make_unique<T>())`
//   - a library that was compiled without this and has std::shared_ptr in its interface: does not
//   link
//
// With TRICYCLE_DROPIN=0 it does nothing.
#ifndef TRICYCLE_REPLACE_SHARED_PTR_H_
#define TRICYCLE_REPLACE_SHARED_PTR_H_

#include "tricycle/shared_ptr.h"

#if TRICYCLE_DROPIN

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <memory_resource>
#include <regex>
#include <stop_token>
#include <thread>

namespace tricycle {
inline namespace v1 {
template <class T>
using tricycle_shared_ptr = shared_ptr<T>;
template <class T>
using tricycle_weak_ptr = weak_ptr<T>;
template <class T>
using tricycle_enable_shared_from_this = enable_shared_from_this<T>;

template <class T, class... Args>
requires shared::single<T>
[[nodiscard]] shared_ptr<T> tricycle_make_shared(Args&&... args) {
  return tricycle::make_shared<T>(std::forward<Args>(args)...);
}
template <class T>
requires shared::unbounded<T>
[[nodiscard]] shared_ptr<T> tricycle_make_shared(std::size_t n) {
  return tricycle::make_shared<T>(n);
}
template <class T>
requires shared::unbounded<T>
[[nodiscard]] shared_ptr<T> tricycle_make_shared(std::size_t n, const std::remove_extent_t<T>& u) {
  return tricycle::make_shared<T>(n, u);
}
template <class T>
requires shared::bounded<T>
[[nodiscard]] shared_ptr<T> tricycle_make_shared() { return tricycle::make_shared<T>(); }
template <class T>
requires shared::bounded<T>
[[nodiscard]] shared_ptr<T> tricycle_make_shared(const std::remove_extent_t<T>& u) {
  return tricycle::make_shared<T>(u);
}
template <class T, class... N>
[[nodiscard]] shared_ptr<T> tricycle_make_shared_for_overwrite(N... n) {
  return tricycle::make_shared_for_overwrite<T>(n...);
}
template <class T, class A, class... Args>
[[nodiscard]] shared_ptr<T> tricycle_allocate_shared(const A& a, Args&&... args) {
  return tricycle::allocate_shared<T>(a, std::forward<Args>(args)...);
}
template <class T, class A, class... N>
[[nodiscard]] shared_ptr<T> tricycle_allocate_shared_for_overwrite(const A& a, N... n) {
  return tricycle::allocate_shared_for_overwrite<T>(a, n...);
}
}  // namespace v1
}  // namespace tricycle

namespace std {
using ::tricycle::atomic_compare_exchange_strong;
using ::tricycle::atomic_compare_exchange_strong_explicit;
using ::tricycle::atomic_compare_exchange_weak;
using ::tricycle::atomic_compare_exchange_weak_explicit;
using ::tricycle::atomic_exchange;
using ::tricycle::atomic_exchange_explicit;
using ::tricycle::atomic_is_lock_free;
using ::tricycle::atomic_load;
using ::tricycle::atomic_load_explicit;
using ::tricycle::atomic_store;
using ::tricycle::atomic_store_explicit;
using ::tricycle::const_pointer_cast;
using ::tricycle::dynamic_pointer_cast;
using ::tricycle::get_deleter;
using ::tricycle::reinterpret_pointer_cast;
using ::tricycle::static_pointer_cast;
using ::tricycle::tricycle_allocate_shared;
using ::tricycle::tricycle_allocate_shared_for_overwrite;
using ::tricycle::tricycle_enable_shared_from_this;
using ::tricycle::tricycle_make_shared;
using ::tricycle::tricycle_make_shared_for_overwrite;
using ::tricycle::tricycle_shared_ptr;
using ::tricycle::tricycle_weak_ptr;
}  // namespace std

// The language has no other way to give a qualified name another meaning.
#define shared_ptr tricycle_shared_ptr
#define weak_ptr tricycle_weak_ptr
#define enable_shared_from_this tricycle_enable_shared_from_this
#define make_shared tricycle_make_shared
#define make_shared_for_overwrite tricycle_make_shared_for_overwrite
#define allocate_shared tricycle_allocate_shared
#define allocate_shared_for_overwrite tricycle_allocate_shared_for_overwrite

#endif  // TRICYCLE_DROPIN

#endif  // TRICYCLE_REPLACE_SHARED_PTR_H_
