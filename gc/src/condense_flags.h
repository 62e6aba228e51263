// What `trial` means while components are found and reclaimed.
#ifndef TRICYCLE_GC_CONDENSE_FLAGS_H_
#define TRICYCLE_GC_CONDENSE_FLAGS_H_

#include <cstdint>

#include "tricycle/detail/header.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

/// The object has an edge to itself.
inline constexpr std::uint32_t has_self_edge = 1;
/// In a complete component: an edge from another one leads here, so its counts are free of that
/// one's references only when that one has been reclaimed, which may run code that keeps them.
inline constexpr std::uint32_t has_upstream = 2;

/// Its number in the order of discovery; 0: not yet.
[[nodiscard]] inline std::uint32_t discovery(const header* h) noexcept { return h->trial >> 1; }

}  // namespace gc
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_GC_CONDENSE_FLAGS_H_
