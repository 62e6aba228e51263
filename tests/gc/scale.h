// How large the large tests are: as large as the claim says where code runs at speed, smaller where
// every access is checked.
#ifndef TRICYCLE_TESTS_GC_SCALE_H_
#define TRICYCLE_TESTS_GC_SCALE_H_

#include <cstddef>

#ifdef __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define TRICYCLE_TESTS_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TRICYCLE_TESTS_SANITIZED 1
#endif

namespace tricycle::testing {

#ifdef TRICYCLE_TESTS_SANITIZED
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif

/// Whether the library checks more than it does for users (verify, debug, sanitizers).
#if defined(TRICYCLE_VERIFY) || defined(TRICYCLE_CHECKED) || defined(TRICYCLE_TESTS_SANITIZED)
inline constexpr bool slow_build = true;
#else
inline constexpr bool slow_build = false;
#endif

/// `full` in a build for users; less where that would take minutes.
constexpr std::size_t Scaled(std::size_t full) { return slow_build ? full / 50 : full; }

/// By how much a bound on uncollected garbage may be missed. The collector works in slices of time,
/// of which a sanitizer eats a share that the library can't know.
inline constexpr std::size_t slack = sanitized ? 4 : 1;

}  // namespace tricycle::testing

#endif  // TRICYCLE_TESTS_GC_SCALE_H_
