// Freeze: what is alive now leaves the collector's sight; unfreeze: it comes back, as old.
//
// A frozen object has the generation `untracked`, as leaves have. So no search follows it (what it
// refers to is held from outside), no drop makes it a candidate, and the collector never writes to
// its page: after a fork, it stays shared as long as the program does not count in it.
#include "heap_core.h"

namespace tricycle {
inline namespace v1 {
namespace gc {
namespace {

[[nodiscard]] bool is_frozen(const header* h) noexcept {
  return !is_tracked(h) && (type_of_object(h)->trace != nullptr || has_ephemerons(h));
}

}  // namespace

std::size_t heap_core::freeze() {
  if (!may_trace()) return 0;
  // Whatever is being examined leaves the working sets; a dead cycle whose destruction has begun is
  // destroyed first.
  cancel();
  std::size_t frozen = 0;
  for_each_object([&](header* h) {
    if (!is_tracked(h)) return;
    if (place_of(h) == place::buffered) forget_candidate(h);
    h->word |= untracked;
    h->count &= ~unwanted;
    ++frozen;
  });
  return frozen;
}

/// Any of them may have become the last door of a dead cycle meanwhile: all are candidates.
std::size_t heap_core::unfreeze() {
  std::size_t thawed = 0;
  for_each_object([&](header* h) {
    if (!is_frozen(h)) return;
    set_generation(h, 2);
    enqueue(h);
    ++thawed;
  });
  return thawed;
}

std::size_t heap_core::frozen() {
  std::size_t n = 0;
  for_each_object([&n](const header* h) { n += is_frozen(h) ? 1 : 0; });
  return n;
}

}  // namespace gc
}  // namespace v1
}  // namespace tricycle
