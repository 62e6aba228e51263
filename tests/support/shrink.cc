#include "support/shrink.h"

#include <algorithm>
#include <cstddef>

namespace model {
namespace {

/// Leaves out pieces of `length` where it can; whether any was left out.
bool leave_out(program& p, std::size_t length, const std::function<bool(const program&)>& fails) {
  bool smaller = false;
  for (std::size_t at = 0; at < p.size();) {
    program without = p;
    const auto from = without.begin() + static_cast<std::ptrdiff_t>(at);
    without.erase(from, from + static_cast<std::ptrdiff_t>(std::min(length, p.size() - at)));
    if (fails(without)) {
      p = std::move(without);
      smaller = true;
    } else {
      at += length;
    }
  }
  return smaller;
}

/// Numbers are read modulo something, most often a small one.
void lower(program& p, std::size_t at, std::uint32_t instruction::*number,
           const std::function<bool(const program&)>& fails) {
  for (const std::uint32_t modulus : {1U, 2U, 4U, 6U, 8U, 12U, 16U, 32U, 64U, 128U, 1024U, 4096U}) {
    program simpler = p;
    simpler[at].*number %= modulus;
    if (simpler[at].*number == p[at].*number) return;
    if (!fails(simpler)) continue;
    p = std::move(simpler);
    return;
  }
}

}  // namespace

program shrink(program p, const std::function<bool(const program&)>& fails) {
  for (std::size_t length = std::max<std::size_t>(p.size() / 2, 1);;) {
    const bool smaller = leave_out(p, length, fails);
    if (length > 1)
      length /= 2;
    else if (!smaller)
      break;
  }
  for (std::size_t at = 0; at < p.size(); ++at)
    for (const auto number : {&instruction::a, &instruction::b, &instruction::c})
      lower(p, at, number, fails);
  return p;
}

}  // namespace model
