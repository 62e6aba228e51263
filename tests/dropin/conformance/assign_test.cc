// [util.smartptr.shared.dest], [util.smartptr.shared.assign], [util.smartptr.shared.mod]
#include "probes.h"

namespace tricycle::testing {
namespace {

using SharedPtrAssignment = ConformanceTest;

TEST_F(SharedPtrAssignment, CopyReleasesTheOldTargetAndSharesTheNewOne) {
  auto a = make_shared<Counted>(1);
  auto b = make_shared<Counted>(2);
  a = b;
  EXPECT_EQ(Counted::ended, std::vector<int>{1});
  EXPECT_EQ(a, b);
  EXPECT_EQ(a.use_count(), 2);
  shared_ptr<const Counted> c;
  c = a;
  EXPECT_EQ(a.use_count(), 3);
}

TEST_F(SharedPtrAssignment, ToItselfChangesNothing) {
  auto a = make_shared<Counted>(1);
  auto& same = a;
  a = same;
  EXPECT_EQ(a.use_count(), 1);
  a = std::move(same);
  EXPECT_NE(a, nullptr);
  EXPECT_EQ(a.use_count(), 1);
}

TEST_F(SharedPtrAssignment, MoveLeavesTheSourceEmpty) {
  auto a = make_shared<Counted>(1);
  auto b = make_shared<Derived>(2);
  a = std::move(b);
  EXPECT_EQ(b, nullptr);
  EXPECT_EQ(b.use_count(), 0);
  EXPECT_EQ(a->value, 2);
  EXPECT_EQ(a.use_count(), 1);
}

TEST_F(SharedPtrAssignment, FromUnique) {
  shared_ptr<Counted> a;
  a = std::make_unique<Derived>(4);
  EXPECT_EQ(a->value, 4);
  static_assert(!std::is_assignable_v<shared_ptr<int>&, std::unique_ptr<int[]>>);
  static_assert(!std::is_assignable_v<shared_ptr<int>&, int*>);
}

// The standard: equivalent to shared_ptr(r).swap(*this). The new target is held, and in place,
// before the old one ends. libstdc++ 12 drops the old one first.
struct Asks {
  shared_ptr<Asks>* where = nullptr;
  shared_ptr<Asks>* seen = nullptr;
  bool* new_one_was_in_place = nullptr;
  Asks* expected = nullptr;
  ~Asks() {
    if (where != nullptr) *new_one_was_in_place = where->get() == expected;
  }
};

TEST_F(SharedPtrAssignment, NewTargetIsInPlaceWhenTheOldOneEnds) {
  bool in_place = false;
  auto slot = make_shared<Asks>();
  auto next = make_shared<Asks>();
  slot->where = &slot;
  slot->new_one_was_in_place = &in_place;
  slot->expected = next.get();
  slot = next;
  if constexpr (ours) {
    EXPECT_TRUE(in_place);
  }
}

struct Chain {
  shared_ptr<Chain> next;
};

TEST_F(SharedPtrAssignment, FromAMemberOfWhatIsReplaced) {
  auto head = make_shared<Chain>();
  head->next = make_shared<Chain>();
  Chain* second = head->next.get();
  head = head->next;
  EXPECT_EQ(head.get(), second);
  head->next = make_shared<Chain>();
  second = head->next.get();
  head = std::move(head->next);
  EXPECT_EQ(head.get(), second);
  EXPECT_EQ(head.use_count(), 1);
}

TEST_F(SharedPtrAssignment, ResetForms) {
  shared_ptr<Counted> p(new Counted(1));
  p.reset(new Derived(2));
  EXPECT_EQ(Counted::ended, std::vector<int>{1});
  p.reset(new Counted(3), LoggingDeleter<Counted>{&log});
  p.reset(new Counted(4), LoggingDeleter<Counted>{&log}, LoggingAllocator<int>(log));
  EXPECT_EQ(log.deletes, 1);
  EXPECT_EQ(log.allocations, 1);
  p.reset();
  EXPECT_EQ(p, nullptr);
  EXPECT_EQ(p.use_count(), 0);
  EXPECT_EQ(log.deletes, 2);
  static_assert(noexcept(p.reset()));
}

TEST_F(SharedPtrAssignment, SwapExchangesPointersAndOwners) {
  auto a = make_shared<Counted>(1);
  shared_ptr<Counted> b;
  a.swap(b);
  EXPECT_EQ(a, nullptr);
  EXPECT_EQ(b->value, 1);
  swap(a, b);
  EXPECT_EQ(a->value, 1);
  EXPECT_EQ(a.use_count(), 1);
  static_assert(noexcept(a.swap(b))&& noexcept(swap(a, b)));
}

// [util.smartptr.shared.dest]: an owner that is null before the destructor sees it again.
struct Holder {
  shared_ptr<Holder>* where = nullptr;
  bool* was_null = nullptr;
  ~Holder() {
    if (where != nullptr) *was_null = *where == nullptr;
  }
};

TEST_F(SharedPtrAssignment, ResetIsNullBeforeTheDestructorRuns) {
  bool was_null = false;
  auto p = make_shared<Holder>();
  p->where = &p;
  p->was_null = &was_null;
  p.reset();
  EXPECT_TRUE(was_null);
}

TEST_F(SharedPtrAssignment, WeakPointersHaveExpiredWhenTheDestructorRuns) {
  struct Watched : Counted {
    weak_ptr<Watched>* watch = nullptr;
    bool* expired = nullptr;
    ~Watched() override { *expired = watch->expired() && watch->lock() == nullptr; }
  };
  bool expired = false;
  auto p = make_shared<Watched>();
  weak_ptr<Watched> w = p;
  p->watch = &w;
  p->expired = &expired;
  p.reset();
  EXPECT_TRUE(expired);
}

}  // namespace
}  // namespace tricycle::testing
