// Objects with so many edges that they are traced in parts (the edge window of edge_visitor),
// whatever container the edges are in.
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "gc/fixture.h"

namespace tricycle::testing {
namespace {

/// What the edges lead to, and what leads back.
struct Rim {
  ref<void> any;
};

/// An object with so many edges, each to a node that refers back to it, in a container of this
/// kind.
template <class Container>
struct Wide {
  ~Wide() { alive = false; }
  void trace(auto& visit) { visit(before, edges, after); }
  ref<Wide> before;
  Container edges;
  ref<Wide> after;
  static inline bool alive = false;
};
struct Spoke {
  std::shared_ptr<int> leaf;
  ref<Spoke> nothing;
  ref<Rim> node;
  void trace(auto& visit) { visit(nothing, node); }
};
struct Pair {
  ref<Rim> first;
  ref<Rim> second;
};

static_assert(gc::edges_each<ref<Rim>>() == 1);
static_assert(gc::edges_each<Pair[3]>() == 6);
static_assert(gc::edges_each<std::pair<int, Pair>>() == 2);
static_assert(gc::edges_each<std::array<std::tuple<ref<Rim>, Pair>, 2>>() == 6);
static_assert(gc::edges_each<int>() == 0);
static_assert(gc::edges_each<Spoke>() == gc::varying, "it has a trace function");
static_assert(gc::edges_each<std::vector<Pair>>() == gc::varying);

ref<Rim> RimOf(const ref<Rim>& node) { return node; }
ref<Rim> RimOf(const Pair& pair) { return pair.second; }
ref<Rim> RimOf(const Spoke& spoke) { return spoke.node; }
ref<Rim> RimOf(const std::vector<ref<Rim>>& nodes) { return nodes.back(); }
template <class K>
ref<Rim> RimOf(const std::pair<const K, ref<Rim>>& entry) {
  return entry.second;
}

template <class Container>
class WideTest : public HeapTest {
 protected:
  static constexpr int size = 5'000;

  static ref<Wide<Container>> Make() {
    ref<Wide<Container>> wide = make<Wide<Container>>();
    Wide<Container>::alive = true;
    wide->before = wide->after = wide;
    for (int i = 0; i < size; ++i) Add(wide->edges, i);
    for (auto& element : wide->edges) RimOf(element)->any = wide;
    return wide;
  }
  static void Add(std::vector<ref<Rim>>& to, int) { to.push_back(make<Rim>()); }
  static void Add(std::deque<ref<Rim>>& to, int) { to.push_back(make<Rim>()); }
  static void Add(std::list<ref<Rim>>& to, int) { to.push_back(make<Rim>()); }
  static void Add(std::vector<Pair>& to, int) { to.push_back({nullptr, make<Rim>()}); }
  static void Add(std::vector<Spoke>& to, int) { to.push_back({nullptr, nullptr, make<Rim>()}); }
  static void Add(std::vector<std::vector<ref<Rim>>>& to, int i) {
    if (to.empty() || to.back().size() == static_cast<std::size_t>(i % 7 + 1)) to.emplace_back();
    to.back().push_back(make<Rim>());
  }
  static void Add(std::map<int, ref<Rim>>& to, int i) { to.emplace(i, make<Rim>()); }
  static void Add(std::unordered_map<int, ref<Rim>>& to, int i) { to.emplace(i, make<Rim>()); }
};

using Containers =
    ::testing::Types<std::vector<ref<Rim>>, std::deque<ref<Rim>>, std::list<ref<Rim>>,
                     std::vector<Pair>, std::vector<Spoke>, std::vector<std::vector<ref<Rim>>>,
                     std::map<int, ref<Rim>>, std::unordered_map<int, ref<Rim>>>;
TYPED_TEST_SUITE(WideTest, Containers);

TYPED_TEST(WideTest, IsFollowedInParts) {
  const ref<Wide<TypeParam>> wide = this->Make();
  Touch(wide);
  EXPECT_GE(this->FinishInSlices(), this->size / 256) << "all its edges were followed in one go";
  EXPECT_TRUE(Wide<TypeParam>::alive);
  wide->before = wide->after = nullptr;
  wide->edges.clear();
}

TYPED_TEST(WideTest, DiesInParts) {
  ref<Wide<TypeParam>> wide = this->Make();
  Drop(wide);
  EXPECT_GE(this->FinishInSlices(), this->size / 256);
  EXPECT_FALSE(Wide<TypeParam>::alive);
  EXPECT_EQ(stats().live_objects, 0U);
}

TYPED_TEST(WideTest, DiesAtOnceOnDemand) {
  ref<Wide<TypeParam>> wide = this->Make();
  const auto members = stats().live_objects;
  Drop(wide);
  EXPECT_EQ(this->Collect().objects, members);
}

TYPED_TEST(WideTest, MayShrinkAndGrowBetweenItsParts) {
  ref<Wide<TypeParam>> wide = this->Make();
  for (int round = 0; round < 20; ++round) {
    Touch(wide);
    for (int i = 0; i < 12; ++i) this->Slice();
    if (round % 2 == 0)
      wide->edges.clear();
    else
      for (int i = 0; i < this->size; ++i) this->Add(wide->edges, i);
    for (int i = 0; i < 30; ++i) this->Slice();
    ASSERT_TRUE(Wide<TypeParam>::alive);
  }
  Drop(wide);
  this->Collect();
  EXPECT_EQ(stats().live_objects, 0U);
}

TYPED_TEST(WideTest, MayDieBetweenItsParts) {
  ref<Wide<TypeParam>> wide = this->Make();
  Touch(wide);
  for (int i = 0; i < 5; ++i) this->Slice();
  wide->before = wide->after = nullptr;
  for (auto& element : wide->edges) RimOf(element)->any = nullptr;
  wide = nullptr;
  EXPECT_FALSE(Wide<TypeParam>::alive);
  this->FinishInSlices();
  EXPECT_EQ(stats().live_objects, 0U);
}

}  // namespace
}  // namespace tricycle::testing
