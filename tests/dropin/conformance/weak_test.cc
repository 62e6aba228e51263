// [util.smartptr.weak], [util.smartptr.enab]
#include "probes.h"

namespace tricycle::testing {
namespace {

using WeakPtr = ConformanceTest;

TEST_F(WeakPtr, EmptyHasExpired) {
  static constinit weak_ptr<int> w;
  EXPECT_TRUE(w.expired());
  EXPECT_EQ(w.use_count(), 0);
  EXPECT_EQ(w.lock(), nullptr);
  EXPECT_TRUE(weak_ptr<int>(shared_ptr<int>()).expired());
}

TEST_F(WeakPtr, WatchesWithoutOwning) {
  auto p = make_shared<Counted>(1);
  weak_ptr<Counted> w = p;
  EXPECT_EQ(p.use_count(), 1);
  EXPECT_EQ(w.use_count(), 1);
  {
    auto q = w.lock();
    EXPECT_EQ(q, p);
    EXPECT_EQ(w.use_count(), 2);
  }
  p.reset();
  EXPECT_EQ(Counted::alive, 0);
  EXPECT_TRUE(w.expired());
  EXPECT_EQ(w.lock(), nullptr);
}

TEST_F(WeakPtr, CopiesMovesAndConverts) {
  auto p = make_shared<Derived>(1);
  weak_ptr<Derived> a = p;
  weak_ptr<Counted> b = a;
  weak_ptr<Counted> c = std::move(a);
  EXPECT_TRUE(a.expired());  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(b.lock(), c.lock());
  a = p;
  b = a;
  b = std::move(a);
  b = p;
  c = b;
  c = std::move(b);
  swap(b, c);
  b.swap(c);
  EXPECT_EQ(c.lock(), p);
  c.reset();
  EXPECT_TRUE(c.expired());
  static_assert(!std::is_constructible_v<weak_ptr<int>, weak_ptr<long>>);
  static_assert(!std::is_constructible_v<weak_ptr<int>, int*>);
  static_assert(std::is_nothrow_constructible_v<weak_ptr<Counted>, const shared_ptr<Derived>&>);
  static_assert(std::is_nothrow_move_assignable_v<weak_ptr<int>>);
  static_assert(std::is_same_v<weak_ptr<int[2]>::element_type, int>);
}

struct Top {
  virtual ~Top() = default;
  int top = 1;
};
struct Left : virtual Top {};
struct Right : virtual Top {};
struct Bottom : Left, Right {};

TEST_F(WeakPtr, ConvertsToAVirtualBaseEvenWhenExpired) {
  auto p = make_shared<Bottom>();
  weak_ptr<Bottom> w = p;
  weak_ptr<Top> alive = w;
  EXPECT_EQ(alive.lock()->top, 1);
  p.reset();
  weak_ptr<Top> dead = w;
  EXPECT_TRUE(dead.expired());
  weak_ptr<Top> moved = std::move(w);
  EXPECT_TRUE(moved.expired());
}

TEST_F(WeakPtr, ThousandsToOneObject) {
  auto p = make_shared<Counted>(1);
  std::vector<weak_ptr<Counted>> many;
  for (int i = 0; i < 10'000; ++i) many.emplace_back(p);
  EXPECT_EQ(many.back().use_count(), 1);
  for (int i = 0; i < 3'000; ++i) many.pop_back();
  for (int i = 0; i < 5'000; ++i) many.push_back(many.front());
  p.reset();
  EXPECT_EQ(Counted::alive, 0);
  EXPECT_TRUE(many[7'500].expired());
  many.clear();
}

TEST_F(WeakPtr, MayBeDerivedFrom) {
  struct Named : weak_ptr<Counted> {
    using weak_ptr<Counted>::weak_ptr;
    std::string name;
  };
  auto p = make_shared<Counted>(1);
  Named n(p);
  n.name = "x";
  Named m = n;
  EXPECT_EQ(m.lock(), p);
}

using EnableSharedFromThis = ConformanceTest;

struct Self : enable_shared_from_this<Self> {
  Self() { EXPECT_TRUE(weak_from_this().expired()); }
};

TEST_F(EnableSharedFromThis, FindsItsOwner) {
  auto p = make_shared<Self>();
  EXPECT_EQ(p->shared_from_this(), p);
  EXPECT_EQ(p.use_count(), 1);
  const Self& constant = *p;
  shared_ptr<const Self> q = constant.shared_from_this();
  EXPECT_EQ(p.use_count(), 2);
  EXPECT_EQ(constant.weak_from_this().lock(), p);
  static_assert(noexcept(p->weak_from_this()));
}

TEST_F(EnableSharedFromThis, ThrowsBeforeAnyOwnerAndAfterTheLast) {
  Self on_stack;
  EXPECT_THROW(static_cast<void>(on_stack.shared_from_this()), bad_weak_ptr);
  EXPECT_TRUE(on_stack.weak_from_this().expired());
  struct Tries : enable_shared_from_this<Tries> {
    Tries() { EXPECT_THROW(static_cast<void>(shared_from_this()), bad_weak_ptr); }
    ~Tries() { EXPECT_THROW(static_cast<void>(shared_from_this()), bad_weak_ptr); }
  };
  static_cast<void>(make_shared<Tries>());
}

TEST_F(EnableSharedFromThis, EveryWayToTheFirstOwnerEnables) {
  shared_ptr<Self> raw(new Self);
  EXPECT_EQ(raw->shared_from_this(), raw);
  shared_ptr<const Self> constant(new Self);
  EXPECT_EQ(constant->shared_from_this(), constant);
  shared_ptr<void> erased(new Self);
  EXPECT_EQ(static_cast<Self*>(erased.get())->shared_from_this().use_count(), 2);
  shared_ptr<Self> unique = std::make_unique<Self>();
  EXPECT_EQ(unique->shared_from_this(), unique);
  shared_ptr<Self> with_deleter(new Self, [](Self* p) { delete p; });
  EXPECT_EQ(with_deleter->shared_from_this(), with_deleter);
  auto allocated = allocate_shared<Self>(std::allocator<int>());
  EXPECT_EQ(allocated->shared_from_this(), allocated);
  struct More : Self {};
  auto derived = make_shared<More>();
  EXPECT_EQ(derived->shared_from_this(), derived);
}

TEST_F(EnableSharedFromThis, ASecondSetOfOwnersDoesNotReplaceTheFirst) {
  auto p = make_shared<Self>();
  {
    shared_ptr<Self> q(p.get(), [](Self*) {});
    EXPECT_EQ(p->shared_from_this().use_count(), 2);
  }
  EXPECT_EQ(p->shared_from_this(), p);
}

TEST_F(EnableSharedFromThis, ANewOwnerAfterTheLastOneIsFound) {
  Self object;
  {
    shared_ptr<Self> p(&object, [](Self*) {});
  }
  shared_ptr<Self> q(&object, [](Self*) {});
  EXPECT_EQ(object.shared_from_this(), q);
  EXPECT_EQ(q.use_count(), 1);
}

TEST_F(EnableSharedFromThis, ACopyHasItsOwnOwners) {
  auto p = make_shared<Self>();
  auto q = make_shared<Self>(*p);
  EXPECT_EQ(q->shared_from_this(), q);
  *q = *p;
  EXPECT_EQ(q->shared_from_this(), q);
}

struct PrivateBase : private enable_shared_from_this<PrivateBase> {
  [[nodiscard]] bool Expired() const { return weak_from_this().expired(); }
};
struct One : enable_shared_from_this<One> {};
struct Two : enable_shared_from_this<Two> {};
struct Ambiguous : One, Two {};
struct VirtualSelf : virtual enable_shared_from_this<VirtualSelf> {};

TEST_F(EnableSharedFromThis, PrivateAndAmbiguousBasesAreIgnored) {
  EXPECT_TRUE(make_shared<PrivateBase>()->Expired());
  auto p = make_shared<Ambiguous>();
  EXPECT_TRUE(p->One::weak_from_this().expired());
  EXPECT_TRUE(p->Two::weak_from_this().expired());
  shared_ptr<PrivateBase> q(new PrivateBase);
  EXPECT_TRUE(q->Expired());
}

TEST_F(EnableSharedFromThis, VirtualBaseWorks) {
  auto p = make_shared<VirtualSelf>();
  EXPECT_EQ(p->shared_from_this(), p);
}

}  // namespace
}  // namespace tricycle::testing
