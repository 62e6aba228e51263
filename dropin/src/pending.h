// Objects that are dead and wait for their destructor: nested too deeply for the stack.
//
// Thread safety: confined to one thread. No constructor and no destructor to run, so that it can be
// thread_local and used until the thread's very end; empty, it holds no memory.
#ifndef TRICYCLE_DROPIN_PENDING_H_
#define TRICYCLE_DROPIN_PENDING_H_

#include <cstddef>

#include "block_store.h"
#include "tricycle/detail/header.h"

namespace tricycle {
inline namespace v1 {
namespace shared {

/// A stack in chunks: growing never copies.
class pending_list {
 public:
  [[nodiscard]] bool empty() const noexcept { return top_ == nullptr; }

  /// False when memory is out.
  [[nodiscard]] bool push(gc::header* h) noexcept {
    if (top_ == nullptr || size_ == chunk::capacity) {
      auto* added = static_cast<chunk*>(alloc::raw_allocate(sizeof(chunk)));
      if (added == nullptr) return false;
      added->below = top_;
      top_ = added;
      size_ = 0;
    }
    top_->headers[size_++] = h;
    return true;
  }

  /// The one pushed last; null when there is none. A list that comes down to one chunk keeps it
  /// until it is empty, so a long chain costs no allocation a link.
  [[nodiscard]] gc::header* pop() noexcept {
    if (top_ == nullptr) return nullptr;
    if (size_ == 0) {
      chunk* below = top_->below;
      alloc::raw_free(top_);
      top_ = below;
      size_ = chunk::capacity;
      if (top_ == nullptr) return nullptr;
    }
    return top_->headers[--size_];
  }

 private:
  struct chunk {
    static constexpr std::size_t capacity = 510;
    chunk* below;
    gc::header* headers[capacity];
  };

  chunk* top_ = nullptr;
  std::size_t size_ = 0;  // of the top one
};

}  // namespace shared
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_DROPIN_PENDING_H_
