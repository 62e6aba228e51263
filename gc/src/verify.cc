// The checks of a `verify` build: the collector's invariants as code, and the audit of edges.
#ifdef TRICYCLE_VERIFY
#include <algorithm>
#include <vector>

#include "complain.h"
#include "heap_core.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

void audit_edges(header* h) noexcept {
  std::vector<void**> slots;
  edge_visitor visit(
      [](edge_visitor& seen, void* all) {
        static_cast<std::vector<void**>*>(all)->insert(
            static_cast<std::vector<void**>*>(all)->end(), seen.begin(), seen.end());
      },
      &slots);
  try {
    trace_edges(h, visit);
    visit.flush();
  } catch (...) {
    return;  // the phase that follows meets the same, and knows what to do
  }
  std::sort(slots.begin(), slots.end());
  const auto twice = std::adjacent_find(slots.begin(), slots.end());
  if (twice == slots.end()) return;
  const auto* begin = static_cast<const char*>(object_of(h));
  const auto* at = reinterpret_cast<const char*>(*twice);
  const object_type& type = *type_of_object(h);
  const auto size = static_cast<std::ptrdiff_t>(type.block_bytes - type.object_offset);
  complain_same_slot(h, at >= begin && at < begin + size ? at - begin : -1);
}

}  // namespace gc
}  // namespace v1
}  // namespace tricycle
#endif
