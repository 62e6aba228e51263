// What a heap has grown by becomes old, but for the newest (docs/decisions/0009-ageing.md).
//
// Thread safety: that of the blocks, and nobody else changes headers meanwhile.
#ifndef TRICYCLE_GC_AGEING_H_
#define TRICYCLE_GC_AGEING_H_

#include <algorithm>
#include <cstddef>

#include "counting.h"
#include "state.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

/// Who was never a candidate was never found alive either, and would be young for ever: each young
/// collection that came upon a graph of such objects would follow all of it.
template <class Counting>
class ageing {
 public:
  /// One slab of `blocks` at most, of a heap with so many live bytes.
  template <class Blocks>
  void age_what_stayed(Blocks& blocks, std::size_t live) noexcept {
    aged_live_bytes_ = std::min(aged_live_bytes_, live);
    if (live - aged_live_bytes_ > std::max(least, live / 8)) {
      aged_live_bytes_ = live;
      blocks.start_ageing();
    }
    blocks.age_slab([](void* block) {
      auto* h = static_cast<header*>(block);
      // First the word: the rest is not there in every free block.
      if (generation_of(h) < 2 && place_of(h) == place::none && !counted<Counting>::is_dead(h))
        set_generation(h, 2);
    });
  }

 private:
  static constexpr std::size_t least = std::size_t{8} << 20;  // bytes, of growth
  std::size_t aged_live_bytes_ = 0;  // live bytes when what had stayed became old
};

}  // namespace gc
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_GC_AGEING_H_
