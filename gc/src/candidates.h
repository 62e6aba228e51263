// Candidates: the objects of one generation that want examination, in the order in which they began
// to.
//
// Thread safety: confined to the heap's thread.
//
// Invariants
// I1. An object is in a buffer if and only if its place is `buffered`; its header's `trial` is then
//     the index of its entry. So its death can take the entry out, and none dangles (TRAPS 18).
// I2. A buffered object wants examination: the sign bit of its count is clear (header.h, I3).
// I3. The first chunk has an entry in use, unless it is the only one.
// I4. Indices are chunk number x 1024 + entry; the numbers are shared by a heap's buffers.
// I5. The last chunk may be open: entries are appended to it by next_ alone, and what counts them
//     (`in_use`, `end`, size_) is told of them when it is closed. Until then its `in_use` may well
//     have wrapped around; it is not 0 while entries were erased, for there are fewer than 2^32.
#ifndef TRICYCLE_GC_CANDIDATES_H_
#define TRICYCLE_GC_CANDIDATES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "chunks.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

/// Which chunk an index means. Doubling copies a thousandth of what it indexes: 80 KB for 10^7
/// candidates, some microseconds.
class chunk_directory {
 public:
  chunk_directory() = default;
  chunk_directory(const chunk_directory&) = delete;
  chunk_directory& operator=(const chunk_directory&) = delete;
  ~chunk_directory() { alloc::raw_free(chunks_); }

  /// Gives the chunk a number; false when memory is out.
  [[nodiscard]] bool enter(chunk* c) noexcept;
  void leave(chunk* c) noexcept;
  [[nodiscard]] chunk* operator[](std::uint32_t number) const noexcept { return chunks_[number]; }
  /// Makes sure that the next `enter` needs no memory, if it can.
  void refill() noexcept {
    if (free_ == none && used_ == capacity_) static_cast<void>(grow());
  }

 private:
  static constexpr std::uint32_t none = 0xffff'ffffU;
  bool grow() noexcept;

  chunk** chunks_ = nullptr;  // a free number's entry holds the next free number
  std::uint32_t capacity_ = 0;
  std::uint32_t used_ = 0;
  std::uint32_t free_ = none;
};

class candidate_buffer {
 public:
  candidate_buffer(chunk_pool& pool, chunk_directory& directory) noexcept
      : pool_(&pool), directory_(&directory) {}
  candidate_buffer(const candidate_buffer&) = delete;
  candidate_buffer& operator=(const candidate_buffer&) = delete;
  ~candidate_buffer();

  /// Appends; the caller sets the object's place. False when there is no room: open() first.
  [[nodiscard]] bool push(header* h) noexcept {
    if (next_ == end_) [[unlikely]]
      return false;
    h->trial = next_index_++;
    *next_++ = reinterpret_cast<std::uintptr_t>(h);
    return true;
  }
  /// Begins a chunk. `now`: bytes ever allocated in the heap, by which candidates' ages are told.
  /// False when memory is out.
  [[nodiscard]] bool open(std::size_t now) noexcept;

  /// The oldest entry, taken out; null when there is none. `cold`: what they reach has most likely
  /// left the cache since they came.
  [[nodiscard]] header* pop(bool cold) noexcept;

  /// Takes out the entry of a buffered object of this generation.
  void erase(std::uint32_t index) noexcept {
    chunk* c = (*directory_)[index >> slot_bits];
    c->entries[index & slot_mask] = 0;
    --size_;
    if (--c->in_use == 0 && c != last_) [[unlikely]]
      drop_chunk(c);
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_ + appended(); }
  /// A stamp for has_until that covers the entries there are, and none that comes later.
  [[nodiscard]] std::size_t seal() noexcept {
    close();
    return last_stamp_;
  }
  /// The same up to `stamp`. What comes from now on is stamped anew: else, where few come, the
  /// newest would seem to be as old as the first of its chunk.
  [[nodiscard]] std::size_t seal_until(std::size_t stamp) noexcept {
    if (last_stamp_ <= stamp) close();
    return stamp;
  }
  /// Whether the oldest entry is no younger than `stamp` (as exactly as chunks are stamped).
  [[nodiscard]] bool has_until(std::size_t stamp) const noexcept {
    return size() != 0 && first_->stamp <= stamp;
  }
  /// Bytes allocated since the oldest entry came, at most; 0 when there is none.
  [[nodiscard]] std::size_t age(std::size_t now) const noexcept {
    return size() == 0 ? 0 : now - first_->stamp;
  }

 private:
  friend class batch_eraser;
  static constexpr std::uint32_t prefetch_distance = 16;
  static constexpr unsigned slot_bits = 10;
  static constexpr std::uint32_t slot_mask = (1U << slot_bits) - 1;
  static_assert(chunk::capacity <= slot_mask + 1);

  [[nodiscard]] std::size_t appended() const noexcept {
    return static_cast<std::size_t>(next_ - opened_);
  }
  void close() noexcept;
  void drop_chunk(chunk* c) noexcept;
  /// What hangs together was most often made together: the lines beside an object hold what is met
  /// next, and the next candidates, which then need no fetching of their own.
  void prefetch(std::uintptr_t object, bool cold) noexcept {
    constexpr std::uintptr_t beside = 3 * 64;
    if (!cold) return __builtin_prefetch(reinterpret_cast<const void*>(object), 1);
    if (object == 0 || object - fetched_ + beside <= 2 * beside) return;
    fetched_ = object;
    for (std::uintptr_t line = object - beside; line <= object + beside; line += 64)
      __builtin_prefetch(reinterpret_cast<const void*>(line), 1);
  }

  chunk_pool* pool_;
  chunk_directory* directory_;
  chunk* first_ = nullptr;
  chunk* last_ = nullptr;
  std::uintptr_t* next_ = nullptr;  // of the open chunk: where the next entry goes,
  std::uintptr_t* end_ = nullptr;   // and where there is no more room
  std::uintptr_t* opened_ = nullptr;
  std::uint32_t next_index_ = 0;
  std::size_t size_ = 0;  // less what was appended since the chunk was opened
  std::size_t last_stamp_ = 0;
  std::uintptr_t fetched_ = 0;  // the middle of the lines fetched last
};

/// Takes out many entries of the chunk at a buffer's front. The books (I3, `in_use`, size_) are
/// told of it at the end; until then the chunk stays, and nothing may be popped. Entries elsewhere
/// may be erased meanwhile, and others pushed.
class batch_eraser {
 public:
  /// Something was popped from the buffer just now: so there is a chunk.
  void begin(candidate_buffer& from) noexcept {
    from_ = &from;
    chunk_ = from.first_;
    first_index_ = chunk_->number << candidate_buffer::slot_bits;
    erased_ = 0;
  }
  /// False when the entry is elsewhere, perhaps in another buffer.
  [[nodiscard]] bool erase(std::uint32_t index) noexcept {
    const std::uint32_t slot = index ^ first_index_;
    if (slot > candidate_buffer::slot_mask) return false;
    chunk_->entries[slot] = 0;
    ++erased_;
    return true;
  }
  void end() noexcept {
    if (erased_ == 0) return;
    from_->size_ -= erased_;
    if ((chunk_->in_use -= erased_) == 0 && chunk_ != from_->last_) from_->drop_chunk(chunk_);
    erased_ = 0;
  }

 private:
  candidate_buffer* from_ = nullptr;
  chunk* chunk_ = nullptr;
  std::uint32_t first_index_ = 0;
  std::uint32_t erased_ = 0;
};

}  // namespace gc
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_GC_CANDIDATES_H_
