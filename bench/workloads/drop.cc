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

#include "workloads/all.h"
#include "workloads/binary_tree.h"

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
class drop_a_tree {
 public:
  static constexpr std::size_t node_bytes = sizeof(tree_node<C>);

  void prepare(std::uint64_t) { root_ = make_tree<C>(kNodes); }
  void operate(std::uint64_t) {
    drop_tree<C>(root_);
    ++dropped_;
  }
  std::uint64_t nodes() const { return dropped_ * kNodes; }
  std::uint64_t alive() const { return 0; }

 private:
  typename C::template pointer<tree_node<C>> root_{};
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
  all.add<drop_a_tree, prompt_contenders>(
      {.name = "drop_tree_5m",
       .operation = "drop a complete binary tree of 5,000,000 nodes at once",
       .full = full,
       .quick = quick,
       .control_ns = 50'000'000});
}

}  // namespace bench
