#include "tracked_blocks.h"

namespace tricycle {
inline namespace v1 {
namespace shared {
namespace {

/// Never destroyed: drops happen after all static objects have gone.
union immortal {
  tracked_blocks blocks;
  constexpr immortal() noexcept : blocks() {}
  ~immortal() {}
};
constinit immortal the_store;

}  // namespace

constinit tracked_blocks& all_tracked = the_store.blocks;

tracked_blocks::block* tracked_blocks::take(std::size_t size_class, std::size_t n,
                                            block* end) noexcept {
  const std::lock_guard lock(mutex_);
  block* first = end;
  std::uint32_t taken = 0;
  for (block** last = &first; taken != n; ++taken) {  // in the order of their addresses
    void* memory = store_.take_small(size_class);
    if (memory == nullptr) break;
    *last = ::new (memory) block{0, 0, end};
    last = &(*last)->next;
  }
  if (end != nullptr)
    for (block* b = first; b != end; b = b->next) b->room = end->room - taken--;
  return first;
}

tracked_blocks::block* tracked_blocks::give(block* first, std::size_t n) noexcept {
  const std::lock_guard lock(mutex_);
  for (; n != 0; --n) {
    block* next = first->next;
    reinterpret_cast<gc::header*>(first)->word = free_word;
    store_.release_small(first);
    first = next;
  }
  return first;
}

void tracked_blocks::lock() noexcept { mutex_.lock(); }
void tracked_blocks::unlock() noexcept { mutex_.unlock(); }

void tracked_blocks::link(gc::header* h) noexcept {
  h->count = 0;
  const std::lock_guard lock(mutex_);
  store_.link_large(reinterpret_cast<alloc::large_link*>(h) - 1);
}

void tracked_blocks::unlink(const gc::header* h) noexcept {
  const std::lock_guard lock(mutex_);
  store_.unlink_large(reinterpret_cast<const alloc::large_link*>(h) - 1);
}

}  // namespace shared
}  // namespace v1
}  // namespace tricycle
