// The edges that types show behind shared_ptr: those of aggregates and of declared classes; what
// declares nothing is a leaf. Read the way the shared heap's collector will read them.
#include <gtest/gtest.h>
#include <tricycle/heap.h>
#include <tricycle/make.h>
#include <tricycle/shared_ptr.h>

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <tuple>
#include <variant>
#include <vector>

namespace tricycle::testing {
namespace {

/// The objects that the edges of `p`'s block lead to.
template <class T>
std::multiset<const void*> EdgesOf(const shared_ptr<T>& p) {
  std::multiset<const void*> found;
  void* block = shared::insider::block_of(p);
  const auto& type = shared::type_of_block(shared::header_of(block));
  if (type.trace == nullptr) return found;
  edge_visitor visit(
      [](edge_visitor& self, void* context) {
        for (void** slot : self)
          if (void* to = *edge_visitor::place_of(slot))
            static_cast<std::multiset<const void*>*>(context)->insert(to);
      },
      &found);
  visit.follow_shared();
  type.trace(block, visit);
  visit.flush();
  return found;
}
template <class T>
bool IsLeaf(const shared_ptr<T>& p) {
  return shared::type_of_block(shared::header_of(shared::insider::block_of(p))).trace == nullptr;
}

struct Aggregate {
  shared_ptr<Aggregate> next;
  std::vector<shared_ptr<Aggregate>> children;
  const shared_ptr<Aggregate> constant;
  weak_ptr<Aggregate> watched;
  std::variant<int, shared_ptr<Aggregate>> either;
};

TEST(SharedPtrEdges, OfAnAggregate) {
  auto a = make_shared<Aggregate>();
  auto b = make_shared<Aggregate>();
  auto c = make_shared<Aggregate>();
  auto p = shared_ptr<Aggregate>(new Aggregate{a, {b, b}, c, c, shared_ptr<Aggregate>(c)});
  EXPECT_EQ(EdgesOf(p), (std::multiset<const void*>{a.get(), b.get(), b.get(), c.get(), c.get()}));
  auto made = make_shared<Aggregate>(Aggregate{a, {}, c, c, 3});
  EXPECT_EQ(EdgesOf(made), (std::multiset<const void*>{a.get(), c.get()}));
}

class Declared {
 public:
  explicit Declared(shared_ptr<int> p) : member_(std::move(p)) {}
  void trace(auto& visit) { visit(member_); }

 private:
  shared_ptr<int> member_;
};
TEST(SharedPtrEdges, OfADeclaredClass) {
  auto n = make_shared<int>(1);
  EXPECT_EQ(EdgesOf(make_shared<Declared>(n)), std::multiset<const void*>{n.get()});
  EXPECT_EQ(EdgesOf(shared_ptr<Declared>(new Declared(n))), std::multiset<const void*>{n.get()});
  EXPECT_EQ(EdgesOf(shared_ptr<Declared>(std::make_unique<Declared>(n))),
            std::multiset<const void*>{n.get()});
  EXPECT_EQ(EdgesOf(allocate_shared<Declared>(std::allocator<int>(), n)),
            std::multiset<const void*>{n.get()});
}

TEST(SharedPtrEdges, OfArrays) {
  auto n = make_shared<int>(1);
  auto p = make_shared<Declared[]>(3, Declared(n));
  EXPECT_EQ(EdgesOf(p).size(), 3U);
  EXPECT_EQ(EdgesOf(make_shared<Declared[2][2]>({Declared(n), Declared(n)})).size(), 4U);
}

TEST(SharedPtrEdges, OfAnAliasAreThoseOfTheBlock) {
  auto n = make_shared<std::pair<int, int>>(1, 2);
  struct Holds {
    shared_ptr<int> part;
  };
  auto p = make_shared<Holds>(Holds{shared_ptr<int>(n, &n->second)});
  EXPECT_EQ(EdgesOf(p), std::multiset<const void*>{n.get()});
}

class Undeclared {
 public:
  shared_ptr<int> member;
  Undeclared() = default;
  virtual ~Undeclared() = default;
};
TEST(SharedPtrEdges, LeavesAreWhatDeclaresNothing) {
  EXPECT_TRUE(IsLeaf(make_shared<Undeclared>()));
  EXPECT_TRUE(IsLeaf(make_shared<int>(1)));
  EXPECT_TRUE(IsLeaf(make_shared<std::string>("x")));
  EXPECT_TRUE(IsLeaf(make_shared<std::function<void()>>()));
  EXPECT_TRUE(IsLeaf(shared_ptr<void>(new int(1), [](int* p) { delete p; })));
  // What a deleter of the user's ends may be shared with others, or only a part.
  EXPECT_TRUE(IsLeaf(shared_ptr<Aggregate>(new Aggregate, [](Aggregate* p) { delete p; })));
}

TEST(SharedPtrEdges, ReferencesAndViewsOwnNothing) {
  auto n = make_shared<int>(1);
  struct Looks {
    std::span<shared_ptr<int>> view;
    shared_ptr<int> owned;
  };
  auto p = make_shared<Looks>(Looks{{}, n});
  EXPECT_EQ(EdgesOf(p).size(), 1U);
  static_assert(gc::edges_of<std::tuple<shared_ptr<int>&>>() == gc::edges::none);
  static_assert(gc::edges_of<std::tuple<int, shared_ptr<int>>>() == gc::edges::some);
}

TEST(SharedPtrEdges, AConfinedHeapDoesNotFollowThem) {
  struct Mixed {
    ref<Mixed> confined;
    shared_ptr<Mixed> shared;
  };
  {
    auto object = make<Mixed>();
    object->confined = object;
    object->shared = make_shared<Mixed>();
    object->shared->shared = object->shared;
    weak_ptr<Mixed> watch = object->shared;
    object.reset();
    EXPECT_EQ(tricycle::collect().objects, 1U);
    auto left = watch.lock();
    ASSERT_NE(left, nullptr);
    EXPECT_EQ(left.use_count(), 2);
    left->shared.reset();
  }
}

}  // namespace
}  // namespace tricycle::testing
