// Question: what does a cycle collector cost a program that makes cycles all the time and keeps
// each for a while, and how long does it stop that program?
//
// An operation builds a ring of eight and puts it into a window of W rings, in turn, over the
// oldest one there. Everything that dies is a dead cycle. In the small window they die young; in
// the large one (2^19 nodes) they have been looked at, found alive and aged before they die.
//
// Expected: counting by hand within a factor of two of manual delete. A collector pays for its
// search, about one visit of every edge for each ring, so twice the time of intrusive_ptr is the
// price to beat. Its pauses should not differ between the two windows: stopping longer for the
// larger one would mean that pauses follow the heap and not the budget.
#include <cstddef>
#include <cstdint>

#include "workloads/all.h"
#include "workloads/ring.h"

namespace bench {
namespace {

template <class C>
class rings {
 public:
  static constexpr std::size_t node_bytes = sizeof(ring_node<C>);

  explicit rings(std::size_t window) : window_(window) {
    for (auto& slot : window_) slot = make_ring<C>(0);
  }

  void operate(std::uint64_t i) {
    auto ring = make_ring<C>(i);
    auto& slot = window_[i & (window_.size() - 1)];
    drop_ring<C>(slot);
    slot = std::move(ring);
    ++built_;
  }
  std::uint64_t nodes() const { return built_ * kRingNodes; }
  std::uint64_t alive() const { return window_.size() * kRingNodes; }

 private:
  typename C::template roots<ring_node<C>> window_;  // its size is a power of two
  std::uint64_t built_ = 0;
};

void add(registry& all, const char* name, std::size_t window, const char* operation) {
  all.add<rings, every_contender>({.name = name,
                                   .operation = operation,
                                   .full = {.warm_up = 2 * window, .operations = 4'000'000},
                                   .quick = {.warm_up = 2 * window, .operations = 800'000},
                                   .control_ns = 300,
                                   .quick_has_all = window == 1'024,
                                   .parameters = {{"window", window}}},
                                  window);
}

}  // namespace

void add_rings(registry& all) {
  add(all, "rings_1k", 1'024, "build a ring of 8 nodes, drop the oldest of 1,024 rings");
  add(all, "rings_64k", 65'536, "build a ring of 8 nodes, drop the oldest of 65,536 rings");
}

}  // namespace bench
