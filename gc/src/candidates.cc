#include "candidates.h"

#include <cstring>

namespace tricycle {
inline namespace v1 {
namespace gc {

bool chunk_directory::grow() noexcept {
  const std::uint32_t larger = capacity_ == 0 ? 64 : capacity_ * 2;
  auto** chunks = static_cast<chunk**>(alloc::raw_allocate(larger * sizeof(chunk*)));
  if (chunks == nullptr) return false;
  if (used_ != 0) std::memcpy(chunks, chunks_, used_ * sizeof(chunk*));
  alloc::raw_free(chunks_);
  chunks_ = chunks;
  capacity_ = larger;
  return true;
}

bool chunk_directory::enter(chunk* c) noexcept {
  if (free_ != none) {
    c->number = free_;
    free_ = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(chunks_[free_]));
  } else {
    if (used_ == capacity_ && !grow()) return false;
    c->number = used_++;
  }
  chunks_[c->number] = c;
  return true;
}

void chunk_directory::leave(chunk* c) noexcept {
  chunks_[c->number] = reinterpret_cast<chunk*>(std::uintptr_t{free_});
  free_ = c->number;
}

candidate_buffer::~candidate_buffer() {
  while (first_ != nullptr) drop_chunk(first_);
}

header* candidate_buffer::pop(bool cold) noexcept {
  while (first_ != nullptr) {
    if (first_ == last_) close();
    chunk& c = *first_;
    const std::uint32_t end = c.end;
    std::uint32_t at = c.begin;
    std::uint32_t ahead = at + prefetch_distance;
    while (at != end && c.entries[at] == 0) ++at;
    for (const auto until = std::min(at + prefetch_distance + 1, end); ahead < until; ++ahead)
      prefetch(c.entries[ahead], cold);
    if (at == end) {
      drop_chunk(&c);
      continue;
    }
    c.begin = at + 1;
    --size_;
    const auto entry = c.entries[at];
    if (--c.in_use == 0 && &c != last_) drop_chunk(&c);
    return reinterpret_cast<header*>(entry);
  }
  return nullptr;
}

bool candidate_buffer::open(std::size_t now) noexcept {
  close();
  chunk* c = pool_->take();
  if (c == nullptr) return false;
  if (!directory_->enter(c)) {
    pool_->give_back(c);
    return false;
  }
  if (last_ != nullptr && last_->in_use == 0) drop_chunk(last_);
  c->previous = last_;
  (last_ == nullptr ? first_ : last_->next) = c;
  last_ = c;
  c->stamp = last_stamp_ = std::max(now, last_stamp_ + 1);
  opened_ = next_ = c->entries;
  end_ = next_ + chunk::capacity;
  next_index_ = c->number << slot_bits;
  return true;
}

void candidate_buffer::close() noexcept {
  if (opened_ == nullptr) return;
  last_->end = static_cast<std::uint32_t>(appended());
  last_->in_use += last_->end;
  size_ += last_->end;
  opened_ = next_ = end_ = nullptr;
}

void candidate_buffer::drop_chunk(chunk* c) noexcept {
  (c->previous == nullptr ? first_ : c->previous->next) = c->next;
  (c->next == nullptr ? last_ : c->next->previous) = c->previous;
  directory_->leave(c);
  pool_->give_back(c);
}

}  // namespace gc
}  // namespace v1
}  // namespace tricycle
