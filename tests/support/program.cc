#include "support/program.h"

#include <array>
#include <initializer_list>
#include <numeric>
#include <utility>

#include "support/random.h"

namespace model {
namespace {

constexpr std::array<const char*, ops> names{
    "make",    "make_edge",   "build",    "litter", "copy",       "move",  "swap",
    "drop",    "fetch",       "put",      "take",   "unset",      "clear", "exchange",
    "shift",   "carry_out",   "carry_in", "watch",  "watch_from", "lock",  "unwatch",
    "collect", "collect_all", "slice",    "stride", "configure",  "enter", "end_heap"};

/// The weights of everyday mutation, which all profiles share, and the profile's own on top.
std::vector<std::uint32_t> weights(std::initializer_list<std::pair<op, std::uint32_t>> own) {
  std::vector<std::uint32_t> result(ops);
  const auto set = [&](op code, std::uint32_t weight) {
    result[static_cast<std::size_t>(code)] = weight;
  };
  set(op::put, 24);
  for (const op code :
       {op::make, op::make_edge, op::copy, op::fetch, op::take, op::unset, op::drop})
    set(code, 8);
  for (const op code :
       {op::move, op::swap, op::clear, op::build, op::watch, op::watch_from, op::lock})
    set(code, 4);
  set(op::unwatch, 2);
  for (const auto& [code, weight] : own) set(code, weight);
  return result;
}

/// Those that move references into objects: without them, C4 has no exception but cycles across
/// heaps.
std::vector<std::uint32_t> with_moves(std::vector<std::uint32_t> weights) {
  for (const op code : {op::exchange, op::shift, op::carry_out, op::carry_in})
    weights[static_cast<std::size_t>(code)] = 6;
  return weights;
}

}  // namespace

std::string to_string(const program& p) {
  std::string text = "{\n";
  for (const instruction& i : p) {
    text += "    {op::";
    text += names[static_cast<std::size_t>(i.code)];
    for (const std::uint32_t operand : {i.a, i.b, i.c}) {
      text += ", ";
      text += std::to_string(operand);
    }
    text += "},\n";
  }
  return text + "}";
}

const profile calm{"calm", weights({{op::collect, 6}, {op::collect_all, 3}}), 12,
                   keeps_fellow | makes | drops | locks};
const profile sliced{
    "sliced", weights({{op::slice, 40}, {op::stride, 1}, {op::collect, 1}, {op::collect_all, 1}}),
    250, keeps_fellow | makes | drops | locks | shows_itself};
const profile moving{
    "moving",
    with_moves(weights({{op::slice, 30}, {op::stride, 1}, {op::collect, 1}, {op::collect_all, 1}})),
    250, keeps_fellow | makes | drops | locks | shows_itself};
const profile automatic{
    "automatic",
    weights({{op::litter, 25}, {op::configure, 2}, {op::stride, 1}, {op::collect_all, 1}}), 250,
    keeps_fellow | makes | drops | locks | shows_itself};
const profile two_heaps{"two heaps",
                        weights({{op::enter, 12},
                                 {op::slice, 10},
                                 {op::stride, 1},
                                 {op::litter, 2},
                                 {op::collect, 3},
                                 {op::collect_all, 2},
                                 {op::end_heap, 1}}),
                        12, keeps_fellow | makes | drops | locks | shows_itself};
const profile destructive{"destructive",
                          weights({{op::slice, 20},
                                   {op::litter, 8},
                                   {op::clear, 16},
                                   {op::make, 16},
                                   {op::configure, 2},
                                   {op::stride, 1},
                                   {op::collect, 3},
                                   {op::collect_all, 1}}),
                          12, scripts - 1};

program random_program(std::uint64_t seed, const profile& with) {
  random_source random(seed);
  const std::uint32_t total = std::accumulate(with.weights.begin(), with.weights.end(), 0U);
  program result;
  result.reserve(800);  // (without, GCC 12 warns of an overflow that is none)
  if (with.weights[static_cast<std::size_t>(op::stride)] != 0)
    result.push_back({op::stride, random.below(3) == 0 ? 0 : random.below(40)});
  if (with.weights[static_cast<std::size_t>(op::configure)] != 0)
    result.push_back({op::configure, random.below(5)});
  for (std::uint32_t root = 0; root < 4; ++root)  // something to begin with
    result.push_back(
        {op::build, random.below(1U << 16), root, 2 + random.below(with.structure_size)});
  // Most short: a failing one is nearly minimal already. Some long: old garbage takes its time.
  const std::uint32_t length = 30 + random.below(random.below(4) == 0 ? 600 : 150);
  while (result.size() < length) {
    std::uint32_t ticket = random.below(total);
    std::uint32_t code = 0;
    while (ticket >= with.weights[code]) ticket -= with.weights[code++];
    instruction next{static_cast<op>(code), random.below(1U << 16), random.below(1U << 16),
                     random.below(1U << 16)};
    if (next.code == op::build) next.c = 2 + random.below(with.structure_size);
    if (next.code == op::make) next.c &= with.script_mask;
    result.push_back(next);
  }
  return result;
}

}  // namespace model
