// Sentences for what must not go on: what happened, to which type, and what to do. Then abort.
#ifndef TRICYCLE_GC_COMPLAIN_H_
#define TRICYCLE_GC_COMPLAIN_H_

#include "tricycle/detail/header.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

/// A member of the working set has more edges leading to it than references.
[[noreturn]] void complain_edge_twice(const header* h) noexcept;
/// `verify` builds: an uninterrupted search and the proof disagree.
[[noreturn]] void complain_not_exact(const header* h) noexcept;
/// `verify` builds: an invariant of the collector does not hold.
[[noreturn]] void complain_invariant(const char* what, const header* h) noexcept;
/// `verify` builds: a trace function named the same place twice. `offset`: of the place in the
/// object, or -1 if it lies elsewhere (in a container's own memory).
[[noreturn]] void complain_same_slot(const header* h, long offset) noexcept;
/// `verify` builds: traces the object and complains if a place is named twice.
void audit_edges(header* h) noexcept;

}  // namespace gc
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_GC_COMPLAIN_H_
