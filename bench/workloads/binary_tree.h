// A complete binary tree, for the workloads that drop one.
#ifndef TRICYCLE_BENCH_WORKLOADS_BINARY_TREE_H_
#define TRICYCLE_BENCH_WORKLOADS_BINARY_TREE_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "contenders/contender.h"

namespace bench {

template <class C>
struct tree_node {
  typename C::template pointer<tree_node> left;
  typename C::template pointer<tree_node> right;
  std::uint64_t payload[2];
};

// Breadth first, as a heap is numbered: the children of node i are 2i + 1 and 2i + 2. The list of
// addresses adds 8 bytes for each node to the peak memory of each contender.
template <class C>
typename C::template pointer<tree_node<C>> make_tree(std::size_t nodes) {
  std::vector<tree_node<C>*> at(nodes);
  auto root = C::template make<tree_node<C>>();
  at[0] = C::raw(root);
  for (std::size_t i = 1; i < nodes; ++i) {
    auto node = C::template make<tree_node<C>>();
    node->payload[0] = i;
    at[i] = C::raw(node);
    auto* const parent = at[(i - 1) / 2];
    (i % 2 == 1 ? parent->left : parent->right) = std::move(node);
  }
  return root;
}

// Lets go of the root, or does by hand what the contender needs for that.
template <class C>
void drop_tree(typename C::template pointer<tree_node<C>>& root) {
  if constexpr (C::cleanup != cleanup::nothing) {
    std::vector<typename C::template pointer<tree_node<C>>> pending;  // no longer than it is deep
    pending.reserve(64);
    pending.push_back(std::move(root));
    while (!pending.empty()) {
      auto node = std::move(pending.back());
      pending.pop_back();
      if (node->left) pending.push_back(std::move(node->left));
      if (node->right) pending.push_back(std::move(node->right));
      if constexpr (C::cleanup == cleanup::every_object) C::destroy(node);
    }
  }
  root = nullptr;
}

}  // namespace bench

#endif  // TRICYCLE_BENCH_WORKLOADS_BINARY_TREE_H_
