// weak_set<T>: a set of objects that it does not keep alive.
//
// Thread safety: confined to the thread of the objects' heap.
// User code: none, but that letting go of a locked object, in a step of an iterator, may be what
// destroys it.
#ifndef TRICYCLE_WEAK_SET_H_
#define TRICYCLE_WEAK_SET_H_

#include <cstddef>
#include <memory>
#include <utility>

#include "tricycle/detail/weak_entry.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

struct nothing {};

/// Objects are told apart by where they are: while one's entry is there, its memory has not gone to
/// another (the entry leaves before the memory goes back).
[[nodiscard]] inline std::size_t identity_hash(const header* h) noexcept {
  return reinterpret_cast<std::uintptr_t>(h) >> 4;
}

/// The living entry of an object, by identity; null: none.
template <class Entry>
[[nodiscard]] Entry* entry_of(const weak_table* table, const void* object) noexcept {
  if (table == nullptr || object == nullptr) return nullptr;
  const header* h = header_of(object);
  weak_place* place = table->with_hash(identity_hash(h));
  while (place != nullptr && Entry::of(*place).record->target != h) place = place->same;
  return place == nullptr ? nullptr : &Entry::of(*place);
}

}  // namespace gc

/// Objects are told apart by identity. An object that has begun to die is not found, not counted
/// and not shown. Members are named as those of std::unordered_set; iterators are input iterators
/// that show the living in the order of insertion, and hold the object they stand on. All
/// operations are O(1) amortised, as in weak_value_map; an object's death removes it in O(1).
template <class T>
class weak_set {
  using entry = gc::weak_entry<gc::attachment, gc::nothing>;

 public:
  using key_type = ref<T>;
  using value_type = ref<T>;
  using reference = const ref<T>&;
  using size_type = std::size_t;
  using iterator = gc::weak_iterator<weak_set>;
  using const_iterator = iterator;

  weak_set() noexcept = default;
  weak_set(weak_set&& other) noexcept = default;
  weak_set& operator=(weak_set&& other) noexcept {
    weak_set(std::move(other)).swap(*this);
    return *this;
  }
  ~weak_set() { clear(); }

  /// Objects that live. O(1).
  [[nodiscard]] size_type size() const noexcept { return table_ ? table_->living() : 0; }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  [[nodiscard]] iterator begin() const noexcept { return table_ ? iterator(*table_) : iterator(); }
  [[nodiscard]] iterator end() const noexcept { return iterator(); }

  /// Null, and an object that is dying, are not inserted: then end() is returned. Throws
  /// std::bad_alloc: nothing has changed.
  std::pair<iterator, bool> insert(ref<T> object) {
    if (!object) return {iterator(), false};
    if (entry* known = entry_for(object)) return {iterator(*table_, *known, object), false};
    if (!table_) table_ = std::make_unique<gc::weak_table>();
    auto made = std::make_unique<entry>();
    entry& at = *made;
    gc::header* h = gc::header_of(static_cast<const void*>(object.get()));
    if (!gc::put_entry(*table_, made, h, gc::identity_hash(h))) return {iterator(), false};
    return {iterator(*table_, at, std::move(object)), true};
  }

  [[nodiscard]] iterator find(const ref<T>& object) const noexcept {
    entry* known = entry_for(object);
    return known == nullptr ? iterator() : iterator(*table_, *known, object);
  }
  [[nodiscard]] bool contains(const ref<T>& object) const noexcept {
    return entry_for(object) != nullptr;
  }
  [[nodiscard]] size_type count(const ref<T>& object) const noexcept {
    return contains(object) ? 1 : 0;
  }

  /// How many were removed: 0 or 1.
  size_type erase(const ref<T>& object) noexcept {
    entry* known = entry_for(object);
    if (known == nullptr) return 0;
    gc::free_entry(*known);
    return 1;
  }
  /// Returns an iterator to the next.
  iterator erase(iterator at) noexcept {
    gc::free_entry(entry::of(*at.cursor_.at));
    return ++at;
  }
  /// Forgets all entries at once, and frees them: O(n), in slices with settings::release_budget.
  void clear() noexcept { gc::end_table<entry>(std::move(table_)); }
  void swap(weak_set& other) noexcept { table_.swap(other.table_); }
  friend void swap(weak_set& a, weak_set& b) noexcept { a.swap(b); }

 private:
  template <class>
  friend class gc::weak_iterator;
  using watched_type = T;

  static reference refer(const entry&, const ref<T>& pin) noexcept { return pin; }
  [[nodiscard]] entry* entry_for(const ref<T>& object) const noexcept {
    return gc::entry_of<entry>(table_.get(), object.get());
  }

  std::unique_ptr<gc::weak_table> table_;  // null until there is something to put into it
};

/// It owns nothing.
template <class T>
struct tracer<weak_set<T>> {
  template <class...>
  static consteval gc::edges owns() {
    return gc::edges::none;
  }
};

}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_WEAK_SET_H_
