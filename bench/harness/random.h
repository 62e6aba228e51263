// Random numbers that are the same for every contender, and cheap enough to draw inside an
// operation. The generator is splitmix64 (Steele, Lea, Flood, OOPSLA 2014).
#ifndef TRICYCLE_BENCH_HARNESS_RANDOM_H_
#define TRICYCLE_BENCH_HARNESS_RANDOM_H_

#include <cstddef>
#include <cstdint>

namespace bench {

class random_numbers {
 public:
  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }

  // Uniform enough for graphs; `bound` is below 2^32, so that no division is needed.
  std::size_t below(std::size_t bound) {
    return static_cast<std::size_t>(((next() >> 32) * bound) >> 32);
  }

 private:
  std::uint64_t state_ = 1;
};

}  // namespace bench

#endif  // TRICYCLE_BENCH_HARNESS_RANDOM_H_
