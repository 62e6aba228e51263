// Chunked buffers: what the collector keeps its lists in. Growth never copies (TRAPS 27).
//
// Thread safety: confined to the heap's thread.
//
// Invariants
// I1. A chunk belongs to exactly one pile, one candidate buffer, or the pool's free list.
// I2. The pool keeps `reserve` chunks in hand whenever `make` has had a chance to refill it, so
// that a
//     drop, which can't fail, has room for its candidate while memory is out.
#ifndef TRICYCLE_GC_CHUNKS_H_
#define TRICYCLE_GC_CHUNKS_H_

#include <cstddef>
#include <cstdint>
#include <utility>

#include "block_store.h"
#include "tricycle/detail/header.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

struct chunk {
  static constexpr std::uint32_t capacity = 1019;
  chunk* next;
  chunk* previous;
  std::uint32_t number;  // in the candidate directory; piles have no use for it
  std::uint32_t begin;   // first entry still in use
  std::uint32_t end;     // one past the last
  std::uint32_t in_use;  // candidate buffers: entries that are not null
  std::size_t stamp;     // candidate buffers: bytes the heap had allocated at the first entry
  std::uintptr_t entries[capacity];
};
static_assert(sizeof(chunk) == 8192);

class chunk_pool {
 public:
  static constexpr std::size_t reserve = 2;
  static constexpr std::size_t keep = 64;  // free chunks beyond these go back, some at a time

  chunk_pool() = default;
  chunk_pool(const chunk_pool&) = delete;
  chunk_pool& operator=(const chunk_pool&) = delete;
  ~chunk_pool();

  /// An empty chunk, or null when memory is out.
  [[nodiscard]] chunk* take() noexcept {
    chunk* c = free_;
    if (c != nullptr) {
      free_ = c->next;
      --free_count_;
    } else {
      c = static_cast<chunk*>(alloc::raw_allocate(sizeof(chunk)));
      if (c == nullptr) return nullptr;
      ++chunks_;
    }
    c->next = c->previous = nullptr;
    c->begin = c->end = c->in_use = 0;
    return c;
  }

  void give_back(chunk* c) noexcept { give_back(c, c, 1); }
  /// A chain of chunks, linked by `next`. O(1), however long.
  void give_back(chunk* first, chunk* last, std::size_t count) noexcept {
    last->next = free_;
    free_ = first;
    free_count_ += count;
  }

  /// Returns some of the free chunks beyond `keep`; a slice's worth of them in `most` calls.
  void trim(std::size_t most) noexcept {
    for (; most != 0 && free_count_ > keep; --most) {
      alloc::raw_free(take());
      --chunks_;
    }
  }

  /// Restores I2, where memory allows.
  void refill() noexcept {
    while (free_count_ < reserve) {
      auto* c = static_cast<chunk*>(alloc::raw_allocate(sizeof(chunk)));
      if (c == nullptr) return;
      ++chunks_;
      give_back(c);
    }
  }

  [[nodiscard]] std::size_t bytes() const noexcept { return chunks_ * sizeof(chunk); }

 private:
  chunk* free_ = nullptr;
  std::size_t free_count_ = 0;
  std::size_t chunks_ = 0;  // of this pool, in use or free
};

/// A list of headers, each with two bits of its own, that grows and shrinks at its end and can be
/// consumed from its front.
class pile {
 public:
  struct entry {
    std::uintptr_t bits;
    [[nodiscard]] header* object() const noexcept {
      return reinterpret_cast<header*>(bits & ~std::uintptr_t{3});
    }
    [[nodiscard]] bool tagged() const noexcept { return (bits & 1) != 0; }
  };
  /// A place in the pile; stays valid while entries are added at the end.
  struct cursor {
    chunk* in = nullptr;
    std::uint32_t at = 0;
    friend bool operator==(const cursor&, const cursor&) = default;
  };

  explicit pile(chunk_pool& pool) noexcept : pool_(&pool) {}
  pile(const pile&) = delete;
  pile& operator=(const pile&) = delete;
  ~pile() { clear(); }

