// weak_value_map<K, T>: a map to objects that it does not keep alive; the cache one would write by
// hand.
//
// Thread safety: confined to the thread of the objects' heap.
// User code: Hash and Equal in lookups; destructors of keys, in `erase`, `clear` and the map's end,
// and when values die. Letting go of a locked value, at the end of a lookup or a step of an
// iterator, may be what destroys it.
#ifndef TRICYCLE_WEAK_VALUE_MAP_H_
#define TRICYCLE_WEAK_VALUE_MAP_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "tricycle/detail/weak_entry.h"

namespace tricycle {
inline namespace v1 {

/// An entry is gone when its value has begun to die: it is not found, not counted and not shown
/// from the moment in which weak references expire, whatever a collection has still to do.
///
///     tricycle::weak_value_map<std::string, Page> pages;
///     pages.insert_or_assign("index", page);
///     if (tricycle::ref<Page> known = pages.get("index")) ...
///
/// Members are named as those of std::unordered_map, and do the same; what differs:
///  - Iterators are input iterators, in the order of insertion. They show the living, and hold the
///    value they stand on: collections between two steps, and inside the loop, do not disturb them.
///  - Nothing that this map does may be done by Hash or Equal to the same map, but collections that
///    they cause are no trouble.
///  - Lookup of another type than K takes a Hash and an Equal with `is_transparent`.
///
/// A lookup, an insertion and a removal are O(1) amortised, and the index grows in pieces: none
/// takes longer than some thousand entries do. A value's death removes its entry in O(1).
template <class K, class T, class Hash = std::hash<K>, class Equal = std::equal_to<K>>
class weak_value_map {
  using entry = gc::weak_entry<gc::attachment, K>;

 public:
  using key_type = K;
  using mapped_type = ref<T>;
  using value_type = std::pair<const K, ref<T>>;
  using reference = std::pair<const K&, ref<T>>;
  using size_type = std::size_t;
  using hasher = Hash;
  using key_equal = Equal;
  using iterator = gc::weak_iterator<weak_value_map>;
  using const_iterator = iterator;

  weak_value_map() = default;
  explicit weak_value_map(Hash hash, Equal equal = Equal())
      : hash_(std::move(hash)), equal_(std::move(equal)) {}
  weak_value_map(weak_value_map&& other) noexcept = default;
  weak_value_map& operator=(weak_value_map&& other) noexcept {
    weak_value_map(std::move(other)).swap(*this);
    return *this;
  }
  ~weak_value_map() { clear(); }

  /// Entries whose values live. O(1).
  [[nodiscard]] size_type size() const noexcept { return table_ ? table_->living() : 0; }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  [[nodiscard]] iterator begin() const noexcept { return table_ ? iterator(*table_) : iterator(); }
  [[nodiscard]] iterator end() const noexcept { return iterator(); }

  /// Does nothing if there is such a key with a living value; and if the value is null, or dying:
  /// then it returns end(). Throws std::bad_alloc and what K, Hash and Equal throw: then nothing
  /// has changed.
  std::pair<iterator, bool> insert(value_type what) {
    return put(std::move(const_cast<K&>(what.first)), std::move(what.second), /*assign=*/false);
  }
  /// A null value removes the key; the same then, end() is returned.
  std::pair<iterator, bool> insert_or_assign(K key, ref<T> value) {
    return put(std::move(key), std::move(value), /*assign=*/true);
  }

  template <class Q = K>
  [[nodiscard]] iterator find(const Q& key) const {
    auto [at, pin] = locate(key);
    return at == nullptr ? iterator() : iterator(*table_, *at, std::move(pin));
  }
  /// The value, or null: what find(key)->second would be.
  template <class Q = K>
  [[nodiscard]] ref<T> get(const Q& key) const {
    return locate(key).second;
  }
  template <class Q = K>
  [[nodiscard]] bool contains(const Q& key) const {
    return locate(key).first != nullptr;
  }
  template <class Q = K>
  [[nodiscard]] size_type count(const Q& key) const {
    return contains(key) ? 1 : 0;
  }

  /// How many were removed: 0 or 1.
  template <class Q = K>
  requires(!std::is_same_v<Q, iterator>) size_type erase(const Q& key) {
    const auto [at, pin] = locate(key);
    if (at == nullptr) return 0;
    gc::free_entry(*at);
    return 1;
  }
  /// Returns an iterator to the next.
  iterator erase(iterator at) noexcept {
    gc::free_entry(entry::of(*at.cursor_.at));
    return ++at;
  }
  /// Forgets all entries at once, and frees them: O(n), in slices with settings::release_budget.
  /// Runs user code: their destructors.
  void clear() noexcept { gc::end_table<entry>(std::move(table_)); }
  void swap(weak_value_map& other) noexcept {
    using std::swap;
    swap(table_, other.table_);
    swap(hash_, other.hash_);
    swap(equal_, other.equal_);
  }
  friend void swap(weak_value_map& a, weak_value_map& b) noexcept { a.swap(b); }

 private:
  template <class>
  friend class gc::weak_iterator;
  friend struct tracer<weak_value_map>;
  using watched_type = T;

  static reference refer(const entry& at, const ref<T>& pin) { return {at.payload, pin}; }

  static constexpr bool transparent = requires {
    typename Hash::is_transparent;
    typename Equal::is_transparent;
  };
  template <class Q>
  std::pair<entry*, ref<T>> locate(const Q& key) const {
    if constexpr (transparent || std::is_same_v<Q, K>)
      return look_up(hash_(key), key);
    else
      return locate<K>(key);
  }

  /// The living entry with this key, and its value. The value is held while Equal runs, so that no
  /// collection frees the key under it; and if anything has left meanwhile, it begins again.
  template <class Q>
  std::pair<entry*, ref<T>> look_up(std::size_t hash, const Q& key) const {
    if (!table_) return {};
    for (gc::weak_place* place = table_->with_hash(hash); place != nullptr;) {
      entry& at = entry::of(*place);
      ref<T> pin = gc::lock_target<T>(at.record);
      const std::uint64_t version = table_->version();
      if (pin && equal_(std::as_const(at.payload), key) && version == table_->version())
        return {&at, std::move(pin)};
      gc::weak_place* next = version == table_->version() ? place->same : nullptr;
      pin.reset();
      place = version == table_->version() ? next : table_->with_hash(hash);
    }
    return {};
  }

  std::pair<iterator, bool> put(K key, ref<T> value, bool assign) {
    const std::size_t hash = hash_(std::as_const(key));
    if (!table_) table_ = std::make_unique<gc::weak_table>();
    auto [known, pin] = look_up(hash, key);
    if (known != nullptr && (!assign || pin == value))
      return {iterator(*table_, *known, std::move(pin)), false};
    if (value == nullptr) {
      if (known != nullptr) gc::free_entry(*known);
      return {iterator(), false};
    }
    auto made = std::make_unique<entry>(std::move(key));
    entry& at = *made;
    gc::header* target = gc::header_of(static_cast<const void*>(value.get()));
    if (!gc::put_entry(*table_, made, target, hash)) return {iterator(), false};
    std::pair<iterator, bool> result(iterator(*table_, at, std::move(value)), known == nullptr);
    if (known != nullptr) gc::free_entry(*known);  // its key's destructor may clear the map
    return result;
  }

  std::unique_ptr<gc::weak_table> table_;  // null until there is something to put into it
  [[no_unique_address]] Hash hash_;
  [[no_unique_address]] Equal equal_;
};

/// It owns its keys, and with them what they own; not its values.
template <class K, class T, class Hash, class Equal>
struct tracer<weak_value_map<K, T, Hash, Equal>> {
  template <class... Seen>
  static consteval gc::edges owns() {
    return gc::edges_of<K, Seen...>();
  }
  static void trace(weak_value_map<K, T, Hash, Equal>& map, edge_visitor& visit) {
    if (!map.table_) return;
    using entry = typename weak_value_map<K, T, Hash, Equal>::entry;
    for (auto* place = map.table_->first(); place != nullptr && !visit.is_cut();
         place = map.table_->next_of(*place))
      visit(entry::of(*place).payload);
  }
};

}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_WEAK_VALUE_MAP_H_
