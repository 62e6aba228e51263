// Question: where in the plane of ring size, live heap, share of cycles and payload do we win, and
// where do we lose?
//
// As rings_live.cc, with everything variable: an operation builds a structure of R nodes, a ring or
// (by the cyclic share) an open chain, puts it into a window of about 8,192 nodes over the oldest
// one, and turns one edge of a random graph of N nodes. All nodes are of one type: three edges and
// a payload, within the node, or of 64 KiB beside it.
//
// Expected: no figure of ours that counting does not share depends on N. Chains cost what
// counting costs. Rings of a million nodes stop the program for their proof, and that grows with R.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "workloads/all.h"
#include "workloads/random_graph.h"

namespace bench {
namespace {

struct cell {
  std::size_t ring;     // nodes of a structure
  std::size_t live;     // nodes of the graph
  unsigned cyclic;      // percent of the structures that are closed to a ring
  std::size_t payload;  // bytes
};

template <class C, std::size_t Payload>
struct grid_node {
  std::array<typename C::template pointer<grid_node>, 3> edges;
  std::array<std::uint64_t, Payload / 8> payload;

  static constexpr std::size_t size = sizeof(edges) + Payload;
};

inline constexpr std::size_t kBeside = 64 * 1024;

template <class C>
struct grid_node<C, kBeside> {
  std::array<typename C::template pointer<grid_node>, 3> edges;
  typename bytes_of<C>::type payload;

  static constexpr std::size_t size = sizeof(edges) + kBeside;

  grid_node() : payload(kBeside) {
    if constexpr (requires { C::say_bytes(kBeside); }) C::say_bytes(kBeside);
    // A page that is never written is no memory.
    for (std::size_t i = 0; i < kBeside; i += 4096) payload.get()[i] = std::byte{1};
  }
  void trace(auto& visit) { visit(edges); }
};

template <class C, std::size_t Payload>
class grid {
 public:
  using node = grid_node<C, Payload>;
  using pointer = typename C::template pointer<node>;
  static constexpr std::size_t node_bytes = node::size;

