// Fault points: where a test can make memory run out, at the k-th opportunity.
//
// Thread safety: the countdown is per thread.
// Compiled in only where sanitizers or `verify` run; elsewhere a fault point is the constant false.
#ifndef TRICYCLE_ALLOC_FAULT_H_
#define TRICYCLE_ALLOC_FAULT_H_

#include <cstdint>

namespace tricycle {
inline namespace v1 {
namespace alloc {

#if defined(TRICYCLE_VERIFY) || !defined(TRICYCLE_USE_MIMALLOC)
#define TRICYCLE_HAS_FAULT_POINTS 1
/// Opportunities left before an allocation fails; negative: never. It fails once and re-arms to -1.
extern thread_local std::int64_t faults_after;
[[nodiscard]] inline bool fault_point() noexcept {
  return faults_after >= 0 && faults_after-- == 0;
}
#else
[[nodiscard]] constexpr bool fault_point() noexcept { return false; }
#endif

}  // namespace alloc
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_ALLOC_FAULT_H_
