// What weak maps and sets have in common: a hash index of places, the order of the places, and the
// iterators that stand on them. Knows neither keys nor values.
//
// Thread safety: confined to one thread.
// User code: none runs in here. (Keys are hashed and compared by the containers, between two steps
// of theirs here; `version` tells them whether anything has changed meanwhile.)
//
// Invariants
// I1. But for I3, a place is in the index and in the order from `insert` to `remove`; `table` is
// null else. I2. `living` counts the places whose object has not expired. I3. A closed table has
// places, but no iterators; none of its places counts, nor is in the index. I4. No iterator stands
// on a place that has left: `remove` moves it on to the next.
#ifndef TRICYCLE_DETAIL_WEAK_TABLE_H_
#define TRICYCLE_DETAIL_WEAK_TABLE_H_

#include <cstddef>
#include <cstdint>

#include "tricycle/detail/attachment.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

class weak_table;
class hash_index;

/// One entry's part in its table; `link`: in the order of insertion.
struct weak_place : link {
  weak_table* table = nullptr;
  weak_place* same = nullptr;  // the next with the same hash
  std::size_t hash = 0;
};

/// One iterator's. A copy stands where the original does.
struct weak_cursor : link {
  weak_cursor() noexcept = default;
  explicit weak_cursor(weak_table& in) noexcept;
  weak_cursor(const weak_cursor& other) noexcept;
  weak_cursor& operator=(const weak_cursor& other) noexcept;
  ~weak_cursor() { unlink(); }

  /// To the next place; where `at` has left the table meanwhile, that is where it stands already.
  void step() noexcept;

  // In this order: a copy directly after the making, of two words as one, would wait for all the
  // stores before it.
  weak_table* table = nullptr;  // null: at no table's, or its table is gone
  bool moved = false;           // by the removal of the place where it stood
  weak_place* at = nullptr;     // null: at the end
};

class weak_table : public chore, public in_small_memory {
 public:
  /// Throws std::bad_alloc.
  weak_table();
  weak_table(const weak_table&) = delete;
  weak_table& operator=(const weak_table&) = delete;
  /// The places must have left.
  ~weak_table();
  /// The begin of its end: iterators are at the end, and nothing is to be looked up any more.
  void close() noexcept;
  /// Frees a piece of the index of a closed table. False: that was the last. O(1).
  bool shrink() noexcept;

  /// The places with this hash, linked by `same`; null: none. O(1).
  [[nodiscard]] weak_place* with_hash(std::size_t hash) const noexcept;
  /// O(1), but for the growth of the index, by at most some thousand entries at once. Throws
  /// std::bad_alloc: then nothing has changed.
  void insert(weak_place& place, std::size_t hash);
  /// `lives`: its object has not expired. O(1 + iterators).
  void remove(weak_place& place, bool lives) noexcept;
  /// The object of a place has expired; it is removed later.
  void expired(const weak_place& place) noexcept;

  [[nodiscard]] std::size_t living() const noexcept { return living_; }
  [[nodiscard]] std::uint64_t version() const noexcept { return version_; }
  [[nodiscard]] weak_place* first() const noexcept { return next_of(order_); }
  [[nodiscard]] weak_place* next_of(const link& l) const noexcept {
    return l.next == &order_ ? nullptr : static_cast<weak_place*>(l.next);
  }

 private:
  friend weak_cursor;
  void forget(weak_place& place, bool lives) noexcept;

  hash_index* index_;
  std::size_t living_ = 0;
  std::uint64_t version_ = 0;
  bool closed_ = false;
  link order_;
  link cursors_;
};

}  // namespace gc
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_DETAIL_WEAK_TABLE_H_
