#include "spare_blocks.h"

#include <array>
#include <new>
#include <utility>

#include "block_store.h"
#include "mutators.h"
#include "tracked_blocks.h"

namespace tricycle {
inline namespace v1 {
namespace shared {
namespace {

/// What a thread starts with, and what it ends with: no blocks, no room.
constinit spare_blocks not_yet{};
constinit spare_blocks no_more{};

/// Of a class, at most. Tracked ones that are too much cost a lock.
constexpr std::size_t leaves_kept = std::size_t{32} << 10;
constexpr std::size_t tracked_kept = std::size_t{256} << 10;
/// Tracked ones taken at once, when there are none; what is left when there are too many; what is
/// left by a collection that was asked for.
constexpr std::size_t refill_bytes = std::size_t{4} << 10;
constexpr std::size_t left_bytes = tracked_kept / 2;
constexpr std::size_t left_after_collect = std::size_t{32} << 10;

constexpr bool is_tracked(std::size_t which) noexcept { return which >= tracked_classes; }
constexpr std::size_t size_class_of(std::size_t which) noexcept {
  return is_tracked(which) ? which - tracked_classes : which;
}
constexpr std::size_t bytes_of(std::size_t which) noexcept {
  return size_class_of(which) * gc::size_class_bytes;
}
constexpr auto limits = [] {
  std::array<std::uint32_t, all_classes> most{};
  for (std::size_t i = 0; i < all_classes; ++i)
    if (bytes_of(i) != 0)
      most[i] =
          static_cast<std::uint32_t>((is_tracked(i) ? tracked_kept : leaves_kept) / bytes_of(i));
  return most;
}();

/// Those at hand of a tracked class go back, but so many bytes of them.
void give_back_but(spare_blocks& from, std::size_t which, std::size_t bytes) noexcept {
  spare_blocks::size_class& c = from.classes[which];
  const std::size_t at_hand = limits[which] - c.blocks->room;
  const std::size_t left = bytes / bytes_of(which);
  if (at_hand > left) c.blocks = all_tracked.give(c.blocks, at_hand - left);
}

/// The thread ends: what it has at hand goes back. Drops after that, in destructors of other
/// thread_local objects, go past this (I1).
struct thread_end {
  ~thread_end() {
    spare_blocks* mine = spares;
    spares = &no_more;
    for (std::size_t i = 1; i < tracked_classes; ++i)
      for (spare_blocks::block* b = mine->classes[i].blocks; b->next != nullptr;)
        alloc::raw_free(std::exchange(b, b->next));
    for (std::size_t i = tracked_classes + 1; i < all_classes; ++i) give_back_but(*mine, i, 0);
    alloc::raw_free(mine);
  }
};

void have_spares() noexcept {
  void* memory = alloc::raw_allocate(sizeof(spare_blocks));
  if (memory == nullptr) return;
  auto* mine = ::new (memory) spare_blocks;
  for (std::size_t i = 0; i < all_classes; ++i) mine->classes[i].end.room = limits[i];
  spares = mine;
  static thread_local thread_end end;
  static_cast<void>(&end);
}

/// Whether the thread has spares of its own now.
bool has_spares() noexcept {
  if (spares == &not_yet) have_spares();
  return spares != &not_yet && spares != &no_more;
}

}  // namespace

constinit thread_local spare_blocks* spares = &not_yet;

void* take_block_slow(std::uint8_t which) noexcept {
  if (!is_tracked(which)) return allocate(bytes_of(which));
  static_cast<void>(mutator_here());  // who has tracked objects is known
  if (alloc::fault_point()) return nullptr;
  if (!has_spares()) return all_tracked.take(size_class_of(which), 1, nullptr);
  spare_blocks::size_class& c = spares->classes[which];
  spare_blocks::block* first =
      all_tracked.take(size_class_of(which), refill_bytes / bytes_of(which), &c.end);
  if (first == &c.end) return nullptr;
  c.blocks = first->next;
  return first;
}

void give_block_slow(void* memory, std::uint8_t which) noexcept {
  if (has_spares()) {
    const spare_blocks::size_class& c = spares->classes[which];
    if (c.blocks->room == 0 && is_tracked(which)) give_back_but(*spares, which, left_bytes);
    if (c.blocks->room != 0) return give_block(memory, which);
  }
  if (is_tracked(which))
    all_tracked.give(static_cast<spare_blocks::block*>(memory), 1);
  else
    alloc::raw_free(memory);
}

void give_block_back(void* block, std::uint8_t which) noexcept { give_block(block, which); }

void give_most_back() noexcept {
  if (spares == &not_yet || spares == &no_more) return;
  for (std::size_t i = tracked_classes + 1; i < all_classes; ++i)
    give_back_but(*spares, i, left_after_collect);
}

void link_block(gc::header* h) noexcept {
  static_cast<void>(mutator_here());
  all_tracked.link(h);
}
void unlink_block(const gc::header* h) noexcept { all_tracked.unlink(h); }

void* allocate(std::size_t bytes) noexcept { return alloc::raw_allocate(bytes); }

void* allocate_aligned(std::size_t bytes, std::size_t align) noexcept {
  if (alloc::fault_point()) return nullptr;
#ifdef TRICYCLE_USE_MIMALLOC
  // Not mi_malloc_aligned: see block_store.cc.
  return mi_malloc_aligned_at(bytes, align, 0);
#else
  return std::aligned_alloc(align, (bytes + align - 1) / align * align);
#endif
}

void deallocate(void* block) noexcept { alloc::raw_free(block); }

void throw_bad_alloc() { throw std::bad_alloc(); }

}  // namespace shared
}  // namespace v1
}  // namespace tricycle
