// Arrays in place, of any number of dimensions, and objects with an allocator.
//
// User code: constructors in order of address, destructors in the reverse; the allocator's
// construct and destroy where the standard asks for them.
#ifndef TRICYCLE_DETAIL_SHARED_ARRAY_H_
#define TRICYCLE_DETAIL_SHARED_ARRAY_H_

#include "tricycle/detail/shared_payload.h"

namespace tricycle {
inline namespace v1 {
namespace shared {

/// How an element begins. One that was default-initialised began without its allocator's help, and
/// ends without it.
struct value_initialized {};
struct default_initialized {};
template <class U>
struct copy_of {
  const U& original;
};

template <class A, class How>
inline constexpr bool through_allocator =
    !std::is_same_v<A, own_allocator> && !std::is_same_v<How, default_initialized>;

template <class How, class A, class E, class... Args>
void make_element(A& allocator, E* at, Args&&... args) {
  if constexpr (through_allocator<A, How>) {
    rebound<A, E> elements(allocator);
    std::allocator_traits<rebound<A, E>>::construct(elements, at, std::forward<Args>(args)...);
  } else if constexpr (std::is_same_v<How, default_initialized>) {
    ::new (static_cast<void*>(at)) E;
  } else {
    ::new (static_cast<void*>(at)) E(std::forward<Args>(args)...);
  }
}

template <class How, class A, class E>
void end_element(A& allocator, E* at) noexcept {
  if constexpr (through_allocator<A, How>) {
    rebound<A, E> elements(allocator);
    std::allocator_traits<rebound<A, E>>::destroy(elements, at);
  } else {
    static_cast<void>(allocator);
    at->~E();
  }
}

/// How many innermost elements a T is.
template <class T>
inline constexpr std::size_t flat_size = 1;
template <class T, std::size_t N>
inline constexpr std::size_t flat_size<T[N]> = N* flat_size<T>;
template <class T>
using flat_type = std::remove_cv_t<std::remove_all_extents_t<T>>;

/// The first innermost element of `original`, an element or an array of any dimension.
template <class U>
[[nodiscard]] auto flatten(U& original) noexcept {
  if constexpr (std::is_array_v<U>)
    return flatten(original[0]);
  else
    return std::addressof(original);
}

/// The elements made so far; ends them if the next one throws.
template <class E, class A, class How>
class elements_guard {
 public:
  elements_guard(A& allocator, E* first) noexcept : allocator_(allocator), first_(first) {}
  elements_guard(const elements_guard&) = delete;
  elements_guard& operator=(const elements_guard&) = delete;
  ~elements_guard() {
    while (made_ != 0) end_element<How>(allocator_, first_ + --made_);
  }
  [[nodiscard]] E* next() const noexcept { return first_ + made_; }
  void made_one() noexcept { ++made_; }
  void release() noexcept { made_ = 0; }

 private:
  A& allocator_;
  E* const first_;
  std::size_t made_ = 0;
};

template <class How>
struct original_of {
  static constexpr std::size_t size = 0;
};
template <class U>
struct original_of<copy_of<U>> {
  static constexpr std::size_t size = flat_size<U>;
};

template <class E, class A, class How>
void make_elements(A& allocator, E* first, std::size_t n, const How& how) {
  elements_guard<E, A, How> guard(allocator, first);
  for (std::size_t i = 0; i < n; ++i) {
    if constexpr (original_of<How>::size != 0)
      make_element<How>(allocator, guard.next(), flatten(how.original)[i % original_of<How>::size]);
    else
      make_element<How>(allocator, guard.next());
    guard.made_one();
  }
  guard.release();
}

/// In front of the elements: how many they are, and the allocator. As aligned as they are.
template <class E, class A>
struct alignas(alignof(E) > alignof(std::size_t) ? alignof(E) : alignof(std::size_t)) array_head {
  std::size_t size;
  [[no_unique_address]] A allocator;

  array_head(std::size_t n, const A& a) noexcept : size(n), allocator(a) {}
  [[nodiscard]] E* elements() noexcept {
    return reinterpret_cast<E*>(reinterpret_cast<char*>(this) + sizeof(array_head));
  }
};

template <class E, class A, class How>
struct array_kind : kind<array_head<E, A>, E[], A> {
  using payload = array_head<E, A>;
  static constexpr bool one_size = false;

  static void run_destructors(void* object) noexcept {
    auto* head = static_cast<payload*>(object);
    for (std::size_t i = head->size; i != 0; --i)
      end_element<How>(head->allocator, head->elements() + (i - 1));
  }
  static constexpr void (*destroy)(void*) noexcept =
      !through_allocator<A, How> && std::is_trivially_destructible_v<E> ? nullptr
                                                                        : &run_destructors;

  static void release_block(void* object) noexcept {
    auto* head = static_cast<payload*>(object);
    const std::size_t bytes = sizeof(payload) + head->size * sizeof(E);
    const A allocator(std::move(head->allocator));
    head->~payload();
    using raw = raw_block<array_kind>;
    raw::give_back(allocator, raw::block_of(object), bytes);
  }
  static constexpr void (*release)(void*) noexcept = std::is_same_v<A, own_allocator>
                                                         ? nullptr
                                                         : &release_block;

  static void trace_elements(void* object, edge_visitor& visit) {
    auto* head = static_cast<payload*>(object);
    for (std::size_t i = 0; i < head->size; ++i) visit(head->elements()[i]);
  }
  static constexpr auto tracing() -> void (*)(void*, edge_visitor&) {
    if constexpr (gc::edges_of<E>() == gc::edges::some)
      return &trace_elements;
    else
      return nullptr;
  }
};

/// A Payload constructed in a raw block; ended if what it is for fails.
template <class Payload>
struct payload_guard {
  Payload* made;
  explicit payload_guard(Payload* payload) noexcept : made(payload) {}
  payload_guard(const payload_guard&) = delete;
  payload_guard& operator=(const payload_guard&) = delete;
  ~payload_guard() {
    if (made != nullptr) made->~Payload();
  }
};

/// `n` elements E, flat, published; returns the payload. Throws std::bad_alloc, or what the
/// allocator or an element's constructor throws; then nothing is left behind.
template <class E, class A, class How>
[[nodiscard]] array_head<E, A>* make_flat_array(const A& allocator, std::size_t n, const How& how) {
  using payload = array_head<E, A>;
  // Half of the address space, less room for header and head.
  constexpr std::size_t most =
      (std::numeric_limits<std::size_t>::max() / 2 - 2 * sizeof(payload) - 64) / sizeof(E);
  if (n > most) throw std::bad_array_new_length();
  raw_block<array_kind<E, A, How>> raw(allocator, sizeof(payload) + n * sizeof(E));
  payload_guard guard(::new (raw.payload()) payload(n, allocator));
  make_elements(guard.made->allocator, guard.made->elements(), n, how);
  publish(guard.made, type_for<array_kind<E, A, How>>);
  raw.release();
  return std::exchange(guard.made, nullptr);
}

/// An object in place, and the allocator that made it.
template <class T, class A>
struct allocated {
  union {
    T object;  // ended before the allocator
  };
  [[no_unique_address]] A allocator;

  explicit allocated(const A& a) noexcept : allocator(a) {}
  allocated(const allocated&) = delete;
  allocated& operator=(const allocated&) = delete;
  ~allocated() {}
};

template <class T, class A, class How>
struct allocated_kind : kind<allocated<T, A>, T, A> {
  using payload = allocated<T, A>;

  static void run_destructor(void* object) noexcept {
    auto* held = static_cast<payload*>(object);
    end_element<How>(held->allocator, std::addressof(held->object));
  }
  static constexpr void (*destroy)(void*) noexcept = &run_destructor;

  static void release_block(void* object) noexcept {
    auto* held = static_cast<payload*>(object);
    const A allocator(std::move(held->allocator));
    held->allocator.~A();
    using raw = raw_block<allocated_kind>;
    raw::give_back(allocator, raw::block_of(object), sizeof(payload));
  }
  static constexpr void (*release)(void*) noexcept = &release_block;

  static constexpr auto tracing() { return tracing_of<T>(); }
  /// The object is what the payload begins with.
  static constexpr auto finalizing() { return gc::finalizer_of<T>; }
};

/// As make_flat_array, for one object that `args` construct.
template <class T, class How, class A, class... Args>
[[nodiscard]] allocated<T, A>* make_allocated(const A& allocator, Args&&... args) {
  using payload = allocated<T, A>;
  raw_block<allocated_kind<T, A, How>> raw(allocator);
  struct allocator_guard {
    payload* made;
    explicit allocator_guard(payload* p) noexcept : made(p) {}
    allocator_guard(const allocator_guard&) = delete;
    allocator_guard& operator=(const allocator_guard&) = delete;
    ~allocator_guard() {
      if (made != nullptr) made->allocator.~A();
    }
  } guard(::new (raw.payload()) payload(allocator));
  make_element<How>(guard.made->allocator, std::addressof(guard.made->object),
                    std::forward<Args>(args)...);
  publish(guard.made, type_for<allocated_kind<T, A, How>>);
  raw.release();
  return std::exchange(guard.made, nullptr);
}

}  // namespace shared
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_DETAIL_SHARED_ARRAY_H_
