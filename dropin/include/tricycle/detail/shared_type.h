// What the shared heap knows of a block: one constant for each kind of block, found from the
// header.
//
// Thread safety: constants.
//
// The collector's phases see a gc::object_type, which is the first part; what only the interface of
// std asks for stands behind it.
#ifndef TRICYCLE_DETAIL_SHARED_TYPE_H_
#define TRICYCLE_DETAIL_SHARED_TYPE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <typeinfo>

#include "tricycle/detail/object_type.h"
#include "tricycle/detail/shared_header.h"
#include "tricycle/detail/shared_pace.h"
#include "tricycle/detail/spare_blocks.h"

namespace tricycle {
inline namespace v1 {
namespace shared {

/// `trace` is null for a leaf. `destroy` is null where there is nothing to run: the payload is
/// trivially destructible. `object_offset` is that of the payload in its block. `size_class` is one
/// of spare_blocks.
struct alignas(32) shared_type : gc::object_type {
  /// Gives the block back whose payload is `object`. Null: by the library's own allocator.
  void (*release)(void* object) noexcept;
  /// The deleter in the payload, if it is of that type; null: there is none.
  void* (*deleter)(void* object, const std::type_info& type) noexcept;
  /// For the report. The size of the object, where the payload is a pointer to it and its deleter;
  /// else 0. And whether a leaf might own something that it does not show.
  std::uint32_t held_bytes;
  bool hides;
  /// In the books of a thread.
  std::uint64_t weight;
};

[[nodiscard]] inline const shared_type& type_of_block(const header* h) noexcept {
  return *reinterpret_cast<const shared_type*>(atomics::constant_bits(h->word, gc::pointer_mask));
}

/// Whether blocks are noted for the report at exit: unknown until the first one.
namespace noting {
inline constexpr unsigned char unknown = 0;
inline constexpr unsigned char off = 1;
inline constexpr unsigned char on = 2;
}  // namespace noting
extern constinit unsigned char noting_blocks;
void note_block(header* h) noexcept;

/// Where in its block a payload of that alignment begins: directly behind the header, in front of
/// which is the link, if it has one.
[[nodiscard]] constexpr std::size_t payload_offset(std::size_t align, bool linked) noexcept {
  return std::max(align, sizeof(header) + (linked ? gc::large_link_bytes : 0));
}

/// A header with one owning reference. The payload is there; nobody else knows of it.
inline void publish(void* object, const shared_type& type) noexcept {
  header* h = header_of(object);
  const bool tracked = type.trace != nullptr;  // known to the compiler, where it is inlined
  const bool speaks = type.finalize != nullptr;
  h->count = (tracked ? gc::unwanted : 0) | (speaks ? watched : 0) | 1;
  h->trial = 0;
  h->word = one_weak | (tracked ? 0 : gc::untracked) | (speaks ? gc::finalizable_bit : 0) |
            shared_bit | reinterpret_cast<std::uint64_t>(&type);
  if (tracked) add_to_book(local.made, type.weight);
  // Relaxed: see note_block.
  if (atomics::load<relaxed>(noting_blocks) != noting::off) [[unlikely]]
    note_block(h);
}

}  // namespace shared
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_DETAIL_SHARED_TYPE_H_
