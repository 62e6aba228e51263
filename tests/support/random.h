// A random number generator whose numbers are the same everywhere: a seed printed on one machine
// gives the same program on all others (std::uniform_int_distribution does not promise that).
#ifndef TRICYCLE_TESTS_SUPPORT_RANDOM_H_
#define TRICYCLE_TESTS_SUPPORT_RANDOM_H_

#include <cstdint>

namespace model {

/// splitmix64 (Steele, Lea, Flood 2014).
class random_source {
 public:
  explicit random_source(std::uint64_t seed) noexcept : state_(seed) {}

  std::uint64_t next() noexcept {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }
  /// 0 to n - 1; the bias does not matter here.
  std::uint32_t below(std::uint32_t n) noexcept {
    return static_cast<std::uint32_t>((next() >> 32) * n >> 32);
  }

 private:
  std::uint64_t state_;
};

}  // namespace model

#endif  // TRICYCLE_TESTS_SUPPORT_RANDOM_H_
