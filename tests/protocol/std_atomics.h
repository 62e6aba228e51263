// std::atomic, std::mutex and the clock, as steps of the explorer's: for sources that use them by
// those names. Included before such a source, whose own includes have then no effect.
#ifndef TRICYCLE_TESTS_PROTOCOL_STD_ATOMICS_H_
#define TRICYCLE_TESTS_PROTOCOL_STD_ATOMICS_H_

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <compare>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <functional>
#include <iterator>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

#include "protocol/atomics.h"

namespace tricycle::protocol {

template <class T>
class atomic_word {
 public:
  constexpr atomic_word() noexcept = default;
  constexpr atomic_word(T value) noexcept : value_(value) {}  // NOLINT
  [[nodiscard]] T load(std::memory_order order = std::memory_order_seq_cst) const noexcept {
    return from(protocol::load(&value_, sizeof value_, static_cast<int>(order)));
  }
  void store(T value, std::memory_order order = std::memory_order_seq_cst) noexcept {
    protocol::store(&value_, sizeof value_, to(value), static_cast<int>(order));
  }
  T fetch_add(T by, std::memory_order order = std::memory_order_seq_cst) noexcept {
    return from(
        protocol::update(&value_, sizeof value_, change::add, to(by), static_cast<int>(order)));
  }
  T fetch_sub(T by, std::memory_order order = std::memory_order_seq_cst) noexcept {
    return fetch_add(T{0} - by, order);
  }
  bool compare_exchange_strong(T& seen, T value,
                               std::memory_order order = std::memory_order_seq_cst) noexcept {
    std::uint64_t found = to(seen);
    const bool done = protocol::replace(&value_, sizeof value_, found, to(value),
                                        static_cast<int>(order), static_cast<int>(order));
    seen = from(found);
    return done;
  }
  void wait(T value) const noexcept { protocol::wait_while(&value_, sizeof value_, to(value)); }
  void notify_all() noexcept { protocol::wake_all(&value_); }

 private:
  static std::uint64_t to(T value) noexcept { return (std::uint64_t)value; }  // NOLINT
  static T from(std::uint64_t value) noexcept { return (T)value; }            // NOLINT
  T value_{};
};

/// Time: either nothing has passed, or all of it.
struct explored_clock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<explored_clock>;
  static constexpr bool is_steady = true;
  static time_point now() noexcept;
};

}  // namespace tricycle::protocol

namespace tricycle {
inline namespace v1 {
namespace shared {
using explored_mutex = protocol::mutex;
}  // namespace shared
}  // namespace v1
}  // namespace tricycle

namespace std {  // NOLINT(cert-dcl58-cpp)
template <class T>
using explored_atomic = tricycle::protocol::atomic_word<T>;
using explored_mutex = tricycle::protocol::mutex;
namespace chrono {
using explored_clock = tricycle::protocol::explored_clock;
}
namespace this_thread {
template <class Duration>
void explored_sleep_for(Duration /*time*/) {}
}  // namespace this_thread
}  // namespace std

#define atomic explored_atomic
#define mutex explored_mutex
#define steady_clock explored_clock
#define sleep_for explored_sleep_for

#endif  // TRICYCLE_TESTS_PROTOCOL_STD_ATOMICS_H_
