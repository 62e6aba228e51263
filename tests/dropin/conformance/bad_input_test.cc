// What is odd, and legal: allocators and deleters of every kind, pointers to what is not an object,
// owners asked for at the wrong time.
#include <functional>
#include <memory>
#include <optional>

#include "probes.h"

namespace tricycle::testing {
namespace {

class OddInput : public ConformanceTest {};

constinit shared_ptr<int> before_all_others;
constinit weak_ptr<int> watches_before_all_others;

TEST_F(OddInput, PointersCanBeConstantInitialised) {
  EXPECT_EQ(before_all_others, nullptr);
  EXPECT_TRUE(watches_before_all_others.expired());
  static_assert(std::is_nothrow_default_constructible_v<shared_ptr<int>>);
  static_assert(std::is_nothrow_constructible_v<shared_ptr<Counted>, shared_ptr<Derived>&&>);
  static_assert(std::is_nothrow_constructible_v<shared_ptr<Counted>, const shared_ptr<Derived>&>);
  static_assert(std::is_nothrow_constructible_v<weak_ptr<Counted>, const shared_ptr<Derived>&>);
  static_assert(std::is_nothrow_assignable_v<shared_ptr<Counted>&, shared_ptr<Derived>&&>);
  static_assert(std::is_nothrow_swappable_v<shared_ptr<int>>);
  static_assert(!std::is_nothrow_constructible_v<shared_ptr<int>, int*>);
  static_assert(!std::is_nothrow_constructible_v<shared_ptr<int>, weak_ptr<int>>);
  static_assert(!std::is_convertible_v<int*, shared_ptr<int>>);
  static_assert(!std::is_convertible_v<weak_ptr<int>, shared_ptr<int>>);
  static_assert(!std::is_convertible_v<shared_ptr<int>, bool>);
  static_assert(std::is_convertible_v<std::nullptr_t, shared_ptr<int>>);
}

TEST_F(OddInput, VolatileObjects) {
  shared_ptr<volatile int> p(new volatile int(3));
  EXPECT_EQ(*p, 3);
  shared_ptr<const volatile int> q = p;
  EXPECT_EQ(q.use_count(), 2);
  auto made = make_shared<volatile int>(4);
  EXPECT_EQ(*made, 4);
  shared_ptr<volatile int[]> array(new volatile int[2]{1, 2});
  EXPECT_EQ(array[1], 2);
  shared_ptr<const volatile void> anything = p;
  EXPECT_NE(anything, nullptr);
}

int Answer() { return 42; }
TEST_F(OddInput, PointersToFunctions) {
  int ended = 0;
  {
    shared_ptr<int()> p(&Answer, [&ended](int (*)()) { ++ended; });
    EXPECT_EQ((*p)(), 42);
    shared_ptr<int()> copy = p;
    EXPECT_EQ(copy.use_count(), 2);
  }
  EXPECT_EQ(ended, 1);
}

struct Self : enable_shared_from_this<Self> {
  bool threw_in_constructor = false;
  bool* threw_in_destructor = nullptr;
  Self() {
    try {
      static_cast<void>(shared_from_this());
    } catch (const bad_weak_ptr&) {
      threw_in_constructor = weak_from_this().expired();
    }
  }
  Self(const Self&) = delete;
  Self& operator=(const Self&) = delete;
  ~Self() {
    try {
      static_cast<void>(shared_from_this());
    } catch (const bad_weak_ptr&) {
      if (threw_in_destructor != nullptr) *threw_in_destructor = weak_from_this().expired();
    }
  }
};
TEST_F(OddInput, NoOwnerYetAndNoneAnyMore) {
  bool threw = false;
  auto p = make_shared<Self>();
  EXPECT_TRUE(p->threw_in_constructor);
  p->threw_in_destructor = &threw;
  p.reset();
  EXPECT_TRUE(threw);
}

TEST_F(OddInput, AnAliasOfNothingIsNotNullAndOwnsNothing) {
  int value = 1;
  shared_ptr<int> p(shared_ptr<void>(), &value);
  EXPECT_EQ(p.get(), &value);
  EXPECT_EQ(p.use_count(), 0);
  weak_ptr<int> watch = p;
  EXPECT_TRUE(watch.expired());
  EXPECT_EQ(watch.lock(), nullptr);
  EXPECT_THROW(shared_ptr<int>{watch}, bad_weak_ptr);
}

TEST_F(OddInput, ADeleterThatOwnsItsOwnObject) {
  auto* raw = new Counted(1);
  auto holds = std::make_shared<std::optional<shared_ptr<Counted>>>();
  {
    shared_ptr<Counted> p(raw, [holds](Counted* c) { delete c; });
    *holds = p;
  }
  EXPECT_EQ(Counted::alive, 1) << "a cycle through a deleter is kept";
  holds->reset();
  EXPECT_EQ(Counted::alive, 0) << "until it is broken";
}

TEST_F(OddInput, ADeleterThatDropsAndMakesOthers) {
  shared_ptr<Counted> other(new Counted(1));
  {
    shared_ptr<int> p(new int(1), [&other](int* i) {
      delete i;
      other.reset();
      other = make_shared<Counted>(2);
    });
  }
  EXPECT_EQ(other->value, 2);
}

TEST_F(OddInput, EqualityOfDeletersTypesDecidesWhatIsFound) {
  const auto deleter = [](int* p) { delete p; };
  shared_ptr<int> p(new int, deleter);
  EXPECT_NE(get_deleter<decltype(deleter)>(p), nullptr);
  EXPECT_EQ(get_deleter<void (*)(int*)>(p), nullptr);
  shared_ptr<void> alias(p, nullptr);
  EXPECT_NE(get_deleter<decltype(deleter)>(alias), nullptr) << "the deleter is the owner's";
  EXPECT_EQ(get_deleter<decltype(deleter)>(shared_ptr<int>()), nullptr);
}

/// Final, without a default constructor, with a rebind of its own, and never equal.
template <class T, int N>
struct Unlike final {
  using value_type = T;
  template <class U>
  struct rebind {
    using other = Unlike<U, N>;
  };
  using is_always_equal = std::false_type;
  Log* log;
  explicit Unlike(Log& l) noexcept : log(&l) {}
  template <class U>
  explicit Unlike(const Unlike<U, N>& other) noexcept : log(other.log) {}
  T* allocate(std::size_t n) {
    ++log->allocations;
    return std::allocator<T>().allocate(n);
  }
  void deallocate(T* p, std::size_t n) {
    ++log->deallocations;
    std::allocator<T>().deallocate(p, n);
  }
  template <class U>
  friend bool operator==(const Unlike&, const Unlike<U, N>&) noexcept {
    return false;
  }
};
TEST_F(OddInput, AllocatorsThatAreFinalAndUnlikeEachOther) {
  {
    auto a = allocate_shared<Counted>(Unlike<char, 3>(log), 7);
    shared_ptr<Counted> b(new Counted(8), LoggingDeleter<Counted>{&log}, Unlike<void*, 4>(log));
    weak_ptr<Counted> outlives = a;
    a.reset();
    EXPECT_EQ(log.deallocations, 0);
    EXPECT_EQ(b->value, 8);
  }
  EXPECT_EQ(log.allocations, 2);
  EXPECT_EQ(log.deallocations, 2);
  EXPECT_EQ(log.deletes, 1);
}

TEST_F(OddInput, AnAllocatorThatThrowsLeavesArgumentsAlone) {
  LoggingAllocator<int> fails(log, true);
  auto argument = std::make_unique<int>(3);
  struct Takes {
    std::unique_ptr<int> taken;
    explicit Takes(std::unique_ptr<int>&& p) : taken(std::move(p)) {}
  };
  EXPECT_THROW(static_cast<void>(allocate_shared<Takes>(fails, std::move(argument))),
               std::bad_alloc);
  EXPECT_NE(argument, nullptr);  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(log.allocations, 0);
}

TEST_F(OddInput, AConstructorThatThrowsGivesTheAllocatorItsMemoryBack) {
  Counted::throw_after = 0;
  EXPECT_THROW(static_cast<void>(allocate_shared<Counted>(LoggingAllocator<int>(log))),
               std::string);
  EXPECT_EQ(log.allocations, 1);
  EXPECT_EQ(log.deallocations, 1);
  EXPECT_EQ(log.bytes, 0U);
}

/// The pointer is not a pointer.
struct HandleDeleter {
  struct pointer {
    Counted* at = nullptr;
    pointer(std::nullptr_t = nullptr) {}  // NOLINT(google-explicit-constructor)
    explicit pointer(Counted* p) : at(p) {}
    operator Counted*() const { return at; }  // NOLINT(google-explicit-constructor)
    Counted* operator->() const { return at; }
    friend bool operator==(pointer a, pointer b) { return a.at == b.at; }
    friend bool operator==(pointer a, std::nullptr_t) { return a.at == nullptr; }
  };
  int* deletes;
  void operator()(pointer p) const {
    ++*deletes;
    delete p.at;
  }
};
TEST_F(OddInput, UniquePtrWithAPointerOfItsOwn) {
  int deletes = 0;
  {
    std::unique_ptr<Counted, HandleDeleter> unique(HandleDeleter::pointer(new Counted(5)),
                                                   HandleDeleter{&deletes});
    shared_ptr<Counted> p(std::move(unique));
    EXPECT_EQ(p->value, 5);
    EXPECT_EQ(unique.get(), HandleDeleter::pointer());  // NOLINT(bugprone-use-after-move)
  }
  EXPECT_EQ(deletes, 1);
}

struct Ring {
  shared_ptr<Ring> next;
  std::function<void()> at_end;
  ~Ring() {
    if (at_end) at_end();
  }
};
TEST_F(OddInput, AssignmentToAMemberOfWhatDies) {
  shared_ptr<Ring> head = make_shared<Ring>();
  head->next = make_shared<Ring>();
  head->next->next = make_shared<Ring>();
  head = head->next->next;
  EXPECT_EQ(head.use_count(), 1);
  EXPECT_EQ(head->next, nullptr);
}
TEST_F(OddInput, ADestructorThatAssignsToThePointerThatDroppedIt) {
  shared_ptr<Ring> slot = make_shared<Ring>();
  slot->at_end = [&slot] { slot = make_shared<Ring>(); };
  slot.reset();
  EXPECT_NE(slot, nullptr);
  EXPECT_EQ(slot.use_count(), 1);
}

}  // namespace
}  // namespace tricycle::testing
