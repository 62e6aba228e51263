// A ring of eight nodes, linked both ways: the smallest honest cycle. Shared by the workloads that
// make and drop rings.
#ifndef TRICYCLE_BENCH_WORKLOADS_RING_H_
#define TRICYCLE_BENCH_WORKLOADS_RING_H_

#include <cstdint>
#include <utility>

#include "contenders/contender.h"

namespace bench {

inline constexpr std::uint64_t kRingNodes = 8;

template <class C>
struct ring_node {
  typename C::template pointer<ring_node> next;
  typename C::template pointer<ring_node> prev;
  std::uint64_t payload[2];
};

template <class C>
using ring_pointer = typename C::template pointer<ring_node<C>>;

template <class C>
ring_pointer<C> make_ring(std::uint64_t payload) {
  ring_pointer<C> first = C::template make<ring_node<C>>();
  first->payload[0] = payload;
  ring_pointer<C> last = first;
  for (std::uint64_t i = 1; i < kRingNodes; ++i) {
    ring_pointer<C> node = C::template make<ring_node<C>>();
    node->payload[0] = payload + i;
    node->prev = last;
    last->next = node;
    last = std::move(node);
  }
  first->prev = last;
  last->next = first;
  return first;
}

// Lets go of a ring the way a program under this contender has to.
template <class C>
void drop_ring(ring_pointer<C>& ring) {
  if constexpr (C::cleanup == cleanup::every_object) {
    auto* const last = C::raw(ring->prev);
    for (auto* node = C::raw(ring); node != last;) {
      auto* const next = C::raw(node->next);
      C::destroy(node);
      node = next;
    }
    C::destroy(last);
  } else if constexpr (C::cleanup == cleanup::every_cycle) {
    // Without the backward edges and the one that closes the ring it is a list: counting frees it.
    auto* const last = C::raw(ring->prev);
    for (auto* node = C::raw(ring); node != last; node = C::raw(node->next)) node->prev = nullptr;
    last->prev = nullptr;
    last->next = nullptr;
  }
  ring = nullptr;
}

}  // namespace bench

#endif  // TRICYCLE_BENCH_WORKLOADS_RING_H_
