// What the collector knows of a class: one constant per type, found from the object's header.
#ifndef TRICYCLE_DETAIL_OBJECT_TYPE_H_
#define TRICYCLE_DETAIL_OBJECT_TYPE_H_

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "tricycle/access.h"
#include "tricycle/detail/header.h"
#include "tricycle/detail/hot_heap.h"
#include "tricycle/detail/type_name.h"
#include "tricycle/trace.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

/// Aligned so that the low bits of its address are free for the header's word.
struct alignas(32) object_type {
  /// Hands every edge of the object to the visitor. Null: a leaf, never searched.
  void (*trace)(void* object, edge_visitor& visit);
  void (*destroy)(void* object) noexcept;
  /// Null: the class has none.
  void (*finalize)(void* object);
  /// Bytes of the block (small ones: of their size class), and where in it the object begins (its
  /// header is directly before that).
  std::size_t block_bytes;
  std::uint32_t object_offset;
  std::uint16_t align_shift;
  std::uint8_t size_class;  // of hot_heap; 0: none
  std::string_view name;
};

template <class T>
void trace_object(void* object, edge_visitor& visit) {
  visit(*static_cast<T*>(object));
}

template <class T>
void destroy_object(void* object) noexcept {
  access::destroy(static_cast<T*>(object));
}

template <class T>
void finalize_object(void* object) {
  access::finalize(*static_cast<T*>(object));
}
template <class T>
inline constexpr auto finalizer_of = []() -> void (*)(void*) {
  if constexpr (access::has_finalize<T>)
    return &finalize_object<T>;
  else
    return nullptr;
}();

/// Small blocks begin with the header; in front of the header of a large one is the link by which
/// its heap finds it.
inline constexpr std::size_t large_link_bytes = 16;
template <class T>
inline constexpr std::uint8_t class_for = size_class_of(sizeof(header) + sizeof(T), alignof(T));
template <class T>
inline constexpr std::size_t offset_for = class_for<T> != 0
                                              ? sizeof(header)
                                              : std::max(alignof(T),
                                                         large_link_bytes + sizeof(header));

template <class T>
inline constexpr object_type type_of = {
    .trace = edges_of<T>() == edges::some ? &trace_object<T> : nullptr,
    .destroy = &destroy_object<T>,
    .finalize = finalizer_of<T>,
    .block_bytes = class_for<T> != 0 ? class_for<T>* size_class_bytes : offset_for<T> + sizeof(T),
    .object_offset = static_cast<std::uint32_t>(offset_for<T>),
    .align_shift = static_cast<std::uint16_t>(std::countr_zero(alignof(T))),
    .size_class = class_for<T>,
    .name = type_name<T>(),
};

}  // namespace gc
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_DETAIL_OBJECT_TYPE_H_
