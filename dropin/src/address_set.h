// A set of addresses, each with a number; for checks and reports, not for hot paths.
//
// Thread safety: none of its own. No constructor and no destructor to run: it serves before and
// after all other static objects. Open addressing (Knuth, TAOCP 6.4, algorithm L and R).
#ifndef TRICYCLE_DROPIN_ADDRESS_SET_H_
#define TRICYCLE_DROPIN_ADDRESS_SET_H_

#include <cstddef>
#include <cstdint>
#include <utility>

#include "block_store.h"

namespace tricycle {
inline namespace v1 {
namespace shared {

class address_set {
 public:
  struct entry {
    const void* address;  // null: free
    std::uint64_t number;
  };

  /// The entry of an address; null if it is not there. O(1).
  [[nodiscard]] entry* find(const void* address) noexcept {
    if (size_ == 0) return nullptr;
    for (std::size_t at = home(address);; at = next(at)) {
      if (entries_[at].address == address) return &entries_[at];
      if (entries_[at].address == nullptr) return nullptr;
    }
  }
  /// Adds what is not there. False: no memory. Amortised O(1).
  bool add(const void* address, std::uint64_t number) noexcept {
    if (4 * (size_ + 1) > 3 * capacity_ && !grow()) return false;
    put({address, number});
    ++size_;
    return true;
  }
  /// O(1).
  void remove(const void* address) noexcept {
    entry* found = find(address);
    if (found == nullptr) return;
    auto hole = static_cast<std::size_t>(found - entries_);
    for (std::size_t at = next(hole); entries_[at].address != nullptr; at = next(at)) {
      // An entry moves into the hole unless its home lies between the hole and itself.
      const std::size_t distance = (at - home(entries_[at].address)) & (capacity_ - 1);
      if (((at - hole) & (capacity_ - 1)) > distance) continue;
      entries_[hole] = entries_[at];
      hole = at;
    }
    entries_[hole].address = nullptr;
    --size_;
  }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  template <class Visit>
  void for_each(Visit&& visit) {
    for (std::size_t at = 0; at < capacity_; ++at)
      if (entries_[at].address != nullptr) visit(entries_[at]);
  }

 private:
  [[nodiscard]] std::size_t home(const void* address) const noexcept {
    const auto bits = reinterpret_cast<std::uintptr_t>(address) >> 4;
    return ((bits * 0x9E37'79B9'7F4A'7C15U) >> 20) & (capacity_ - 1);
  }
  [[nodiscard]] std::size_t next(std::size_t at) const noexcept {
    return (at + 1) & (capacity_ - 1);
  }
  void put(entry added) noexcept {
    std::size_t at = home(added.address);
    while (entries_[at].address != nullptr) at = next(at);
    entries_[at] = added;
  }
  bool grow() noexcept {
    const std::size_t wanted = capacity_ == 0 ? 1024 : 2 * capacity_;
    auto* more = static_cast<entry*>(alloc::raw_allocate(wanted * sizeof(entry)));
    if (more == nullptr) return false;
    for (std::size_t i = 0; i < wanted; ++i) more[i] = {nullptr, 0};
    entry* const old = std::exchange(entries_, more);
    const std::size_t old_capacity = std::exchange(capacity_, wanted);
    for (std::size_t i = 0; i < old_capacity; ++i)
      if (old[i].address != nullptr) put(old[i]);
    if (old != nullptr) alloc::raw_free(old);
    return true;
  }

  entry* entries_ = nullptr;
  std::size_t capacity_ = 0;  // a power of two
  std::size_t size_ = 0;
};

}  // namespace shared
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_DROPIN_ADDRESS_SET_H_
