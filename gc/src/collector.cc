// The collector of a confined heap: the phases, instantiated in one place.
#include "collector.h"

#include "heap_core.h"
#include "phases.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

std::uint64_t next_search() noexcept {
  static constinit thread_local std::uint64_t last = 0;
  return ++last;
}

template class collector<counting::confined>;

}  // namespace gc
}  // namespace v1
}  // namespace tricycle
