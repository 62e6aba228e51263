// Giving blocks back, to those at hand or to where they came from.
#ifndef TRICYCLE_DROPIN_SPARE_BLOCKS_H_
#define TRICYCLE_DROPIN_SPARE_BLOCKS_H_

#include "tricycle/detail/spare_blocks.h"

namespace tricycle {
inline namespace v1 {
namespace shared {

/// The thread has no spares yet, or none any more, or there is no room.
void give_block_slow(void* block, std::uint8_t which) noexcept;

/// The block of an object without owners.
inline void give_block(void* memory, std::uint8_t which) noexcept {
  spare_blocks::size_class& c = spares->classes[which];
  const std::uint32_t room = c.blocks->room;
  if (room == 0) [[unlikely]]
    return give_block_slow(memory, which);
  auto* first = static_cast<spare_blocks::block*>(memory);
  first->room = room - 1;
  first->next = c.blocks;
  c.blocks = first;
}

/// The calling thread's, of tracked objects: most of them go back to the store.
void give_most_back() noexcept;

}  // namespace shared
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_DROPIN_SPARE_BLOCKS_H_
