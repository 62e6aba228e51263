// Question: how long does one single dead cycle of N nodes stop the program?
//
// The plot where we lose. A component of N nodes: a ring, and two random edges more in every node.
// Its last reference goes, and it is disposed of: by tricycle in slices of 10 us, each an
// operation; by the Boehm collector in a collection; by hand, in one go. Unmeasured in between, it
// is built anew.
//
// Expected: one slice of tricycle's has to prove the whole component dead and cannot be divided:
// its longest operation grows with N, some nanoseconds for each member and edge. 10^3 fit into the
// budget; 10^6 stop the program for tens of milliseconds. Freeing by hand at once is no better.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "harness/random.h"
#include "workloads/all.h"

namespace bench {
namespace {

template <class C>
struct member {
  std::array<typename C::template pointer<member>, 3> edges;
  std::uint64_t payload;
};

template <class C>
class giant {
 public:
  static constexpr std::size_t node_bytes = sizeof(member<C>);

  giant(std::size_t members, unsigned rounds) : members_(members), rounds_(rounds) {}

  void prepare(std::uint64_t) {
    if (more_) return;
    if constexpr (C::collects) C::collect_all();  // nothing of the last one is left to this one
    build();
    fresh_ = true;
  }

  void operate(std::uint64_t) {
    if (fresh_) ++dropped_;
    fresh_ = false;
    root_ = nullptr;
    if constexpr (requires { C::collect_slice(kSlice); }) {
      more_ = C::collect_slice(kSlice);
    } else if constexpr (C::collects) {
      C::collect_all();
    } else {
      for (auto& node : members_held_) node->edges = {};
      members_held_.clear();
    }
    if (!more_) ++finished_;
  }
  bool done() const { return finished_ == rounds_; }
  std::uint64_t nodes() const { return dropped_ * members_; }
  std::uint64_t alive() const { return root_ ? members_ : 0; }

 private:
  using pointer = typename C::template pointer<member<C>>;
  static constexpr auto kSlice = std::chrono::microseconds(10);

  void build() {
    typename C::template roots<member<C>> all(members_);
    for (auto& node : all) node = C::template make<member<C>>();
    for (std::size_t i = 0; i < members_; ++i) {
      all[i]->edges[0] = all[(i + 1) % members_];
      all[i]->edges[1] = all[random_.below(members_)];
      all[i]->edges[2] = all[random_.below(members_)];
    }
    root_ = all[0];
    // Who frees by hand has to know the members: the component itself gives them in no order.
    if constexpr (!C::collects) members_held_ = std::move(all);
  }

  std::size_t members_;
  unsigned rounds_;
  pointer root_{};
  typename C::template roots<member<C>> members_held_;
  random_numbers random_;
  bool more_ = false;
  bool fresh_ = false;
  std::uint64_t dropped_ = 0;
  unsigned finished_ = 0;
};

void add(registry& all, std::size_t members, const char* name) {
  // A million nodes in all, and at least two components.
  const auto rounds = static_cast<unsigned>(std::max<std::size_t>(1'000'000 / members, 2));
  const plan p{.operations = 1'000'000};  // it ends with the last round
  all.add<giant, contenders<intrusive, boehm, tricycle_ref>>(
      {.name = name,
       .operation = absl::StrCat("dispose of one dead component of ", members,
                                 " nodes with 3 edges (tricycle: in slices of 10 us)"),
       .full = p,
       .quick = p,
       .control_ns = 0,
       .parameters = {{"members", members}, {"deferred", 1}}},
      members, rounds);
}

}  // namespace

void add_giant(registry& all) {
  add(all, 1'000, "giant_1k");
  add(all, 10'000, "giant_10k");
  add(all, 100'000, "giant_100k");
  add(all, 1'000'000, "giant_1m");
}

}  // namespace bench
