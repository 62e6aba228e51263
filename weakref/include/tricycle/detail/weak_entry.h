// An entry of a weak map or set: a place in the table, an attachment to the object that it must not
// keep alive, and what belongs to it; and the iterator that goes over such entries.
//
// Thread safety: confined to one thread, that of the objects.
#ifndef TRICYCLE_DETAIL_WEAK_ENTRY_H_
#define TRICYCLE_DETAIL_WEAK_ENTRY_H_

#include <cstddef>
#include <iterator>
#include <memory>
#include <utility>

#include "tricycle/detail/map_segment.h"
#include "tricycle/detail/weak_table.h"
#include "tricycle/ref.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

/// The target of a record; null when it is dead or dying.
template <class T>
[[nodiscard]] ref<T> lock_target(const side_record* record) noexcept {
  if (record->target == nullptr) return nullptr;
  return ref_from(static_cast<T*>(object_of(record->target)));
}

/// `Attachment`: ephemeron, or attachment where the payload owns no edges.
template <class Attachment, class Payload>
struct weak_entry final : Attachment, weak_place {
  template <class... Args>
  explicit weak_entry(Args&&... args)
      : Attachment(entry_kind), payload(std::forward<Args>(args)...) {}

  static weak_entry& of(attachment& a) noexcept { return static_cast<weak_entry&>(a); }
  static weak_entry& of(weak_place& p) noexcept { return static_cast<weak_entry&>(p); }

  [[nodiscard]] bool lives() const noexcept { return this->record->target != nullptr; }

  static void tell(attachment& a) noexcept {
    of(a).table->remove(of(a), /*lives=*/false);
    leave_segment(of(a));
  }
  static void expired(attachment& a) noexcept { of(a).table->expired(of(a)); }
  static constexpr auto trace() noexcept {
    using function = void (*)(attachment&, edge_visitor&);
    if constexpr (std::is_same_v<Attachment, ephemeron>)
      return function([](attachment& a, edge_visitor& visit) { visit(of(a).payload); });
    else
      return function(nullptr);
  }
  static void destroy(attachment& a) noexcept {
    drop_weak(a.record);
    delete &of(a);
  }

  static constexpr attachment_kind entry_kind{
      .tell = &tell, .expired = &expired, .trace = trace(), .destroy = &destroy};

  [[no_unique_address]] Payload payload;
};

/// Hangs an entry on its object and puts it into the table. False: the object is dying, and nothing
/// was done. Throws std::bad_alloc: then nothing has changed.
template <class Entry>
bool put_entry(weak_table& table, std::unique_ptr<Entry>& entry, header* target, std::size_t hash) {
  struct share {
    side_record* record;
    ~share() { drop_weak(record); }
  } const mine{add_weak(target)};
  if (mine.record->target == nullptr) return false;
  attach(mine.record, *entry);
  try {
    table.insert(*entry, hash);
  } catch (...) {
    detach(*entry);
    drop_weak(mine.record);
    throw;
  }
  static_cast<void>(entry.release());
  return true;
}

/// Takes an entry out of everything and frees it. May run user code: its payload's destructor.
template <class Entry>
void free_entry(Entry& entry) noexcept {
  entry.table->remove(entry, entry.lives());
  leave_segment(entry);
  detach(entry);
  Entry::destroy(entry);
}

/// The same for all of a table, and then for the table: in slices where there is a release budget.
/// Nothing is found in it from the begin on.
template <class Entry, class Table>
void end_table(std::unique_ptr<Table> table) noexcept {
  if (table == nullptr) return;
  table->close();
  table->step = [](chore& self) noexcept {
    auto& at_hand = static_cast<Table&>(self);
    for (int entries = 0; entries < 16; ++entries) {
      weak_place* first = at_hand.first();
      if (first == nullptr) {
        if (at_hand.shrink()) return true;
        delete &at_hand;
        return false;
      }
      free_entry(Entry::of(*first));
    }
    return true;
  };
  do_in_time(*table.release());
}

/// Goes over the living entries in the order of their insertion. It holds the object that it stands
/// on, so a collection in the middle of an iteration takes none from under it; an entry that is
/// erased while it stands there makes it stand before the next one. When the map ends, it is at the
/// end. An input iterator: what it gives is made as it is asked for.
template <class Container>
class weak_iterator {
  using entry = typename Container::entry;
  using object = typename Container::watched_type;

 public:
  using iterator_category = std::input_iterator_tag;
  using difference_type = std::ptrdiff_t;
  using value_type = typename Container::value_type;
  using reference = typename Container::reference;
  class pointer {
   public:
    explicit pointer(reference what) : what_(std::forward<reference>(what)) {}
    auto* operator->() noexcept { return std::addressof(what_); }

   private:
    reference what_;
  };

  weak_iterator() noexcept = default;
  explicit weak_iterator(weak_table& in) noexcept : cursor_(in) { settle(); }
  weak_iterator(weak_table& in, weak_place& at, ref<object> pin) noexcept
      : cursor_(in), pin_(std::move(pin)) {
    cursor_.at = &at;
  }

  [[nodiscard]] reference operator*() const {
    return Container::refer(entry::of(*cursor_.at), pin_);
  }
  [[nodiscard]] pointer operator->() const { return pointer(**this); }

  weak_iterator& operator++() noexcept {
    cursor_.step();
    settle();
    return *this;
  }
  weak_iterator operator++(int) noexcept {
    weak_iterator before = *this;
    ++*this;
    return before;
  }
  [[nodiscard]] friend bool operator==(const weak_iterator& a, const weak_iterator& b) noexcept {
    return a.cursor_.at == b.cursor_.at;
  }

 private:
  friend Container;

  /// On to the first entry that lives, from where it stands. Letting go of the object it stood on
  /// may run user code, and that may erase entries.
  void settle() noexcept {
    while (weak_place* at = cursor_.at) {
      ref<object> found = lock_target<object>(entry::of(*at).record);
      if (!found) {
        cursor_.at = cursor_.table->next_of(*at);
        continue;
      }
      pin_ = std::move(found);
      cursor_.moved = false;
      if (cursor_.at == at) return;
    }
    cursor_.moved = false;
    pin_.reset();
  }

  weak_cursor cursor_;
  ref<object> pin_;
};

}  // namespace gc
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_DETAIL_WEAK_ENTRY_H_
