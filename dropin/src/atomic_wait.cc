// The locks and the waiting behind atomic<shared_ptr<T>> and the free atomic functions.
#include <array>
#include <thread>

#include "tricycle/detail/shared_atomic.h"

namespace tricycle {
inline namespace v1 {
namespace shared {
namespace {

/// One of these for each address: two pointers that share one only wait a little longer.
constinit std::array<std::atomic<std::uint32_t>, 16> address_locks{};

std::atomic<std::uint32_t>& lock_of(const void* address) noexcept {
  const auto bits = reinterpret_cast<std::uintptr_t>(address);
  return address_locks[((bits >> 4) ^ (bits >> 12)) % address_locks.size()];
}

}  // namespace

void wait_for_lock() noexcept { std::this_thread::yield(); }

void wait_while(const std::atomic<std::uint32_t>& state, std::uint32_t seen) noexcept {
  // While somebody holds the lock the state differs by the lock's bit: the caller looks again.
  state.wait(seen);
}

void wake(std::atomic<std::uint32_t>& state, bool all) noexcept {
  if (all)
    state.notify_all();
  else
    state.notify_one();
}

address_lock::address_lock(const void* address) noexcept : state_(lock_of(address)) {
  // Acquire: what the last holder wrote is seen. The release is in the destructor.
  for (int tries = 0; state_.exchange(1, std::memory_order_acquire) != 0; ++tries)
    if (tries >= 16) wait_for_lock();
}

address_lock::~address_lock() { state_.store(0, std::memory_order_release); }

}  // namespace shared
}  // namespace v1
}  // namespace tricycle
