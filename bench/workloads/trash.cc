// Question: does uncollected trash stay within its bound, whatever kind of trash it is?
//
// Short pauses can be had by not collecting. So each kind of program that has tempted a collector
// into that is a cell here: rings as fast as they can be made; nodes of 64 KiB, within the node and
// beside it; garbage that has grown old under steady new garbage; cycles that span generations.
//
// Expected: below max(24 MiB, live / 4) at every sample, in every cell. Of bytes beside its nodes
// the collector knows because the node's constructor says so, in one line. The Boehm collector
// stands beside us for scale; it has promised no bound.
#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "workloads/all.h"
#include "workloads/ring.h"

namespace bench {
namespace {

constexpr std::size_t kLarge = 64 * 1024;

template <class C>
class churn {
 public:
  static constexpr std::size_t node_bytes = sizeof(ring_node<C>);

  explicit churn(std::size_t window) : window_(window) {
    for (auto& slot : window_) slot = make_ring<C>(0);
  }

  void operate(std::uint64_t i) {
    window_[i % window_.size()] = make_ring<C>(i);
    ++built_;
  }
  std::uint64_t nodes() const { return built_ * kRingNodes; }
  std::uint64_t alive() const { return window_.size() * kRingNodes; }

 private:
  typename C::template roots<ring_node<C>> window_;
  std::uint64_t built_ = 0;
};

template <class C>
struct large_within {
  typename C::template pointer<large_within> other;
  std::array<std::byte, kLarge> payload;

  static constexpr std::size_t size = kLarge + sizeof(void*);
};

template <class C>
struct large_beside {
  typename C::template pointer<large_beside> other;
  typename bytes_of<C>::type payload;

  static constexpr std::size_t size = kLarge + sizeof(void*);

  large_beside() : payload(kLarge) {
    if constexpr (requires { C::say_bytes(kLarge); }) C::say_bytes(kLarge);
  }
  void trace(auto& visit) { visit(other); }
};

// Pairs of large nodes that hold each other, through a window of 16 pairs.
template <class C, template <class> class Node>
class large_pairs {
 public:
  static constexpr std::size_t node_bytes = Node<C>::size;

  explicit large_pairs() : window_(16) {
    for (auto& slot : window_) slot = pair();
  }

  void operate(std::uint64_t i) {
    window_[i % window_.size()] = pair();
    ++built_;
  }
  std::uint64_t nodes() const { return built_ * 2; }
  std::uint64_t alive() const { return window_.size() * 2; }

  std::uint64_t outline_bytes() const
      requires(std::is_same_v<Node<C>, large_beside<C>>&&
                   std::is_same_v<typename bytes_of<C>::type, owned_bytes>) {
    return owned_bytes::total();
  }
  std::uint64_t outline_alive_bytes() const { return alive() * kLarge; }

 private:
  static auto pair() {
    auto first = C::template make<Node<C>>();
    auto second = C::template make<Node<C>>();
    first->other = second;
    second->other = first;
    return first;
  }

  typename C::template roots<Node<C>> window_;
  std::uint64_t built_ = 0;
};

template <class C>
using pairs_within = large_pairs<C, large_within>;
template <class C>
using pairs_beside = large_pairs<C, large_beside>;

// Hubs that grow old, each in a cycle with something young. At every fourth visit the hub goes too,
// and leaves a dead cycle between an old object and a young one.
template <class C>
class hubs {
 public:
  static constexpr std::size_t node_bytes = sizeof(ring_node<C>);

  hubs() : hubs_(kHubs) {
    for (auto& hub : hubs_) hub = C::template make<ring_node<C>>();
    alive_ = kHubs;
  }

  void operate(std::uint64_t i) {
    auto& hub = hubs_[i % kHubs];
    if (i / kHubs % 4 == 3) {
      hub = C::template make<ring_node<C>>();
      --alive_;
      ++built_;
    }
    auto satellite = C::template make<ring_node<C>>();
    satellite->payload[0] = i;
    satellite->next = hub;
    if (!hub->next) ++alive_;
    hub->next = std::move(satellite);
    ++built_;
  }
  std::uint64_t nodes() const { return built_; }
  std::uint64_t alive() const { return alive_; }

 private:
  static constexpr std::size_t kHubs = 131'072;

  typename C::template roots<ring_node<C>> hubs_;
  std::uint64_t alive_ = 0;
  std::uint64_t built_ = 0;
};

template <template <class> class Workload, class... Args>
void add(registry& all, const char* name, const char* operation, std::uint64_t operations,
         Args... args) {
  const plan p{.operations = operations, .samples = 2'000};
  all.add<Workload, contenders<boehm, tricycle_ref>>({.name = name,
                                                      .operation = operation,
                                                      .full = p,
                                                      .quick = p,
                                                      .control_ns = 0,
                                                      .parameters = {{"trash", 1}}},
                                                     args...);
}

}  // namespace

void add_trash(registry& all) {
  add<churn>(all, "trash_fast", "drop a ring of 8, make another, nothing else", 1'000'000,
             std::size_t{1});
  add<churn>(all, "trash_old", "drop the oldest of 65,536 rings of 8, make another", 600'000,
             std::size_t{65'536});
  add<hubs>(all, "trash_generations", "cycles between old hubs and young nodes, 131,072 hubs",
            2'000'000);
  add<pairs_within>(all, "trash_large", "pairs of nodes of 64 KiB, 16 pairs alive", 20'000);
  add<pairs_beside>(all, "trash_beside", "pairs of nodes with 64 KiB beside them, 16 pairs alive",
                    20'000);
}

}  // namespace bench
