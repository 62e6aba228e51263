#include "empty_slabs.h"

#include <sys/mman.h>

#include <new>

#include "block_store.h"

namespace tricycle {
inline namespace v1 {
namespace alloc {

/// What stands in the first page of a slab: the addresses of idle ones.
struct empty_slabs::index {
  static constexpr std::size_t bytes = 4096;
  static constexpr std::size_t capacity = bytes / sizeof(void*) - 2;
  index* below;
  std::size_t size;
  slab* idle[capacity];
};

slab* empty_slabs::take() noexcept {
  if (slab* s = ready_; s != nullptr) {
    ready_ = s->next;
    --ready_count_;
    least_ready_ = std::min(least_ready_, ready_count_);
    to_idle_ = std::min(to_idle_, ready_count_);
    return s;
  }
  index* top = indexes_;
  if (top == nullptr) return nullptr;
  if (top->size != 0) return top->idle[--top->size];
  indexes_ = top->below;
  return reinterpret_cast<slab*>(top);
}

void empty_slabs::give(slab* s) noexcept {
  s->next = ready_;
  ready_ = s;
  ++ready_count_;
}

void empty_slabs::tidy_at(time_point now) noexcept {
  if (now >= period_end_) {
    to_idle_ = least_ready_;
    least_ready_ = ready_count_;
    period_end_ = now + idle_time;
  }
  if (to_idle_ == 0) return;
  --to_idle_;
  make_idle(take());
}

void empty_slabs::make_idle(slab* s) noexcept {
  static_assert(sizeof(index) == index::bytes);
  auto* const begin = reinterpret_cast<char*>(s);
  index* top = indexes_;
  if (top != nullptr && top->size < index::capacity) {
    madvise(begin, slab::bytes, MADV_DONTNEED);
    top->idle[top->size++] = s;
    return;
  }
  madvise(begin + index::bytes, slab::bytes - index::bytes, MADV_DONTNEED);
  top = ::new (begin) index;
  top->below = indexes_;
  top->size = 0;
  indexes_ = top;
}

void empty_slabs::give_all_back() noexcept {
  while (slab* s = take()) raw_free(s);
}

}  // namespace alloc
}  // namespace v1
}  // namespace tricycle
