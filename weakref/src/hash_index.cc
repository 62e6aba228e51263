#include "hash_index.h"

#include <utility>

namespace tricycle {
inline namespace v1 {
namespace gc {
namespace {

/// std::hash of an integer is the integer: its uppermost bits say nothing. (Knuth's multiplier.)
std::uint64_t mixed(std::size_t hash) noexcept { return hash * 0x9e37'79b9'7f4a'7c15U; }

}  // namespace

hash_index::hash_index() : directory_{nullptr} { directory_[0] = new bucket(0); }

hash_index::~hash_index() {
  while (shrink()) {
  }
}

bool hash_index::shrink() noexcept {
  if (directory_.empty()) return false;
  bucket* last = directory_.back();
  directory_.resize(directory_.size() - (std::size_t{1} << (depth_ - last->depth)));
  delete last;
  return !directory_.empty();
}

std::size_t hash_index::slot_of(std::size_t hash) const noexcept {
  return depth_ == 0 ? 0 : mixed(hash) >> (64 - depth_);
}

weak_place* hash_index::find(std::size_t hash) const noexcept {
  const map& places = directory_[slot_of(hash)]->places;
  const auto found = places.find(hash);
  return found == places.end() ? nullptr : found->second;
}

void hash_index::prefetch(std::size_t hash) const noexcept {
  directory_[slot_of(hash)]->places.prefetch(hash);
}

/// Memory for the table's next growth, where the next entry might bring it about. Tables larger
/// than 16 that are less full than that are only tidied, in place.
void hash_index::reserve(bucket& b) {
  const std::size_t capacity = b.places.capacity();
  if (capacity > 16 && (b.places.size() + 1) * 32 <= capacity * 24) return;
  const std::size_t bytes = (2 * capacity + 2) * (sizeof(map::value_type) + 1) + 128;
  if (b.aside.bytes >= bytes) return;
  void* block = ::operator new(bytes);
  ::operator delete(std::exchange(b.aside.block, block));
  b.aside.bytes = bytes;
}

weak_place*& hash_index::at(std::size_t hash) {
  std::size_t slot = slot_of(hash);
  // Hashes that are all alike can't be told apart by more bits: the directory's size is bound.
  if (directory_[slot]->places.size() >= bucket_size &&
      (directory_[slot]->depth < depth_ || directory_.size() <= 8 * buckets_)) {
    split(slot);
    slot = slot_of(hash);
  }
  bucket& b = *directory_[slot];
  reserve(b);
  return b.places[hash];
}

/// Its bucket becomes two, that differ in the next bit.
void hash_index::split(std::size_t slot) {
  bucket* old = directory_[slot];
  const auto make = [&] {
    auto made = std::make_unique<bucket>(old->depth + 1);
    const std::size_t bytes = 2 * bucket_size * (sizeof(map::value_type) + 1) + 128;
    made->aside.block = ::operator new(bytes);
    made->aside.bytes = bytes;
    made->places.reserve(bucket_size);
    return made;
  };
  auto low = make();
  auto high = make();
  if (old->depth == depth_) {
    std::vector<bucket*> twice(2 * directory_.size());
    for (std::size_t i = 0; i < twice.size(); ++i) twice[i] = directory_[i / 2];
    directory_.swap(twice);
    ++depth_;
    slot *= 2;
  }
  const unsigned shift = 64 - old->depth - 1;
  for (const auto& [hash, place] : old->places)
    ((mixed(hash) >> shift & 1) == 0 ? low : high)->places.emplace(hash, place);
  const std::size_t width = std::size_t{1} << (depth_ - old->depth);
  const std::size_t begin = slot & ~(width - 1);
  for (std::size_t i = 0; i < width; ++i)
    directory_[begin + i] = i < width / 2 ? low.get() : high.get();
  static_cast<void>(low.release());
  static_cast<void>(high.release());
  delete old;
  ++buckets_;
}

void hash_index::replace(std::size_t hash, weak_place* by) noexcept {
  directory_[slot_of(hash)]->places.find(hash)->second = by;
}

void hash_index::erase(std::size_t hash) noexcept {
  map& places = directory_[slot_of(hash)]->places;
  places.erase(hash);
  // An empty table keeps no memory: clear() does not let go of a small one.
  if (places.empty() && places.capacity() > 128) {
    map none(places.get_allocator());
    places.swap(none);
  }
}

}  // namespace gc
}  // namespace v1
}  // namespace tricycle
