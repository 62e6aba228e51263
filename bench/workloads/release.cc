// Question: can ten million nodes be let go without stopping the program?
//
// A complete binary tree of 10M nodes; the first operation drops its root, each later one makes a
// node and drops one, as a program goes on living. It ends when the tree is gone, and some
// thousands of operations later.
//
// Expected: all stop for as long as freeing takes, most of a second, but tricycle with a
// release_budget of 100 us: its longest operation stays below a millisecond, and its memory goes
// down over the next operations instead of at once.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "workloads/all.h"
#include "workloads/binary_tree.h"

namespace bench {
namespace {

template <class C>
class release {
 public:
  static constexpr std::size_t node_bytes = sizeof(tree_node<C>);

  explicit release(std::size_t nodes) : tree_nodes_(nodes), root_(make_tree<C>(nodes)) {}

  void operate(std::uint64_t i) {
    if (i == 0) drop_tree<C>(root_);
    auto& slot = window_[i % window_.size()];
    auto fresh = C::template make<tree_node<C>>();
    fresh->payload[0] = i;
    std::swap(slot, fresh);
    ++operations_;
    if (fresh == nullptr) ++filled_;
    if constexpr (C::cleanup == cleanup::every_object) {
      if (fresh) C::destroy(fresh);
    }
  }

  // Asked after each operation, but a collector can tell only in some hundred nanoseconds.
  bool done() const {
    if (operations_ % 16'384 != 0 || operations_ == 0) return false;
    if constexpr (C::collects) return C::observe().live_objects < 2 * window_.size();
    return true;
  }
  std::uint64_t nodes() const { return operations_ == 0 ? 0 : tree_nodes_; }
  std::uint64_t alive() const { return filled_ + (root_ ? tree_nodes_ : 0); }

 private:
  using pointer = typename C::template pointer<tree_node<C>>;

  std::size_t tree_nodes_;
  pointer root_;
  std::array<pointer, 1'024> window_{};
  std::uint64_t filled_ = 0;
  std::uint64_t operations_ = 0;
};

}  // namespace

void add_release(registry& all) {
  constexpr std::size_t kNodes = 10'000'000;
  const plan p{.operations = 20'000'000, .samples = 20'000};
  all.add<release,
          contenders<manual_delete, std_shared, intrusive, tricycle_ref, tricycle_budgeted>>(
      {.name = "release_10m",
       .operation = "drop a tree of 10,000,000 nodes, then make and drop single ones",
       .full = p,
       .quick = p,
       .control_ns = 0,
       .parameters = {{"deferred", 1}}},
      kNodes);
}

}  // namespace bench
