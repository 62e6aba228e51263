// The payloads of blocks, and the blocks made around them: an object in place, an array in place,
// or the holder of a pointer that the user made; each with or without an allocator of the user's.
//
// Thread safety: a block is made by one thread, and its end runs on the thread that drops last.
// User code: constructors, destructors, deleters and allocators, as the standard says of each.
//
// Invariants
// I1. A payload is published only when all of it has been constructed; what fails before leaves
//     nothing behind.
// I2. A deleter dies right after it has run, with the object, so that what it captured is not kept
//     by weak references. An allocator dies with the block, which it gives back.
#ifndef TRICYCLE_DETAIL_SHARED_PAYLOAD_H_
#define TRICYCLE_DETAIL_SHARED_PAYLOAD_H_

#include <cstddef>
#include <limits>
#include <memory>
#include <new>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include "tricycle/access.h"
#include "tricycle/detail/shared_type.h"
#include "tricycle/trace.h"

namespace tricycle {
inline namespace v1 {
namespace shared {

/// Stands for an allocator where the user gave none.
struct own_allocator {};

template <class A, class T>
using rebound = typename std::allocator_traits<A>::template rebind_alloc<T>;

/// What a user's allocator is asked for: blocks are made of these.
template <std::size_t Align>
struct alignas(Align) unit {
  unsigned char bytes[Align];
};
inline constexpr std::size_t least_align = alignof(std::max_align_t);
template <class Payload>
inline constexpr std::size_t align_of_block = alignof(Payload) > least_align ? alignof(Payload)
                                                                             : least_align;

template <class Kind>
inline constexpr bool is_tracked = Kind::tracing() != nullptr;
/// Of spare_blocks, for blocks of our own around one payload; 0: none.
template <class Kind>
inline constexpr std::uint8_t class_for = [] {
  using payload = typename Kind::payload;
  if (!Kind::one_size || !std::is_same_v<typename Kind::allocator, own_allocator>)
    return std::uint8_t{0};
  const std::uint8_t n = gc::size_class_of(sizeof(header) + sizeof(payload), alignof(payload));
  return n != 0 && is_tracked<Kind> ? static_cast<std::uint8_t>(tracked_classes + n) : n;
}();
/// What is tracked and has no size class is found by a link.
template <class Kind>
inline constexpr bool is_linked = is_tracked<Kind>&& class_for<Kind> == 0;
template <class Kind>
inline constexpr std::size_t offset_for = payload_offset(alignof(typename Kind::payload),
                                                         is_linked<Kind>);

/// A block of that kind with `bytes` bytes from its payload's start, from the user's allocator or
/// our own; given back unless it is released.
template <class Kind>
class raw_block {
  using Payload = typename Kind::payload;
  using A = typename Kind::allocator;
  using unit_type = unit<align_of_block<Payload>>;
  static constexpr std::size_t offset = offset_for<Kind>;

 public:
  using unit_allocator =
      typename std::conditional_t<std::is_same_v<A, own_allocator>,
                                  std::allocator_traits<std::allocator<unit_type>>,
                                  std::allocator_traits<A>>::template rebind_alloc<unit_type>;
  using traits = std::allocator_traits<unit_allocator>;

  /// A block for one Payload; of a size class, if it has one.
  explicit raw_block(const A& allocator) : allocator_(allocator), bytes_(sizeof(Payload)) {
    before_allocation(offset + sizeof(Payload));
    if constexpr (class_for<Kind> != 0) {
      block_ = take_block(class_for<Kind>);
      if (block_ == nullptr) [[unlikely]]
        throw_bad_alloc();
    } else {
      take();
    }
  }
  raw_block(const A& allocator, std::size_t bytes) : allocator_(allocator), bytes_(bytes) {
    before_allocation(offset + bytes);
    take();
  }
  raw_block(const raw_block&) = delete;
  raw_block& operator=(const raw_block&) = delete;
  ~raw_block() {
    if (block_ != nullptr) [[unlikely]]
      abandon();
  }

  [[nodiscard]] void* payload() const noexcept { return static_cast<char*>(block_) + offset; }
  void release() noexcept { block_ = nullptr; }

  /// The end of a block whose payload's `bytes` began at `object`.
  static void give_back(const A& allocator, void* block, std::size_t bytes) noexcept {
    if constexpr (std::is_same_v<A, own_allocator>) {
      deallocate(block);
    } else {
      unit_allocator units(allocator);
      auto* first = static_cast<unit_type*>(block);
      traits::deallocate(units, std::pointer_traits<typename traits::pointer>::pointer_to(*first),
                         units_for(bytes));
    }
  }
  [[nodiscard]] static void* block_of(void* object) noexcept {
    return static_cast<char*>(object) - offset;
  }

 private:
  void abandon() noexcept {
    if constexpr (is_linked<Kind>) unlink_block(header_of(payload()));
    if constexpr (class_for<Kind> != 0)
      give_block_back(block_, class_for<Kind>);
    else
      give_back(allocator_, block_, bytes_);
  }
  void take() {
    if constexpr (std::is_same_v<A, own_allocator>) {
      block_ = alignof(Payload) > least_align ? allocate_aligned(offset + bytes_, alignof(Payload))
                                              : allocate(offset + bytes_);
      if (block_ == nullptr) [[unlikely]]
        throw_bad_alloc();
    } else {
      unit_allocator units(allocator_);
      block_ = std::to_address(traits::allocate(units, units_for(bytes_)));
    }
    if constexpr (is_linked<Kind>) link_block(header_of(payload()));
  }
  static constexpr std::size_t units_for(std::size_t bytes) noexcept {
    return (offset + bytes + sizeof(unit_type) - 1) / sizeof(unit_type);
  }

  [[no_unique_address]] const A allocator_;
  const std::size_t bytes_;
  void* block_;
};

template <class T>
void trace_payload(void* object, edge_visitor& visit) {
  visit(*static_cast<T*>(object));
}

/// The tracing function of a T; null for a leaf. A class that declares nothing is a leaf here.
template <class T>
[[nodiscard]] consteval auto tracing_of() -> void (*)(void*, edge_visitor&) {
  if constexpr (gc::edges_of<std::remove_cv_t<T>>() == gc::edges::some)
    return &trace_payload<std::remove_cv_t<T>>;
  else
    return nullptr;
}

/// Whether a T has a destructor's worth of something, and is not the standard library's.
template <class T>
inline constexpr bool may_own = !std::is_trivially_destructible_v<std::remove_all_extents_t<T>> &&
                                !gc::is_std<std::remove_cv_t<std::remove_all_extents_t<T>>>;
template <class E>
inline constexpr bool may_own<E[]> = may_own<E>;

/// The constant of a kind of block. `Kind` has: payload, allocator, traced (name), one_size,
/// tracing(), finalizing(), destroy, release, deleter.
template <class Kind>
inline constexpr shared_type type_for = [] {
  shared_type type{};
  type.trace = Kind::tracing();
  type.destroy = Kind::destroy;
  type.finalize = Kind::finalizing();
  type.block_bytes = offset_for<Kind> + sizeof(typename Kind::payload);
  type.object_offset = static_cast<std::uint32_t>(offset_for<Kind>);
  type.size_class = class_for<Kind>;
  type.name = gc::type_name<typename Kind::traced>();
  type.release = Kind::release;
  type.deleter = Kind::deleter;
  type.held_bytes = Kind::held_bytes;
  type.hides = Kind::tracing() == nullptr && may_own<typename Kind::traced>;
  type.weight = weight_of(type.block_bytes);
  return type;
}();

/// What most kinds share: a payload without a deleter.
template <class Payload, class Traced, class A = own_allocator>
struct kind {
  using payload = Payload;
  using traced = Traced;
  using allocator = A;
  static constexpr bool one_size = true;  // all blocks of the kind are as large
  static constexpr std::uint32_t held_bytes = 0;
  static constexpr auto tracing() -> void (*)(void*, edge_visitor&) { return nullptr; }
  static constexpr auto finalizing() -> void (*)(void*) { return nullptr; }
  static constexpr void (*release)(void*) noexcept = nullptr;
  static constexpr void* (*deleter)(void*, const std::type_info&) noexcept = nullptr;
};

/// A T in place, in a block of our own: nothing beside it.
template <class T>
struct object_kind : kind<T, T> {
  static constexpr auto tracing() { return tracing_of<T>(); }
  static constexpr auto finalizing() { return gc::finalizer_of<T>; }
  static void run_destructor(void* object) noexcept { static_cast<T*>(object)->~T(); }
  static constexpr void (*destroy)(void*) noexcept = std::is_trivially_destructible_v<T>
                                                         ? nullptr
                                                         : &run_destructor;
};

/// A U in place, which `construct` makes at an address, published.
template <class U, class Construct>
[[nodiscard]] U* make_in_place(Construct&& construct) {
  const own_allocator ours;
  raw_block<object_kind<U>> raw(ours);
  construct(raw.payload());
  auto* object = static_cast<U*>(raw.payload());
  publish(object, type_for<object_kind<U>>);
  raw.release();
  return object;
}

}  // namespace shared
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_DETAIL_SHARED_PAYLOAD_H_