  explicit grid(const cell& c)
      : cell_(c),
        window_(std::max<std::size_t>((Payload == kBeside ? 512 : 8'192) / c.ring, 1)),
        graph_(c.live) {}

  void operate(std::uint64_t i) {
    auto fresh = build(i);
    pointer& slot = window_[next_];
    if (++next_ == window_.size()) next_ = 0;
    if (slot) {
      drop(slot);
    } else {
      ++filled_;
    }
    slot = std::move(fresh);
    graph_.rewire(i);
    ++built_;
  }
  std::uint64_t nodes() const { return built_ * cell_.ring; }
  std::uint64_t alive() const { return filled_ * cell_.ring + graph_.size(); }
  std::uint64_t dropped_at_once() const { return cell_.ring; }

  std::uint64_t outline_bytes() const
      requires(Payload == kBeside && std::is_same_v<typename bytes_of<C>::type, owned_bytes>) {
    return owned_bytes::total();
  }
  std::uint64_t outline_alive_bytes() const { return alive() * kBeside; }

 private:
  // Every hundred structures hold their share of rings, spread evenly.
  bool closes(std::uint64_t i) const { return (i * cell_.cyclic) % 100 < cell_.cyclic; }

  pointer build(std::uint64_t i) {
    pointer first = C::template make<node>();
    pointer last = first;
    for (std::size_t n = 1; n < cell_.ring; ++n) {
      pointer added = C::template make<node>();
      if (closes(i)) added->edges[1] = last;
      last->edges[0] = added;
      last = std::move(added);
    }
    if (closes(i)) {
      first->edges[1] = last;
      last->edges[0] = first;
    }
    return first;
  }

  // By hand it goes node by node: a ring may be too long for recursion.
  void drop(pointer& structure) {
    if constexpr (C::cleanup == cleanup::every_cycle) {
      if (structure->edges[1]) structure->edges[1]->edges[0] = nullptr;  // the ring is open
      while (structure) {
        structure->edges[1] = nullptr;
        auto next = std::move(structure->edges[0]);
        structure = std::move(next);
      }
    } else {
      structure = nullptr;
    }
  }

  cell cell_;
  typename C::template roots<node> window_;
  random_graph<C, node> graph_;
  std::size_t next_ = 0;
  std::uint64_t filled_ = 0;
  std::uint64_t built_ = 0;
};

template <class C>
using grid_16 = grid<C, 16>;
template <class C>
using grid_256 = grid<C, 256>;
template <class C>
using grid_beside = grid<C, kBeside>;

std::string short_number(std::size_t n) {
  if (n % 1'000'000 == 0) return absl::StrCat(n / 1'000'000, "m");
  if (n % 1'000 == 0) return absl::StrCat(n / 1'000, "k");
  return absl::StrCat(n);
}

// Operations for `nodes` nodes built, but some of even the largest structures.
plan plan_for(const cell& c, std::uint64_t nodes) {
  const std::uint64_t window = std::max<std::uint64_t>(8'192 / c.ring, 1);
  return {.warm_up = window, .operations = std::max<std::uint64_t>(nodes / c.ring, 6)};
}

void add(registry& all, const cell& c, occasion runs) {
  const std::string payload = c.payload == kBeside ? "64 KiB beside" : absl::StrCat(c.payload);
  const bool is_large = c.payload == kBeside;
  const workload_info info{
      .name = absl::StrCat("grid_r", short_number(c.ring), "_n", short_number(c.live), "_c",
                           c.cyclic, "_p", is_large ? "64k" : payload),
      .operation = absl::StrCat("ring churn: ", c.ring, " nodes of ", payload, " bytes, ", c.cyclic,
                                " % cyclic, beside ", c.live, " live ones"),
      .full = plan_for(c, is_large ? 100'000 : 4'000'000),
      .quick = plan_for(c, is_large ? 50'000 : 1'600'000),
      .control_ns = 0,
      .runs = runs,
      // The collectors that take most memory take twice what lives.
      .needs_mib = 2 * (c.live + c.ring) * (c.payload + 64) >> 20,
      .parameters = {
          {"ring", c.ring}, {"live", c.live}, {"cyclic", c.cyclic}, {"payload", c.payload}}};
  if (is_large) {
    all.add<grid_beside, few_contenders>(info, c);
  } else if (c.payload == 256) {
    all.add<grid_256, few_contenders>(info, c);
  } else {
    all.add<grid_16, few_contenders>(info, c);
  }
}

// What runs always: three sizes of heap for the plot over it, and a program half of whose
// structures are no cycles.
bool is_always(const cell& c) {
  return c.ring == 8 && c.payload == 16 &&
         ((c.cyclic == 100 && c.live <= 1'000'000) || (c.cyclic == 50 && c.live == 100'000));
}

// What --grid adds: the lines through the middle of the cube, and its corners.
bool is_sample(const cell& c) {
  if (c.live > 1'000'000) return false;
  const bool middle_live = c.live == 100'000, middle_ring = c.ring == 8;
  if (c.payload == 256)
    return c.cyclic == 100 && ((middle_ring && c.live > 1'000) || c.ring == 1'000);
  if (middle_live) return c.cyclic != 50 || c.ring <= 8;
  return middle_ring || (c.cyclic == 100 && (c.ring == 1 || c.ring == 1'000'000));
}

}  // namespace

void add_grid(registry& all) {
  for (const std::size_t payload : {std::size_t{16}, std::size_t{256}}) {
    for (const std::size_t ring : {1UL, 8UL, 64UL, 1'000UL, 1'000'000UL}) {
      for (const unsigned cyclic : {0U, 50U, 100U}) {
        for (const std::size_t live : {1'000UL, 100'000UL, 1'000'000UL, 10'000'000UL}) {
          const cell c{ring, live, cyclic, payload};
          add(all, c,
              is_always(c)   ? occasion::always
              : is_sample(c) ? occasion::grid
                             : occasion::full_grid);
        }
      }
    }
  }
  add(all, {8, 1'000, 100, kBeside}, occasion::grid);
}

}  // namespace bench
