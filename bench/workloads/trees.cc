// Question: what does being ready for cycles cost a program that makes none?
//
// The binary trees of the Computer Language Benchmarks Game: a long-lived tree of depth 16, and
// beside it complete trees of depth 4, 6, ... 16, many small ones and few large ones, each round
// two million nodes per depth. An operation builds one tree, walks it, and drops it.
//
// Expected: reference counting frees all of it and nothing becomes a candidate twice, so tricycle
// should stay within 1.15 of intrusive_ptr; the header of 16 bytes is what it may pay for. p50 is a
// tree of depth 4 (31 nodes) and the maximum one of depth 16 (131,071 nodes): read ns/node here.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "workloads/all.h"

namespace bench {
namespace {

constexpr unsigned kSmallest = 4;
constexpr unsigned kLargest = 16;

// Trees of each depth in one round of the classic schedule, and all of them together.
constexpr std::uint64_t trees_of(unsigned depth) {
  return std::uint64_t{1} << (kLargest - depth + kSmallest);
}
constexpr std::uint64_t trees_in_a_round() {
  std::uint64_t sum = 0;
  for (unsigned depth = kSmallest; depth <= kLargest; depth += 2) sum += trees_of(depth);
  return sum;
}

template <class C>
struct tree_node {
  typename C::template pointer<tree_node> left;
  typename C::template pointer<tree_node> right;
};

template <class C>
class trees {
 public:
  using pointer = typename C::template pointer<tree_node<C>>;
  static constexpr std::size_t node_bytes = sizeof(tree_node<C>);

  trees() : long_lived_(build(kLargest)) { drop(build(kLargest + 1)); }

  void operate(std::uint64_t) {
    if (left_of_depth_ == 0) {
      depth_ = depth_ == kLargest ? kSmallest : depth_ + 2;
      left_of_depth_ = trees_of(depth_);
    }
    --left_of_depth_;
    auto tree = build(depth_);
    const std::uint64_t counted = count(C::raw(tree));
    if (counted != nodes_in(depth_)) {
      std::fputs("trees: a tree lost nodes\n", stderr);
      std::abort();
    }
    drop(std::move(tree));
    nodes_ += counted;
  }
  std::uint64_t nodes() const { return nodes_; }
  std::uint64_t alive() const { return nodes_in(kLargest); }

 private:
  static std::uint64_t nodes_in(unsigned depth) { return (std::uint64_t{2} << depth) - 1; }

  static pointer build(unsigned depth) {
    auto node = C::template make<tree_node<C>>();
    if (depth > 0) {
      node->left = build(depth - 1);
      node->right = build(depth - 1);
    }
    return node;
  }

  static std::uint64_t count(const tree_node<C>* node) {
    if (!node->left) return 1;
    return 1 + count(C::raw(node->left)) + count(C::raw(node->right));
  }

  static void drop(pointer tree) {
    if constexpr (C::cleanup == cleanup::every_object) {
      if (tree->left) {
        drop(tree->left);
        drop(tree->right);
      }
      C::destroy(tree);
    }
  }

  unsigned depth_ = kLargest;
  std::uint64_t left_of_depth_ = 0;
  std::uint64_t nodes_ = 0;
  pointer long_lived_;
};

}  // namespace

void add_trees(registry& all) {
  all.add<trees, every_contender>(
      {.name = "trees",
       .operation = "build, walk and drop a binary tree of depth 4, 6, ... 16",
       .full = {.operations = 3 * trees_in_a_round()},
       .quick = {.operations = trees_in_a_round()},
       .control_ns = 6'000});
}

}  // namespace bench