  /// False when memory is out; the pile is as it was.
  [[nodiscard]] bool push(header* h, bool tag = false) noexcept {
    if (last_ == nullptr || last_->end == chunk::capacity) [[unlikely]] {
      if (!grow()) return false;
    }
    last_->entries[last_->end++] = reinterpret_cast<std::uintptr_t>(h) | (tag ? 1U : 0U);
    ++size_;
    return true;
  }
  [[nodiscard]] bool push(entry e) noexcept { return push(e.object(), e.tagged()); }

  [[nodiscard]] entry top() const noexcept { return {last_->entries[last_->end - 1]}; }
  entry pop() noexcept {
    const entry e{last_->entries[--last_->end]};
    --size_;
    if (last_->end == last_->begin) [[unlikely]]
      drop_chunk(last_);
    return e;
  }
  entry pop_front() noexcept {
    const entry e{first_->entries[first_->begin++]};
    --size_;
    if (first_->begin == first_->end) [[unlikely]]
      drop_chunk(first_);
    return e;
  }

  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// O(1).
  void clear() noexcept {
    if (first_ != nullptr) pool_->give_back(first_, last_, chunks_);
    first_ = last_ = nullptr;
    size_ = chunks_ = 0;
  }
  void swap(pile& other) noexcept {
    std::swap(first_, other.first_);
    std::swap(last_, other.last_);
    std::swap(size_, other.size_);
    std::swap(chunks_, other.chunks_);
  }

  /// Reading from the front on, without consuming. `{}` is the start.
  [[nodiscard]] bool at_end(cursor& c) const noexcept {
    if (c.in == nullptr) {
      if (first_ == nullptr) return true;
      c = {first_, first_->begin};
    }
    if (c.at == c.in->end && c.in->next != nullptr) c = {c.in->next, c.in->next->begin};
    return c.at == c.in->end;
  }
  [[nodiscard]] entry read(cursor& c) const noexcept { return {c.in->entries[c.at++]}; }
  /// A few entries on, for prefetching; null when the chunk ends before.
  [[nodiscard]] static header* peek(const cursor& c, std::uint32_t ahead) noexcept {
    return c.at + ahead < c.in->end ? entry{c.in->entries[c.at + ahead]}.object() : nullptr;
  }
  /// The same, counted from the end on backwards.
  [[nodiscard]] header* peek_back(std::uint32_t ahead) const noexcept {
    return last_->end - last_->begin > ahead
               ? entry{last_->entries[last_->end - 1 - ahead]}.object()
               : nullptr;
  }
  [[nodiscard]] cursor nth(std::size_t n) const noexcept {
    cursor c{first_, first_ == nullptr ? 0 : first_->begin};
    for (; n != 0 && !at_end(c); --n) ++c.at;
    return c;
  }
  /// Blanks an entry: its object becomes null, its tag stays.
  static void erase(const cursor& c) noexcept { c.in->entries[c.at] &= 3; }
  /// Where the next entry will be read that is not there yet.
  [[nodiscard]] cursor end() const noexcept {
    return last_ == nullptr ? cursor{} : cursor{last_, last_->end};
  }
  /// The cursor of the last entry with a tag, searched backwards; there must be one.
  [[nodiscard]] cursor last_tagged() const noexcept {
    cursor c{last_, last_->end};
    for (;;) {
      if (c.at == c.in->begin) c = {c.in->previous, c.in->previous->end};
      if (entry{c.in->entries[--c.at]}.tagged()) return c;
    }
  }

 private:
  bool grow() noexcept {
    chunk* c = pool_->take();
    if (c == nullptr) return false;
    ++chunks_;
    c->previous = last_;
    (last_ == nullptr ? first_ : last_->next) = c;
    last_ = c;
    return true;
  }
  void drop_chunk(chunk* c) noexcept {
    --chunks_;
    (c->previous == nullptr ? first_ : c->previous->next) = c->next;
    (c->next == nullptr ? last_ : c->next->previous) = c->previous;
    pool_->give_back(c);
  }

  chunk_pool* pool_;
  chunk* first_ = nullptr;
  chunk* last_ = nullptr;
  std::size_t size_ = 0;
  std::size_t chunks_ = 0;
};

}  // namespace gc
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_GC_CHUNKS_H_
