// How much memory the process has, and how long it takes until it has less.
#ifndef TRICYCLE_TESTS_SUPPORT_RESIDENT_H_
#define TRICYCLE_TESTS_SUPPORT_RESIDENT_H_

#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <fstream>

namespace tricycle::testing {

inline std::size_t ResidentBytes() {
  std::size_t total = 0;
  std::size_t resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

/// Goes on as a program does that keeps the last thing that it made, until memory is down to
/// `bytes`, or for too long.
template <class Make>
bool LivesUntilResident(std::size_t bytes, const Make& make_one) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  auto kept = make_one();
  while (ResidentBytes() > bytes) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    for (int i = 0; i < 10'000; ++i) kept = make_one();
  }
  return true;
}

}  // namespace tricycle::testing

#endif  // TRICYCLE_TESTS_SUPPORT_RESIDENT_H_
