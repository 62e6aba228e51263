// How threads of the shared heap wait for each other: std::mutex for its tables, and sleep for the
// world; under names that tests/protocol can replace, as in detail/shared_atomics.h.
#ifndef TRICYCLE_DROPIN_MUTEX_H_
#define TRICYCLE_DROPIN_MUTEX_H_

#ifndef TRICYCLE_ATOMICS

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <climits>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace tricycle {
inline namespace v1 {
namespace shared {

using std::mutex;
using condition = std::condition_variable;

/// Returns when `word` is not `value`, or for no reason. Not std::atomic's wait, which yields a few
/// times before it sleeps: a yield gives what is left of this thread's turn, a millisecond or more,
/// to whoever shares its processor, and the thread stays there while another is idle.
inline void sleep_while(std::atomic<std::uint32_t>& word, std::uint32_t value) noexcept {
  syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, value, nullptr, nullptr, 0);
}
inline void wake_all(std::atomic<std::uint32_t>& word) noexcept {
  syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
}

/// How often one looks again before one sleeps: some tens of microseconds.
inline constexpr unsigned spins = 1000;
inline void spin() noexcept { __builtin_ia32_pause(); }

}  // namespace shared
}  // namespace v1
}  // namespace tricycle

#endif
#endif  // TRICYCLE_DROPIN_MUTEX_H_
