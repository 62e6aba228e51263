// The name of a type as the compiler writes it, at compile time.
#ifndef TRICYCLE_DETAIL_TYPE_NAME_H_
#define TRICYCLE_DETAIL_TYPE_NAME_H_

#include <string_view>

namespace tricycle {
inline namespace v1 {
namespace gc {

template <class T>
consteval std::string_view type_name() {
  // gcc:   "consteval std::string_view tricycle::v1::gc::type_name() [with T = int; std::stri..."
  // clang: "std::string_view tricycle::gc::type_name() [T = int]"
  const std::string_view all = __PRETTY_FUNCTION__;
  const std::size_t begin = all.find("T = ") + 4;
  const std::size_t end = all.find_last_of(']');
  const std::size_t semicolon = all.find("; std::string_view", begin);
  return all.substr(begin, (semicolon < end ? semicolon : end) - begin);
}

static_assert(type_name<int>() == "int");

/// Whether T is declared in namespace std: its classes own no edges but through its containers.
template <class T>
inline constexpr bool is_std = type_name<T>().starts_with("std::");

}  // namespace gc
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_DETAIL_TYPE_NAME_H_
