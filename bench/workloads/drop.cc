// Question: how long is the stop when the last reference to five million nodes goes away?
//
// The operation is the drop alone; the structure is built anew before each, unmeasured. Freed by
// recursion, the list would overflow the stack, so every contender but tricycle takes it apart by
// hand, iteratively, as a careful program would. tricycle just lets go of the root.
//
// Expected: all are bound by walking memory and by the allocator's free, and lie close together.
// tricycle should stay within 1.5 of manual delete: its work list is not free, but it is not a
// search either, since no count of these nodes ever drops to non-zero.
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "workloads/all.h"

namespace bench {
namespace {

constexpr std::uint64_t kNodes = 5'000'000;

template <class C>
struct list_node {
  typename C::template pointer<list_node> next;
  std::uint64_t payload[3];
};

template <class C>
class drop_list {
 public:
  static constexpr std::size_t node_bytes = sizeof(list_node<C>);

  void prepare(std::uint64_t) {
    for (std::uint64_t i = 0; i < kNodes; ++i) {
      auto node = C::template make<list_node<C>>();
      node->payload[0] = i;
      node->next = std::move(head_);
      head_ = std::move(node);
    }
  }

  void operate(std::uint64_t) {
    if constexpr (C::cleanup == cleanup::every_object) {
      while (head_) C::destroy(std::exchange(head_, head_->next));
    } else if constexpr (C::cleanup == cleanup::every_cycle) {
      while (head_) {
        auto next = std::move(head_->next);
        head_ = std::move(next);
      }
    } else {
      head_ = nullptr;
    }
    ++dropped_;
  }
  std::uint64_t nodes() const { return dropped_ * kNodes; }
  std::uint64_t alive() const { return 0; }

 private:
  typename C::template pointer<list_node<C>> head_{};
  std::uint64_t dropped_ = 0;
};

template <class C>
struct tree_node {
  typename C::template pointer<tree_node> left;
  typename C::template pointer<tree_node> right;
  std::uint64_t payload[2];
};

template <class C>
class drop_tree {
 public:
  static constexpr std::size_t node_bytes = sizeof(tree_node<C>);

  // Breadth first, as a heap is numbered: the children of node i are 2i + 1 and 2i + 2. The list of
  // addresses adds 38 MiB to the peak memory of each contender.
  void prepare(std::uint64_t) {
    std::vector<tree_node<C>*> at(kNodes);
    root_ = C::template make<tree_node<C>>();
    at[0] = C::raw(root_);
    for (std::size_t i = 1; i < kNodes; ++i) {
      auto node = C::template make<tree_node<C>>();
      node->payload[0] = i;
      at[i] = C::raw(node);
      auto* const parent = at[(i - 1) / 2];
      (i % 2 == 1 ? parent->left : parent->right) = std::move(node);
    }
  }

  void operate(std::uint64_t) {
    if constexpr (C::cleanup == cleanup::nothing) {
      root_ = nullptr;
    } else {
      take_apart(std::move(root_));
    }
    ++dropped_;
  }
  std::uint64_t nodes() const { return dropped_ * kNodes; }
  std::uint64_t alive() const { return 0; }

 private:
  using pointer = typename C::template pointer<tree_node<C>>;

  static void take_apart(pointer root) {
    std::vector<pointer> pending;  // never longer than the tree is deep
    pending.reserve(64);
    pending.push_back(std::move(root));
    while (!pending.empty()) {
      pointer node = std::move(pending.back());
      pending.pop_back();
      if (node->left) pending.push_back(std::move(node->left));
      if (node->right) pending.push_back(std::move(node->right));
      if constexpr (C::cleanup == cleanup::every_object) C::destroy(node);
    }
  }

  pointer root_{};
  std::uint64_t dropped_ = 0;
};

}  // namespace

void add_drop(registry& all) {
  const plan full{.warm_up = 1, .operations = 7};
  const plan quick{.operations = 2};
  all.add<drop_list, prompt_contenders>({.name = "drop_list_5m",
                                         .operation = "drop a list of 5,000,000 nodes at once",
                                         .full = full,
                                         .quick = quick,
                                         .control_ns = 50'000'000});
  all.add<drop_tree, prompt_contenders>(
      {.name = "drop_tree_5m",
       .operation = "drop a complete binary tree of 5,000,000 nodes at once",
       .full = full,
       .quick = quick,
       .control_ns = 50'000'000});
}

}  // namespace bench
