// Weak counts that do not fit their field: what is beyond is noted here, by block.
//
// Few objects ever have more than two thousand weak references at once; for those, half a field is
// moved out or in at a time, so that the cost of a move is shared by a thousand operations.
//
// Thread safety: any thread; one lock for all. The field itself is changed by compare-and-exchange
// even under the lock, because others count in it without.
#include <mutex>

#include "block_store.h"
#include "mutex.h"
#include "tricycle/detail/shared_header.h"

namespace tricycle {
inline namespace v1 {
namespace shared {
namespace {

constexpr std::uint64_t half = (most_weak + 1) / 2;

struct spill {
  spill* next;
  header* block;
  std::uint64_t more;  // weak references beyond those in the field
};

constinit mutex spills_mutex;
constinit spill* spills = nullptr;

spill** find(const header* h) noexcept {
  spill** at = &spills;
  while (*at != nullptr && (*at)->block != h) at = &(*at)->next;
  return at;
}

[[nodiscard]] std::uint64_t field_of(std::uint64_t word) noexcept {
  return (word >> weak_shift) & most_weak;
}

/// Changes the field by `by` (modulo 2^64) and the flag to `spilled`, if the field is `expected`:
/// asked by the exchange itself (I4 of shared_header.h), because others count on without the lock.
[[nodiscard]] bool change(header* h, std::uint64_t expected, std::uint64_t by,
                          bool spilled) noexcept {
  // Relaxed: the lock orders those who come here; the counts themselves publish nothing.
  std::uint64_t seen = atomics::load<relaxed>(h->word);
  std::uint64_t wanted;
  do {
    if (field_of(seen) != expected) return false;
    wanted = ((seen + by * one_weak) & ~spilled_bit) | (spilled ? spilled_bit : 0);
  } while (!atomics::replace<relaxed, relaxed>(h->word, seen, wanted));
  return true;
}

/// What is noted of the block; made if there is nothing yet.
spill* noted(header* h) noexcept {
  spill** at = find(h);
  if (*at == nullptr) {
    auto* made = static_cast<spill*>(alloc::raw_allocate(sizeof(spill)));
    // There is no way to tell the caller: copying a weak_ptr can't fail. Of the two ways out,
    // the end of the program is the honest one; memory for 24 bytes is as good as always there.
    if (made == nullptr) std::abort();
    *made = {nullptr, h, 0};
    *at = made;
  }
  return *at;
}

void forget_if_empty(header* h) noexcept {
  spill** at = find(h);
  if (*at == nullptr || (*at)->more != 0) return;
  spill* found = *at;
  *at = found->next;
  alloc::raw_free(found);
}

}  // namespace

void retain_weak_slow(header* h) noexcept {
  {
    const std::lock_guard lock(spills_mutex);
    spill* note = noted(h);
    if (change(h, most_weak, 0 - half, true)) note->more += half;
    forget_if_empty(h);
  }
  retain_weak(h);
}

void drop_weak_slow(header* h) noexcept {
  {
    const std::lock_guard lock(spills_mutex);
    spill* note = *find(h);
    // Not there, or not changed: another thread has been here between our look and the lock.
    if (note != nullptr && change(h, 1, half, note->more != half)) note->more -= half;
    forget_if_empty(h);
  }
  drop_weak(h);
}

}  // namespace shared
}  // namespace v1
}  // namespace tricycle
