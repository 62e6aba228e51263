// finalizer: a function to be run when an object dies, or when its heap ends: whichever comes
// first.
//
// Thread safety: confined to the thread of the object's heap.
#ifndef TRICYCLE_FINALIZER_H_
#define TRICYCLE_FINALIZER_H_

#include <type_traits>
#include <utility>

#include "tricycle/detail/last_word.h"
#include "tricycle/ref.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

// Invariants
// I1. While it waits it is among the heap's exit functions, too; and only then.
// I2. It is freed with its last holder: handles, the record while it waits, the call while it runs.
struct finalizer_node : last_word {
  explicit finalizer_node(function_type does) noexcept;

  struct exit_link : exit_function {
    finalizer_node* node;
  } at_exit;
  unsigned holders = 1;
};

/// Attaches a new node to an object that lives. Throws std::bad_alloc: then the node is gone.
void start(finalizer_node* node, header* target);
/// Calls it, if it still waits, and returns whether it did. May throw what the function throws.
bool call_now(finalizer_node& node);
/// It waits no more, and is never called.
void stop(finalizer_node& node) noexcept;
void drop_node(finalizer_node* node) noexcept;

}  // namespace gc

/// Has a function called once: when the object dies (after its weak references have expired,
/// together with their callbacks, and before its `finalize` and its destructor), or before that at
/// the end of its heap, the one registered last first. The end of a thread's default heap is that
/// of the thread: for the main thread, the exit of the program.
///
///     tricycle::finalizer cleanup(session, [path] { std::filesystem::remove(path); });
///
/// This is a handle. The function waits for the object whether there are handles or not; copies are
/// handles to the same. A function that owns the object it waits for keeps it alive for ever. It
/// may do what it likes, but collect() does nothing in it while an object dies; what it throws then
/// goes to the unraisable hook.
template <class T>
class finalizer {
 public:
  constexpr finalizer() noexcept = default;

  /// For null, and for an object that is dying, nothing is registered. O(1); two small allocations,
  /// one or two more for the object's first. Throws std::bad_alloc, or what moving the function
  /// throws.
  template <class F>
  requires std::is_invocable_v<F&> finalizer(const ref<T>& target, F function) {
    if (!target) return;
    auto* node = new gc::last_word_of<gc::finalizer_node, F>(std::move(function));
    gc::start(node, gc::header_of(static_cast<const void*>(target.get())));
    node_ = node;
  }

  finalizer(const finalizer& other) noexcept : node_(other.node_) {
    if (node_ != nullptr) ++node_->holders;
  }
  finalizer(finalizer&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
  ~finalizer() {
    if (node_ != nullptr) gc::drop_node(node_);
  }
  finalizer& operator=(finalizer other) noexcept {
    std::swap(node_, other.node_);
    return *this;
  }

  /// Whether the function still waits for its call. O(1).
  [[nodiscard]] bool alive() const noexcept {
    return node_ != nullptr && node_->is == gc::finalizer_node::state::waiting;
  }
  /// The object, if the function still waits; else null. O(1).
  [[nodiscard]] ref<T> peek() const noexcept {
    if (!alive() || node_->record->target == nullptr) return nullptr;
    return ref_from(static_cast<T*>(gc::object_of(node_->record->target)));
  }
  /// The function will never be called; it is destroyed. Returns the object, or null if the
  /// function did not wait any more. O(1). May run user code: what the function's end destroys.
  ref<T> detach() noexcept {
    ref<T> target = peek();
    if (node_ != nullptr) gc::stop(*node_);
    return target;
  }
  /// Calls the function now, if it still waits; then it is done, and destroyed. Returns whether it
  /// was called. Throws what it throws.
  bool operator()() { return node_ != nullptr && gc::call_now(*node_); }

 private:
  gc::finalizer_node* node_ = nullptr;
};

template <class T, class C, class F>
finalizer(const ref<T, C>&, F) -> finalizer<T>;

/// It owns nothing, as far as anyone can see.
template <class T>
struct tracer<finalizer<T>> {
  template <class...>
  static consteval gc::edges owns() {
    return gc::edges::none;
  }
};

}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_FINALIZER_H_
