// weak_key_map<K, V>: values for objects, as long as the objects live. An ephemeron map.
//
// Thread safety: confined to the thread of the objects' heap.
// User code: what V's constructors, assignment and destructor do. Destructors of values run in
// `erase`, `clear` and the map's end, and when keys die. Letting go of a locked key, in a step of
// an iterator, may be what destroys it. The first insertion makes an object of the current heap, so
// a slice of the collector may run in it.
#ifndef TRICYCLE_WEAK_KEY_MAP_H_
#define TRICYCLE_WEAK_KEY_MAP_H_

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include "tricycle/detail/weak_entry.h"
#include "tricycle/make.h"
#include "tricycle/weak_set.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

/// The map itself is an object of a heap, so that the collector knows whether it is alive: a value
/// is held as long as both its key and its map are (gc/src/ephemerons.h).
template <class Entry>
struct key_map_core {
  weak_table table;
  std::vector<ref<map_segment>> segments;  // of ephemerons

  key_map_core() = default;
  key_map_core(const key_map_core&) = delete;
  key_map_core& operator=(const key_map_core&) = delete;
  ~key_map_core() { free_entries<Entry>(table); }

  void trace(edge_visitor& visit) { visit(segments); }
};

}  // namespace gc

/// A value belongs to a key, an object told apart by identity, and is destroyed after it. It does
/// not keep its key alive, however it may lead to it: not by owning it, nor by a chain of entries
/// of this and other maps, nor by leading to the map that holds it (Hayes, "Ephemerons", 1997).
/// What the collector needs for that: V's edges must be seen, as those of any member (trace.h).
///
///     tricycle::weak_key_map<Widget, Style> styles;
///     styles.insert_or_assign(widget, Style{...});
///
/// An entry is gone when its key has begun to die: it is not found, not counted and not shown.
/// Members are named as those of std::unordered_map; iterators are input iterators that show the
/// living in the order of insertion, and hold the key they stand on: `for (auto [key, value] :
/// map)`, where `key` is a ref<K> and `value` a V&. All operations are O(1) amortised, as in
/// weak_value_map. References to values stay valid until their entry is gone.
template <class K, class V>
class weak_key_map {
  static constexpr bool is_ephemeron = gc::edges_of<V>() != gc::edges::none;
  using attachment = std::conditional_t<is_ephemeron, gc::ephemeron, gc::attachment>;
  using entry = gc::weak_entry<attachment, V>;
  using core = gc::key_map_core<entry>;

 public:
  using key_type = ref<K>;
  using mapped_type = V;
  using value_type = std::pair<const ref<K>, V>;
  using reference = std::pair<ref<K>, V&>;
  using size_type = std::size_t;
  using iterator = gc::weak_iterator<weak_key_map>;
  using const_iterator = iterator;

  weak_key_map() noexcept = default;
  weak_key_map(weak_key_map&& other) noexcept = default;
  weak_key_map& operator=(weak_key_map&& other) noexcept {
    core_ = std::move(other.core_);
    return *this;
  }
  ~weak_key_map() = default;

  /// Entries whose keys live. O(1).
  [[nodiscard]] size_type size() const noexcept {
    const core* in = living_core();
    return in == nullptr ? 0 : in->table.living();
  }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  [[nodiscard]] iterator begin() const noexcept {
    core* in = living_core();
    return in == nullptr ? iterator() : iterator(in->table);
  }
  [[nodiscard]] iterator end() const noexcept { return iterator(); }

