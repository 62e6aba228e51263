// The histogram of pauses: 16 buckets for each power of two of nanoseconds (as HdrHistogram does).
#include <algorithm>
#include <bit>
#include <cmath>

#include "tricycle/heap.h"

namespace tricycle {
inline namespace v1 {
namespace {

/// Below 2^bits every value has its bucket; above, the first `bits` bits after the leading one
/// count.
std::size_t bucket_of(std::uint64_t value, unsigned bits) {
  if (value < (std::uint64_t{1} << bits)) return value;
  const auto exponent = static_cast<unsigned>(std::bit_width(value)) - 1 - bits;
  return (std::size_t{exponent} << bits) + (value >> exponent);
}

/// The largest value of a bucket.
std::uint64_t top_of(std::size_t bucket, unsigned bits) {
  if (bucket < (std::size_t{1} << bits)) return bucket;
  const std::size_t exponent = (bucket >> bits) - 1;
  const std::uint64_t mantissa = bucket - (exponent << bits);
  return ((mantissa + 1) << exponent) - 1;
}

}  // namespace

void pause_statistics::record(std::chrono::nanoseconds pause) noexcept {
  const auto ns = static_cast<std::uint64_t>(std::max<std::int64_t>(pause.count(), 0));
  ++histogram_[bucket_of(ns, sub_bits)];
  ++count;
  total += pause;
  max = std::max(max, pause);
}

std::chrono::nanoseconds pause_statistics::quantile(double q) const noexcept {
  if (count == 0) return std::chrono::nanoseconds(0);
  const auto rank =
      static_cast<std::uint64_t>(std::ceil(std::clamp(q, 0.0, 1.0) * static_cast<double>(count)));
  std::uint64_t seen = 0;
  for (std::size_t b = 0; b < buckets; ++b) {
    seen += histogram_[b];
    if (seen >= rank && seen != 0)
      return std::min(max,
                      std::chrono::nanoseconds(static_cast<std::int64_t>(top_of(b, sub_bits))));
  }
  return max;
}

}  // namespace v1
}  // namespace tricycle
