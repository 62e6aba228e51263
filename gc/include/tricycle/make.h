// make<T>: an object of the current heap, and the reference to it.
#ifndef TRICYCLE_MAKE_H_
#define TRICYCLE_MAKE_H_

#include <type_traits>
#include <utility>

#include "tricycle/detail/hot_heap.h"
#include "tricycle/detail/object_type.h"
#include "tricycle/ref.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

/// A block of the current heap when there is none at hand, with a header that says "under
/// construction". May run a slice of the collector before the block is taken. Throws
/// std::bad_alloc.
[[nodiscard]] header* allocate_slow(const object_type& type);

[[nodiscard]] inline header* allocate(const object_type& type, std::uint8_t size_class,
                                      std::size_t bytes) {
  if (size_class != 0) {
    hot_heap& heap = *current_heap;
    if (header* h = heap.take(size_class, bytes)) [[likely]] {
      h->count = 1;
      h->trial = 0;
      h->word = heap.fresh_word;
      return h;
    }
  }
  return allocate_slow(type);
}

/// The constructor threw: the block goes back, unless the constructor let references out.
void abandon(header* h, const object_type& type) noexcept;

/// The object is there: from now on it is what `type` says. The slow form is for one whose
/// constructor made weak references to it.
void publish_slow(header* h, const object_type& type) noexcept;
template <bool Tracked, bool Finalizable>
void publish(header* h, const object_type& type) noexcept {
  const std::uint64_t word = h->word;
  if ((word & weak_bit) != 0) [[unlikely]]
    return publish_slow(h, type);
  if constexpr (Tracked) h->count |= unwanted;
  h->word = (word ^ (Tracked ? untracked : 0)) | (Finalizable ? finalizable_bit : 0) |
            reinterpret_cast<std::uint64_t>(&type);
}

/// ref_from in a checked build: aborts unless `object` is one of ours and alive.
void check_self(const void* object) noexcept;

}  // namespace gc

/// A new T, constructed from `args` (aggregates: initialised from them), in the calling thread's
/// current heap. Unless `settings::automatic` is off, a slice of the collector may run first, and
/// with it destructors of objects found dead.
/// O(1) beside T's constructor. Throws std::bad_alloc, or what the constructor throws: then nothing
/// is left behind. In the constructor, `ref_from(this)` may be used.
template <class T, class... Args>
[[nodiscard]] ref<T> make(Args&&... args) {
  static_assert(std::is_object_v<T> && !std::is_array_v<T>,
                "tricycle::make<T>: T is a class or scalar");
  static_assert(
      gc::edges_of<std::remove_cv_t<T>>() != gc::edges::undeclared,
      "tricycle: this class, or one of its members, declares no edges. Give it "
      "`void trace(auto& visit) { visit(member, ...); }` that names its tricycle pointers "
      "and containers of them; or, if it owns none, say "
      "`template <> inline constexpr bool tricycle::leaf<T> = true;`");
  using U = std::remove_cv_t<T>;
  constexpr const gc::object_type& type = gc::type_of<U>;
  struct block {
    gc::header* h =
        gc::allocate(gc::type_of<U>, gc::type_of<U>.size_class, gc::type_of<U>.block_bytes);
    block() = default;
    block(const block&) = delete;
    block& operator=(const block&) = delete;
    ~block() {
      if (h != nullptr) [[unlikely]]
        gc::abandon(h, gc::type_of<U>);
    }
  } raw;
  access::construct<U>(gc::object_of(raw.h), std::forward<Args>(args)...);
  gc::header* h = std::exchange(raw.h, nullptr);
  gc::publish<gc::type_of<U>.trace != nullptr, gc::type_of<U>.finalize != nullptr>(h, type);
  return ref<T>(typename ref<T>::adopt{}, gc::object_of(h));
}

template <class T>
ref<T> ref_from(T* self) noexcept {
  if constexpr (gc::checked) gc::check_self(self);
  return ref<T>::share(self);
}

}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_MAKE_H_