  /// Constructs the value from `args` if the key has none. For null, and for a key that is dying,
  /// nothing is done, and end() returned. Throws std::bad_alloc, and what V throws: then nothing
  /// has changed.
  template <class... Args>
  std::pair<iterator, bool> try_emplace(ref<K> key, Args&&... args) {
    if (!key) return {iterator(), false};
    if (entry* known = entry_for(key)) return {iterator(core_->table, *known, key), false};
    auto made = std::make_unique<entry>(std::forward<Args>(args)...);
    if (living_core() == nullptr) core_ = make<core>();
    gc::map_segment* segment = nullptr;
    if constexpr (is_ephemeron) segment = &gc::segment_with_room(core_->segments);
    // V's constructor, or a slice, may have run code that inserted the key.
    if (entry* known = entry_for(key)) return {iterator(core_->table, *known, key), false};
    entry& at = *made;
    gc::header* h = gc::header_of(static_cast<const void*>(key.get()));
    if (!gc::put_entry(core_->table, made, h, gc::identity_hash(h))) return {iterator(), false};
    if constexpr (is_ephemeron) segment->enter(at);
    return {iterator(core_->table, at, std::move(key)), true};
  }
  std::pair<iterator, bool> insert(value_type what) {
    return try_emplace(what.first, std::move(what.second));
  }
  std::pair<iterator, bool> insert_or_assign(ref<K> key, V value) {
    if (entry* known = entry_for(key)) {
      known->payload = std::move(value);
      return {find(key), false};
    }
    return try_emplace(std::move(key), std::move(value));
  }

  [[nodiscard]] iterator find(const ref<K>& key) const noexcept {
    entry* known = entry_for(key);
    return known == nullptr ? iterator() : iterator(core_->table, *known, key);
  }
  /// The value, or null: what &find(key)->second would be.
  [[nodiscard]] V* get(const ref<K>& key) const noexcept {
    entry* known = entry_for(key);
    return known == nullptr ? nullptr : &known->payload;
  }
  /// Throws std::out_of_range.
  [[nodiscard]] V& at(const ref<K>& key) const {
    if (V* value = get(key)) return *value;
    throw std::out_of_range("tricycle::weak_key_map::at: the key is not there");
  }
  [[nodiscard]] bool contains(const ref<K>& key) const noexcept {
    return entry_for(key) != nullptr;
  }
  [[nodiscard]] size_type count(const ref<K>& key) const noexcept { return contains(key) ? 1 : 0; }

  /// How many were removed: 0 or 1.
  size_type erase(const ref<K>& key) noexcept {
    entry* known = entry_for(key);
    if (known == nullptr) return 0;
    gc::free_entry(*known);
    return 1;
  }
  /// Returns an iterator to the next.
  iterator erase(iterator at) noexcept {
    gc::free_entry(entry::of(*at.cursor_.at));
    return ++at;
  }
  void clear() noexcept {
    if (core* in = living_core()) gc::free_entries<entry>(in->table);
  }
  void swap(weak_key_map& other) noexcept { core_.swap(other.core_); }
  friend void swap(weak_key_map& a, weak_key_map& b) noexcept { a.swap(b); }

 private:
  template <class>
  friend class gc::weak_iterator;
  friend struct tracer<weak_key_map>;
  using watched_type = K;

  static reference refer(entry& at, const ref<K>& pin) noexcept { return {pin, at.payload}; }
  [[nodiscard]] entry* entry_for(const ref<K>& key) const noexcept {
    core* in = living_core();
    return gc::entry_of<entry>(in == nullptr ? nullptr : &in->table, key.get());
  }
  /// Null also when the heap has ended that it was made in: the map is empty then.
  [[nodiscard]] core* living_core() const noexcept {
    const bool dead = core_ && (gc::header_of(core_.get())->word & gc::dead_bit) != 0;
    return dead ? nullptr : core_.get();
  }

  ref<core> core_;  // null until there is something to put into it
};

/// Whoever has the map owns its core; the rest is the collector's affair.
template <class K, class V>
struct tracer<weak_key_map<K, V>> {
  template <class...>
  static consteval gc::edges owns() {
    return gc::edges::some;
  }
  static constexpr std::size_t edges_each = 1;
  static void trace(weak_key_map<K, V>& map, edge_visitor& visit) { visit(map.core_); }
};

}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_WEAK_KEY_MAP_H_
