// [util.smartptr.shared.const]
#include "probes.h"

namespace tricycle::testing {
namespace {

using SharedPtrConstructor = ConformanceTest;

struct Base {
  virtual ~Base() = default;
};
struct Other {
  long padding = 0;
  virtual ~Other() = default;
};
struct Both : Other, Base {};
struct Unrelated {};
struct Incomplete;
class NoDelete {
 protected:
  ~NoDelete() = default;
};
struct NotForPointers {
  void operator()(std::string) const {}
};
struct NotForNull {
  void operator()(int) const {}
};
struct CantMove {
  CantMove() = default;
  CantMove(const CantMove&) = delete;
  void operator()(int*) const {}
};

TEST_F(SharedPtrConstructor, DefaultAndNullOwnNothing) {
  static constinit shared_ptr<int> empty;
  static constinit shared_ptr<int> null = nullptr;
  EXPECT_EQ(empty.get(), nullptr);
  EXPECT_EQ(empty.use_count(), 0);
  EXPECT_EQ(null.get(), nullptr);
  EXPECT_EQ(null.use_count(), 0);
  static_assert(std::is_nothrow_default_constructible_v<shared_ptr<Incomplete>>);
  static_assert(std::is_nothrow_constructible_v<shared_ptr<int>, std::nullptr_t>);
}

TEST_F(SharedPtrConstructor, RawPointerIsOwnedAndDeletedAsWhatItWas) {
  struct NoVirtual {};
  static int ended;
  ended = 0;
  struct More : NoVirtual {
    ~More() { ++ended; }
  };
  {
    shared_ptr<NoVirtual> p(new More);
    EXPECT_EQ(p.use_count(), 1);
    shared_ptr<void> v(new More);
  }
  EXPECT_EQ(ended, 2);
}

TEST_F(SharedPtrConstructor, NullRawPointerIsOwnedNevertheless) {
  shared_ptr<int> p(static_cast<int*>(nullptr));
  EXPECT_EQ(p.get(), nullptr);
  EXPECT_EQ(p.use_count(), 1);
}

TEST_F(SharedPtrConstructor, RawPointerConstraints) {
  static_assert(!std::is_convertible_v<int*, shared_ptr<int>>);
  static_assert(std::is_constructible_v<shared_ptr<int>, int*>);
  static_assert(std::is_constructible_v<shared_ptr<const int>, int*>);
  static_assert(!std::is_constructible_v<shared_ptr<int>, const int*>);
  static_assert(std::is_constructible_v<shared_ptr<Base>, Both*>);
  static_assert(!std::is_constructible_v<shared_ptr<Base>, Unrelated*>);
  static_assert(std::is_constructible_v<shared_ptr<void>, int*>);
  static_assert(!ours || !std::is_constructible_v<shared_ptr<NoDelete>, NoDelete*>);
  static_assert(std::is_constructible_v<shared_ptr<int[]>, int*>);
  static_assert(std::is_constructible_v<shared_ptr<const int[]>, int*>);
  static_assert(std::is_constructible_v<shared_ptr<int[3]>, int*>);
  static_assert(!std::is_constructible_v<shared_ptr<Base[]>, Both*>);
  static_assert(!std::is_constructible_v<shared_ptr<int>, int>);
}

TEST_F(SharedPtrConstructor, ArrayIsDeletedAsArray) {
  {
    shared_ptr<Counted[]> p(new Counted[3]);
    EXPECT_EQ(Counted::alive, 3);
    EXPECT_EQ(p[2].value, 2);
    shared_ptr<Counted[2]> q(new Counted[2]);
    EXPECT_EQ(Counted::alive, 5);
  }
  EXPECT_EQ(Counted::alive, 0);
}

TEST_F(SharedPtrConstructor, DeleterIsCalledOnceWithThePointerItGot) {
  int* seen = nullptr;
  int calls = 0;
  int object = 0;
  {
    shared_ptr<int> p(&object, [&](int* q) {
      seen = q;
      ++calls;
    });
    shared_ptr<int> q = p;
    EXPECT_EQ(q.use_count(), 2);
  }
  EXPECT_EQ(seen, &object);
  EXPECT_EQ(calls, 1);
}

TEST_F(SharedPtrConstructor, NullptrWithDeleterCallsItWithNullptr) {
  int calls = 0;
  {
    shared_ptr<int> p(nullptr, [&](std::nullptr_t) { ++calls; });
    EXPECT_EQ(p.use_count(), 1);
    EXPECT_EQ(p.get(), nullptr);
    shared_ptr<int> q(
        nullptr, [&](std::nullptr_t) { ++calls; }, LoggingAllocator<int>(log));
  }
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(log.allocations, 1);
  EXPECT_EQ(log.deallocations, 1);
}

TEST_F(SharedPtrConstructor, DeleterConstraints) {
  using D = void (*)(int*);
  static_assert(std::is_constructible_v<shared_ptr<int>, int*, D>);
  static_assert(std::is_constructible_v<shared_ptr<void>, int*, D>);
  static_assert(!ours || !std::is_constructible_v<shared_ptr<int>, int*, NotForPointers>);
  static_assert(!ours || !std::is_constructible_v<shared_ptr<int>, std::nullptr_t, NotForNull>);
  static_assert(!ours || !std::is_constructible_v<shared_ptr<int>, int*, CantMove>);
  static_assert(std::is_constructible_v<shared_ptr<NoDelete>, NoDelete*, void (*)(NoDelete*)>);
}

TEST_F(SharedPtrConstructor, MoveOnlyDeleterWorks) {
  int calls = 0;
  struct MoveOnly {
    std::unique_ptr<int> state;
    int* calls;
    void operator()(int* p) {
      *calls += *state;
      delete p;
    }
  };
  { shared_ptr<int> p(new int, MoveOnly{std::make_unique<int>(5), &calls}); }
  EXPECT_EQ(calls, 5);
}

TEST_F(SharedPtrConstructor, AllocatorMakesTheBlockAndTakesItBack) {
  {
    shared_ptr<Counted> p(new Counted, LoggingDeleter<Counted>{&log}, LoggingAllocator<char>(log));
    EXPECT_EQ(log.allocations, 1);
    weak_ptr<Counted> w = p;
    p.reset();
    EXPECT_EQ(log.deletes, 1);
    EXPECT_EQ(log.deallocations, 0);
  }
  EXPECT_EQ(log.deallocations, 1);
  EXPECT_EQ(log.bytes, 0U);
}

TEST_F(SharedPtrConstructor, FailingAllocatorLeavesNothingBehind) {
  EXPECT_THROW(shared_ptr<Counted>(new Counted, LoggingDeleter<Counted>{&log},
                                   LoggingAllocator<int>(log, true)),
               std::bad_alloc);
  EXPECT_EQ(log.deletes, 1);
  EXPECT_EQ(Counted::alive, 0);
}

TEST_F(SharedPtrConstructor, AliasingSharesOwnershipAndPointsElsewhere) {
  auto owner = make_shared<std::pair<int, int>>(1, 2);
  shared_ptr<int> second(owner, &owner->second);
  EXPECT_EQ(owner.use_count(), 2);
  EXPECT_EQ(*second, 2);
  EXPECT_FALSE(owner.owner_before(second) || second.owner_before(owner));
  owner.reset();
  EXPECT_EQ(*second, 2);

  shared_ptr<int> moved(std::move(second), nullptr);
  EXPECT_EQ(moved.get(), nullptr);
  EXPECT_EQ(moved.use_count(), 1);
  EXPECT_EQ(second.get(), nullptr);
  EXPECT_EQ(second.use_count(), 0);

  int not_owned = 0;
  shared_ptr<int> unowned(shared_ptr<int>(), &not_owned);
  EXPECT_EQ(unowned.get(), &not_owned);
  EXPECT_EQ(unowned.use_count(), 0);
}

TEST_F(SharedPtrConstructor, CopyAndMoveConvertToBasesAtOtherAddresses) {
  shared_ptr<Both> both(new Both);
  shared_ptr<Base> base = both;
  EXPECT_EQ(base.get(), static_cast<Base*>(both.get()));
  EXPECT_NE(static_cast<void*>(base.get()), static_cast<void*>(both.get()));
  EXPECT_EQ(base.use_count(), 2);
  shared_ptr<Base> moved = std::move(both);
  EXPECT_EQ(both.get(), nullptr);
  EXPECT_EQ(both.use_count(), 0);
  EXPECT_EQ(moved, base);
  static_assert(std::is_nothrow_move_constructible_v<shared_ptr<int>>);
  static_assert(std::is_nothrow_copy_constructible_v<shared_ptr<int>>);
  static_assert(std::is_nothrow_constructible_v<shared_ptr<Base>, const shared_ptr<Both>&>);
  static_assert(!std::is_constructible_v<shared_ptr<Both>, shared_ptr<Base>>);
  static_assert(!std::is_constructible_v<shared_ptr<Unrelated>, shared_ptr<Base>>);
  static_assert(!std::is_convertible_v<shared_ptr<const int>, shared_ptr<int>>);
}

TEST_F(SharedPtrConstructor, ArraysOfKnownLengthAreCompatibleWithUnknown) {
  static_assert(std::is_convertible_v<shared_ptr<int[3]>, shared_ptr<int[]>>);
  static_assert(std::is_convertible_v<shared_ptr<int[3]>, shared_ptr<const int[]>>);
  static_assert(std::is_convertible_v<shared_ptr<const int[3]>, shared_ptr<const int[]>>);
  static_assert(std::is_convertible_v<shared_ptr<int[]>, shared_ptr<const int[]>>);
  static_assert(!std::is_convertible_v<shared_ptr<const int[3]>, shared_ptr<int[]>>);
  static_assert(!std::is_convertible_v<shared_ptr<int[]>, shared_ptr<int[3]>>);
  static_assert(!std::is_convertible_v<shared_ptr<int[]>, shared_ptr<int>>);
  static_assert(!std::is_convertible_v<shared_ptr<Both[2]>, shared_ptr<Base[]>>);
  shared_ptr<int[3]> three(new int[3]{1, 2, 3});
  shared_ptr<const int[]> some = three;
  EXPECT_EQ(some[1], 2);
}

TEST_F(SharedPtrConstructor, FromWeakThrowsIfExpired) {
  auto p = make_shared<int>(3);
  weak_ptr<int> w = p;
  shared_ptr<const int> q(w);
  EXPECT_EQ(q.use_count(), 2);
  p.reset();
  q.reset();
  EXPECT_THROW(shared_ptr<int>{w}, bad_weak_ptr);
  EXPECT_THROW(shared_ptr<int>{weak_ptr<int>()}, bad_weak_ptr);
  static_assert(!std::is_convertible_v<weak_ptr<int>, shared_ptr<int>>);
  EXPECT_STREQ(bad_weak_ptr().what(), "bad_weak_ptr");
}

TEST_F(SharedPtrConstructor, FromUniqueTakesPointerAndDeleter) {
  std::unique_ptr<Derived, LoggingDeleter<Counted>> u(new Derived, {&log});
  shared_ptr<Counted> p = std::move(u);
  EXPECT_EQ(u, nullptr);
  EXPECT_EQ(p.use_count(), 1);
  EXPECT_NE((get_deleter<LoggingDeleter<Counted>>(p)), nullptr);
  p.reset();
  EXPECT_EQ(log.deletes, 1);
}

TEST_F(SharedPtrConstructor, FromEmptyUniqueOwnsNothing) {
  shared_ptr<int> p = std::unique_ptr<int>();
  EXPECT_EQ(p.use_count(), 0);
}

TEST_F(SharedPtrConstructor, FromUniqueWithReferenceDeleterRefersToIt) {
  LoggingDeleter<Counted> deleter{&log};
  {
    std::unique_ptr<Counted, LoggingDeleter<Counted>&> u(new Counted, deleter);
    shared_ptr<Counted> p = std::move(u);
  }
  EXPECT_EQ(log.deletes, 1);
}

TEST_F(SharedPtrConstructor, FromUniqueArray) {
  shared_ptr<Counted[]> p = std::make_unique<Counted[]>(2);
  EXPECT_EQ(Counted::alive, 2);
  static_assert(!std::is_constructible_v<shared_ptr<int>, std::unique_ptr<int[]>>);
  static_assert(!std::is_constructible_v<shared_ptr<int[]>, std::unique_ptr<int>>);
  static_assert(std::is_convertible_v<std::unique_ptr<Both>, shared_ptr<Base>>);
}

TEST_F(SharedPtrConstructor, DeductionGuides) {
  auto p = make_shared<int>(1);
  weak_ptr w(p);
  static_assert(std::is_same_v<decltype(w), weak_ptr<int>>);
  shared_ptr q(w);
  static_assert(std::is_same_v<decltype(q), shared_ptr<int>>);
  shared_ptr u(std::make_unique<int>(2));
  static_assert(std::is_same_v<decltype(u), shared_ptr<int>>);
}

TEST_F(SharedPtrConstructor, MemberTypes) {
  static_assert(std::is_same_v<shared_ptr<int[3]>::element_type, int>);
  static_assert(std::is_same_v<shared_ptr<int[]>::element_type, int>);
  static_assert(std::is_same_v<shared_ptr<const int>::element_type, const int>);
  static_assert(std::is_same_v<shared_ptr<int>::weak_type, weak_ptr<int>>);
  static_assert(sizeof(shared_ptr<int>) == 2 * sizeof(void*));
}

}  // namespace
}  // namespace tricycle::testing
