// make<T>: an object of the current heap, and the reference to it.
#ifndef TRICYCLE_MAKE_H_
#define TRICYCLE_MAKE_H_

#include <type_traits>
#include <utility>

#include "tricycle/detail/object_type.h"
#include "tricycle/ref.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

/// A block of the calling thread's current heap, with a header that says "under construction": the
/// collector takes such an object for one that is held from outside and looks no further.
/// May run a slice of the collector before the block is taken. Throws std::bad_alloc.
[[nodiscard]] void* allocate(const object_type& type);

/// The constructor threw: the block goes back, unless the constructor let references out.
void abandon(void* object, const object_type& type) noexcept;

/// The object is there: from now on it is what `type` says. The slow form is for one whose
/// constructor made weak references to it.
void publish_slow(header* h, const object_type& type) noexcept;
inline void publish(header* h, const object_type& type) noexcept {
  if ((h->word & weak_bit) != 0) [[unlikely]] return publish_slow(h, type);
  const bool tracked = type.trace != nullptr;
  if (tracked) h->count |= unwanted;
  h->word = (h->word & ~(pointer_mask | generation_mask)) |
            reinterpret_cast<std::uint64_t>(&type) | (tracked ? 0 : untracked);
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
  static_assert(std::is_object_v<T> && !std::is_array_v<T>, "tricycle::make<T>: T is a class or scalar");
  static_assert(gc::edges_of<std::remove_cv_t<T>>() != gc::edges::undeclared,
                "tricycle: this class, or one of its members, declares no edges. Give it "
                "`void trace(auto& visit) { visit(member, ...); }` that names its tricycle pointers "
                "and containers of them; or, if it owns none, say "
                "`template <> inline constexpr bool tricycle::leaf<T> = true;`");
  using U = std::remove_cv_t<T>;
  constexpr const gc::object_type& type = gc::type_of<U>;
  struct block {
    void* object = gc::allocate(gc::type_of<U>);
    block() = default;
    block(const block&) = delete;
    block& operator=(const block&) = delete;
    ~block() {
      if (object != nullptr) [[unlikely]] gc::abandon(object, gc::type_of<U>);
    }
  } raw;
  access::construct<U>(raw.object, std::forward<Args>(args)...);
  void* object = std::exchange(raw.object, nullptr);
  gc::publish(gc::header_of(object), type);
  return ref<T>(typename ref<T>::adopt{}, object);
}

template <class T>
ref<T> ref_from(T* self) noexcept {
  if constexpr (gc::checked) gc::check_self(self);
  return ref<T>::share(self);
}

}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_MAKE_H_
