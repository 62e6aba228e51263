#include "tricycle/detail/weak_table.h"

#include "hash_index.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

weak_cursor::weak_cursor(weak_table& in) noexcept : table(&in), at(in.first()) {
  append_to(in.cursors_);
}

weak_cursor::weak_cursor(const weak_cursor& other) noexcept
    : link(), table(other.table), moved(other.moved), at(other.at) {
  if (table != nullptr) append_to(table->cursors_);
}

weak_cursor& weak_cursor::operator=(const weak_cursor& other) noexcept {
  if (this == &other) return *this;
  unlink();
  table = other.table;
  at = other.at;
  moved = other.moved;
  if (table != nullptr) append_to(table->cursors_);
  return *this;
}

void weak_cursor::step() noexcept {
  if (moved)
    moved = false;
  else if (at != nullptr)
    at = table->next_of(*at);
}

weak_table::weak_table() : index_(new hash_index) {}

weak_table::~weak_table() {
  chore::unlink();
  delete index_;
}

void weak_table::close() noexcept {
  closed_ = true;
  living_ = 0;
  while (!cursors_.alone()) {
    auto& c = static_cast<weak_cursor&>(*cursors_.next);
    c.unlink();
    c.table = nullptr;
    c.at = nullptr;
  }
}

bool weak_table::shrink() noexcept { return index_->shrink(); }

weak_place* weak_table::with_hash(std::size_t hash) const noexcept { return index_->find(hash); }

void weak_table::insert(weak_place& place, std::size_t hash) {
  weak_place*& first = index_->at(hash);
  place.same = first;
  first = &place;
  place.hash = hash;
  place.table = this;
  place.append_to(order_);
  ++living_;
  ++version_;
}

void weak_table::expired(const weak_place& place) noexcept {
  if (closed_) return;
  --living_;
  __builtin_prefetch(place.next, 1);
  __builtin_prefetch(place.previous, 1);
  index_->prefetch(place.hash);
}

void weak_table::remove(weak_place& place, bool lives) noexcept {
  if (!closed_) forget(place, lives);
  place.table = nullptr;
  place.unlink();
}

/// Everything but its link.
void weak_table::forget(weak_place& place, bool lives) noexcept {
  ++version_;
  if (lives) --living_;
  for (link* l = cursors_.next; l != &cursors_; l = l->next) {
    auto& c = static_cast<weak_cursor&>(*l);
    if (c.at != &place) continue;
    c.at = next_of(place);
    c.moved = true;
  }
  if (weak_place* first = index_->find(place.hash); first != &place) {
    while (first->same != &place) first = first->same;
    first->same = place.same;
  } else if (place.same != nullptr) {
    index_->replace(place.hash, place.same);
  } else {
    index_->erase(place.hash);
  }
  place.same = nullptr;
}

}  // namespace gc
}  // namespace v1
}  // namespace tricycle
