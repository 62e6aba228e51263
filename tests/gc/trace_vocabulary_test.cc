// Every type of the standard vocabulary: a ring whose edges lie in one must be seen, and die.
#include <array>
#include <deque>
#include <forward_list>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include "gc/fixture.h"

namespace tricycle::testing {
namespace {

// How an edge is kept: the type of the field, and how a reference gets into it.
struct Bare {
  template <class R>
  using field = R;
  static void Put(auto& f, auto r) { f = r; }
};
struct InVector {
  template <class R>
  using field = std::vector<R>;
  static void Put(auto& f, auto r) { f.push_back(r); }
};
struct InDeque {
  template <class R>
  using field = std::deque<R>;
  static void Put(auto& f, auto r) { f.push_back(r); }
};
struct InList {
  template <class R>
  using field = std::list<R>;
  static void Put(auto& f, auto r) { f.push_back(r); }
};
struct InForwardList {
  template <class R>
  using field = std::forward_list<R>;
  static void Put(auto& f, auto r) { f.push_front(r); }
};
struct InStdArray {
  template <class R>
  using field = std::array<R, 3>;
  static void Put(auto& f, auto r) { f[2] = r; }
};
template <template <class...> class Set>
struct InSet {
  template <class R>
  using field = Set<R>;
  static void Put(auto& f, auto r) { f.insert(r); }
};
template <template <class...> class Map>
struct AsKey {
  template <class R>
  using field = Map<R, int>;
  static void Put(auto& f, auto r) { f.emplace(r, 1); }
};
template <template <class...> class Map>
struct AsValue {
  template <class R>
  using field = Map<int, R>;
  static void Put(auto& f, auto r) { f.emplace(1, r); }
};
struct InPair {
  template <class R>
  using field = std::pair<R, int>;
  static void Put(auto& f, auto r) { f.first = r; }
};
struct InTuple {
  template <class R>
  using field = std::tuple<int, std::string, R>;
  static void Put(auto& f, auto r) { std::get<2>(f) = r; }
};
struct InOptional {
  template <class R>
  using field = std::optional<R>;
  static void Put(auto& f, auto r) { f = r; }
};
struct InVariant {
  template <class R>
  using field = std::variant<int, std::string, R>;
  static void Put(auto& f, auto r) { f = r; }
};
struct InUniquePtr {
  template <class R>
  using field = std::unique_ptr<R>;
  static void Put(auto& f, auto r) { f = std::make_unique<decltype(r)>(r); }
};

// Two and more of them, one in the other.
struct InVectorOfVectors {
  template <class R>
  using field = std::vector<std::vector<R>>;
  static void Put(auto& f, auto r) { f.resize(3, {r}); }
};
struct InMapOfVectors {
  template <class R>
  using field = std::map<std::string, std::vector<R>>;
  static void Put(auto& f, auto r) { f["here"].push_back(r); }
};
struct InOptionalPair {
  template <class R>
  using field = std::optional<std::pair<int, R>>;
  static void Put(auto& f, auto r) { f.emplace(1, r); }
};
struct InVariantOfContainers {
  template <class R>
  using field = std::variant<std::monostate, std::vector<R>, std::map<int, R>>;
  static void Put(auto& f, auto r) {
    f.template emplace<2>();
    std::get<2>(f).emplace(7, r);
  }
};
struct InEverything {
  template <class R>
  using field = std::unordered_map<
      std::string, std::unique_ptr<std::tuple<int, std::array<std::optional<std::deque<R>>, 2>>>>;
  static void Put(auto& f, auto r) {
    auto& at = f["here"];
    at = std::make_unique<std::remove_reference_t<decltype(*at)>>();
    std::get<1>(*at)[1].emplace(4, r);
  }
};

template <class How>
struct Cell {
  Counted counted;
  int before = 0;
  typename How::template field<ref<Cell>> edges;
  char after = 'x';
};
template <class How>
class TracedCell {
 public:
  void trace(auto& visit) { visit(edges); }
  Counted counted;
  typename How::template field<ref<TracedCell>> edges;
};

template <class How>
class VocabularyTest : public HeapTest {};

using Vocabulary =
    ::testing::Types<Bare, InVector, InDeque, InList, InForwardList, InStdArray, InSet<std::set>,
                     InSet<std::multiset>, InSet<std::unordered_set>,
                     InSet<std::unordered_multiset>, AsKey<std::map>, AsKey<std::multimap>,
                     AsKey<std::unordered_map>, AsKey<std::unordered_multimap>, AsValue<std::map>,
                     AsValue<std::multimap>, AsValue<std::unordered_map>,
                     AsValue<std::unordered_multimap>, InPair, InTuple, InOptional, InVariant,
                     InUniquePtr, InVectorOfVectors, InMapOfVectors, InOptionalPair,
                     InVariantOfContainers, InEverything>;
TYPED_TEST_SUITE(VocabularyTest, Vocabulary);

template <class How, class C>
ref<C> Ring() {
  ref<C> a = make<C>();
  const ref<C> b = make<C>();
  How::Put(a->edges, b);
  How::Put(b->edges, a);
  return a;
}

TYPED_TEST(VocabularyTest, ItsEdgesAreSeenInAnAggregate) {
  using C = Cell<TypeParam>;
  ref<C> ring = Ring<TypeParam, C>();
  EXPECT_EQ(this->Collect().objects, 0U);
  Drop(ring);
  EXPECT_EQ(this->Collect().objects, 2U);
}

TYPED_TEST(VocabularyTest, ItsEdgesAreSeenInATraceMember) {
  using C = TracedCell<TypeParam>;
  ref<C> ring = Ring<TypeParam, C>();
  EXPECT_EQ(this->Collect().objects, 0U);
  Drop(ring);
  EXPECT_EQ(this->Collect().objects, 2U);
}

TYPED_TEST(VocabularyTest, EmptyItHasNoEdges) {
  using C = Cell<TypeParam>;
  ref<C> cell = make<C>();
  Touch(cell);
  EXPECT_EQ(this->Collect().examined, 1U);
}

TYPED_TEST(VocabularyTest, OfLeavesItOwnsNothing) {
  using Field = typename TypeParam::template field<int>;
  static_assert(gc::edges_of<Field>() == gc::edges::none);
  static_assert(gc::edges_of<typename TypeParam::template field<ref<int>>>() == gc::edges::some);
}

}  // namespace
}  // namespace tricycle::testing
