// [util.smartptr.shared.obs], [.cmp], [.io], [util.smartptr.hash], [.getdeleter], [.ownerless]
#include <functional>
#include <map>
#include <set>
#include <sstream>
#include <unordered_map>

#include "probes.h"

namespace tricycle::testing {
namespace {

using SharedPtrObservers = ConformanceTest;

TEST_F(SharedPtrObservers, Dereference) {
  auto p = make_shared<Counted>(3);
  EXPECT_EQ((*p).value, 3);
  EXPECT_EQ(p->value, 3);
  EXPECT_EQ(p.get()->value, 3);
  EXPECT_TRUE(p);
  EXPECT_FALSE(shared_ptr<int>());
  static_assert(!std::is_convertible_v<shared_ptr<int>, bool>);
  static_assert(std::is_void_v<std::add_lvalue_reference_t<shared_ptr<void>::element_type>>);
}

TEST_F(SharedPtrObservers, Subscript) {
  shared_ptr<int[]> p(new int[3]{1, 2, 3});
  p[1] = 5;
  EXPECT_EQ(p[1], 5);
  shared_ptr<int[2][2]> q = make_shared<int[2][2]>();
  q[1][1] = 7;
  EXPECT_EQ(q[1][1], 7);
}

TEST_F(SharedPtrObservers, UseCount) {
  auto p = make_shared<int>(1);
  std::vector<shared_ptr<int>> copies(10, p);
  EXPECT_EQ(p.use_count(), 11);
  copies.clear();
  EXPECT_EQ(p.use_count(), 1);
  static_assert(std::is_same_v<decltype(p.use_count()), long>);
}

TEST_F(SharedPtrObservers, OwnerBeforeIsAnOrderOfOwners) {
  auto a = make_shared<std::pair<int, int>>();
  auto b = make_shared<std::pair<int, int>>();
  shared_ptr<int> alias(a, &a->second);
  weak_ptr<int> weak = alias;
  EXPECT_NE(a.owner_before(b), b.owner_before(a));
  EXPECT_FALSE(a.owner_before(alias) || alias.owner_before(a));
  EXPECT_FALSE(a.owner_before(weak) || weak.owner_before(a));
  const shared_ptr<int> empty;
  EXPECT_FALSE(empty.owner_before(weak_ptr<long>()) || weak_ptr<long>().owner_before(empty));
}

TEST_F(SharedPtrObservers, Comparison) {
  auto p = make_shared<Derived>(1);
  shared_ptr<Counted> q = p;
  EXPECT_TRUE(p == q);
  EXPECT_FALSE(p != q);
  EXPECT_TRUE(p >= q && p <= q && !(p < q) && !(p > q));
  EXPECT_TRUE((p <=> q) == 0);
  EXPECT_TRUE(p != nullptr && nullptr != p);
  EXPECT_TRUE(shared_ptr<int>() == nullptr);
  EXPECT_TRUE((p <=> nullptr) > 0);
  EXPECT_TRUE(p > nullptr && nullptr < p);
  static_assert(std::is_same_v<decltype(p <=> q), std::strong_ordering>);
  static_assert(std::three_way_comparable<shared_ptr<int>>);
  int array[2] = {};
  const shared_ptr<int> first(shared_ptr<int>(), &array[0]);
  const shared_ptr<int> second(shared_ptr<int>(), &array[1]);
  EXPECT_TRUE(first < second);
}

TEST_F(SharedPtrObservers, StreamOutput) {
  auto p = make_shared<int>(1);
  std::ostringstream pointer;
  std::ostringstream raw;
  pointer << p;
  raw << p.get();
  EXPECT_EQ(pointer.str(), raw.str());
  std::wostringstream wide;
  wide << shared_ptr<void>();
  EXPECT_FALSE(wide.str().empty());
}

TEST_F(SharedPtrObservers, Hash) {
  auto p = make_shared<int>(1);
  EXPECT_EQ(std::hash<shared_ptr<int>>()(p), std::hash<int*>()(p.get()));
  std::unordered_map<shared_ptr<int>, int> map;
  map[p] = 3;
  EXPECT_EQ(map.at(p), 3);
  shared_ptr<int[]> a(new int[1]);
  EXPECT_EQ(std::hash<shared_ptr<int[]>>()(a), std::hash<int*>()(a.get()));
}

TEST_F(SharedPtrObservers, KeysOfAnOrderedMap) {
  std::map<shared_ptr<int>, int> map;
  auto p = make_shared<int>(1);
  map[p] = 1;
  map[make_shared<int>(2)] = 2;
  EXPECT_EQ(map.at(p), 1);
  EXPECT_EQ(map.size(), 2U);
}

TEST_F(SharedPtrObservers, GetDeleter) {
  shared_ptr<Counted> p(new Counted, LoggingDeleter<Counted>{&log});
  auto* deleter = get_deleter<LoggingDeleter<Counted>>(p);
  ASSERT_NE(deleter, nullptr);
  EXPECT_EQ(deleter->log, &log);
  EXPECT_EQ((get_deleter<LoggingDeleter<int>>(p)), nullptr);
  EXPECT_EQ((get_deleter<std::default_delete<Counted>>(shared_ptr<Counted>(new Counted))), nullptr);
  EXPECT_EQ((get_deleter<int>(shared_ptr<int>())), nullptr);
  EXPECT_EQ((get_deleter<int>(make_shared<int>())), nullptr);
  void (*function)(int*) = [](int* q) { delete q; };
  shared_ptr<int> with_function(new int, function);
  EXPECT_EQ(*get_deleter<void (*)(int*)>(with_function), function);
  static_assert(noexcept(get_deleter<int>(with_function)));
}

TEST_F(SharedPtrObservers, OwnerLess) {
  auto a = make_shared<int>(1);
  auto b = make_shared<int>(2);
  std::set<weak_ptr<int>, owner_less<weak_ptr<int>>> weak{a, b, a};
  EXPECT_EQ(weak.size(), 2U);
  std::set<shared_ptr<int>, owner_less<>> strong{a, b, a};
  EXPECT_EQ(strong.size(), 2U);
  EXPECT_EQ(strong.count(weak_ptr<int>(a)), 1U);
  EXPECT_FALSE(owner_less<shared_ptr<int>>()(a, weak_ptr<int>(a)));
  std::set<weak_ptr<int>, std::owner_less<weak_ptr<int>>> by_std_name{a, b};
  EXPECT_EQ(by_std_name.size(), 2U);
}

}  // namespace
}  // namespace tricycle::testing
