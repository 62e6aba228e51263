// [util.smartptr.shared.create]
#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

#include "probes.h"

namespace tricycle::testing {
namespace {

using MakeShared = ConformanceTest;

TEST_F(MakeShared, ForwardsItsArguments) {
  auto p = make_shared<std::pair<std::unique_ptr<int>, std::string>>(std::make_unique<int>(2), "x");
  EXPECT_EQ(*p->first, 2);
  EXPECT_EQ(p->second, "x");
  EXPECT_EQ(p.use_count(), 1);
  EXPECT_EQ(*make_shared<const int>(4), 4);
  EXPECT_EQ(*make_shared<int>(), 0);
}

TEST_F(MakeShared, ConstructorThatThrowsLeavesNothingBehind) {
  Counted::throw_after = 0;
  EXPECT_THROW(static_cast<void>(make_shared<Counted>()), std::string);
  Counted::throw_after = 0;
  EXPECT_THROW(static_cast<void>(allocate_shared<Counted>(LoggingAllocator<int>(log))),
               std::string);
  EXPECT_EQ(log.allocations, log.deallocations);
}

TEST_F(MakeShared, OverAlignedObjectsAreAligned) {
  struct alignas(256) Wide {
    char bytes[256];
  };
  // A length whose blocks operator new aligns, from which std::make_shared takes its own, too: that
  // of mimalloc 2.0.9 takes blocks of 256, 512 and 1024 bytes for aligned to their size.
  struct alignas(128) Wide128 {
    char bytes[256];
  };
  for (int i = 0; i < 20; ++i) {
    auto p = make_shared<std::conditional_t<ours, Wide, Wide128>>();
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(p.get()) % (ours ? 256 : 128), 0U);
    auto q = make_shared<std::conditional_t<ours, Wide, Wide128>[]>(3);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(q.get()) % (ours ? 256 : 128), 0U);
    auto r = allocate_shared<Wide128>(std::allocator<char>());
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(r.get()) % 128, 0U);
    auto s = allocate_shared<Wide128[2]>(std::allocator<char>());
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(s.get()) % 128, 0U);
  }
}

TEST_F(MakeShared, ArraysAreMadeInOrderAndEndInReverse) {
  {
    auto p = make_shared<Counted[]>(3);
    EXPECT_EQ(p[0].value, 0);
    EXPECT_EQ(p[2].value, 2);
  }
  EXPECT_EQ(Counted::ended, (std::vector<int>{2, 1, 0}));
  Counted::ended.clear();
  { auto p = make_shared<Counted[2][2]>(); }
  EXPECT_EQ(Counted::ended, (std::vector<int>{3, 2, 1, 0}));
}

TEST_F(MakeShared, ArrayElementsAreValueInitialised) {
  auto p = make_shared<int[]>(1000);
  EXPECT_TRUE(std::all_of(p.get(), p.get() + 1000, [](int i) { return i == 0; }));
  auto q = make_shared<int[7]>();
  EXPECT_EQ(q[6], 0);
  auto none = make_shared<int[]>(0);
  EXPECT_EQ(none.use_count(), 1);
}

TEST_F(MakeShared, ArraysOfCopies) {
  auto p = make_shared<std::string[]>(3, "abc");
  EXPECT_EQ(p[2], "abc");
  auto q = make_shared<std::string[2]>("xyz");
  EXPECT_EQ(q[1], "xyz");
  const int row[2] = {1, 2};
  auto r = make_shared<int[][2]>(3, row);
  EXPECT_EQ(r[2][1], 2);
  EXPECT_EQ(r[1][0], 1);
  auto s = make_shared<int[2][2]>({3, 4});
  EXPECT_EQ(s[1][0], 3);
  EXPECT_EQ(s[0][1], 4);
}

TEST_F(MakeShared, ElementThatThrowsEndsThoseBeforeIt) {
  Counted::throw_after = 3;
  EXPECT_THROW(static_cast<void>(make_shared<Counted[]>(5)), std::string);
  if constexpr (ours) {
    EXPECT_EQ(Counted::ended, (std::vector<int>{2, 1, 0}));
  }
  EXPECT_EQ(Counted::alive, 0);
  Counted::throw_after = 2;
  EXPECT_THROW(static_cast<void>(allocate_shared<Counted[]>(LoggingAllocator<int>(log), 5)),
               std::string);
  EXPECT_EQ(Counted::alive, 0);
  EXPECT_EQ(log.bytes, 0U);
}

#if TRICYCLE_DROPIN
// libstdc++ 12 computes lengths that overflow, and writes there.
TEST_F(MakeShared, LengthThatNoMemoryHolds) {
  constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
  EXPECT_THROW(static_cast<void>(make_shared<long[]>(most)), std::bad_alloc);
  EXPECT_THROW(static_cast<void>(make_shared<long[]>(most / sizeof(long))), std::bad_alloc);
  EXPECT_THROW(static_cast<void>(make_shared<long[][16]>(most / 64)), std::bad_alloc);
}
#endif

TEST_F(MakeShared, ForOverwriteDefaultInitialises) {
  auto p = make_shared_for_overwrite<Counted>();
  EXPECT_EQ(p->value, 0);
  auto q = make_shared_for_overwrite<int[]>(10);
  q[9] = 1;
  auto r = make_shared_for_overwrite<std::string[2]>();
  EXPECT_EQ(r[1], "");
  EXPECT_EQ(q.use_count(), 1);
}

TEST_F(MakeShared, AllocatorConstructsAndDestroys) {
  {
    auto p = allocate_shared<Counted>(LoggingAllocator<char>(log), 3);
    EXPECT_EQ(p->value, 3);
    EXPECT_EQ(log.allocations, 1);
    EXPECT_EQ(log.constructs, 1);
    auto q = allocate_shared<Counted[]>(LoggingAllocator<char>(log), 4);
    EXPECT_EQ(log.allocations, 2);
    EXPECT_EQ(log.constructs, 5);
    auto r = allocate_shared<Counted[2]>(LoggingAllocator<char>(log), Counted(1));
    EXPECT_EQ(log.constructs, 7);
  }
  EXPECT_EQ(log.destroys, 7);
  EXPECT_EQ(log.allocations, log.deallocations);
  EXPECT_EQ(log.bytes, 0U);
}

TEST_F(MakeShared, AllocatorLeavesOverwriteToTheLanguage) {
  {
    auto p = allocate_shared_for_overwrite<Counted>(LoggingAllocator<char>(log));
    auto q = allocate_shared_for_overwrite<Counted[]>(LoggingAllocator<char>(log), 2);
    auto r = allocate_shared_for_overwrite<Counted[3]>(LoggingAllocator<char>(log));
    EXPECT_EQ(Counted::alive, 6);
  }
  EXPECT_EQ(log.constructs, 0);
  if constexpr (ours) {
    EXPECT_EQ(log.destroys, 0);
  }
  EXPECT_EQ(log.bytes, 0U);
}

TEST_F(MakeShared, AllocatedMemoryStaysForWeakPointersAndTheObjectDoesNot) {
  weak_ptr<Counted> w;
  {
    auto p = allocate_shared<Counted>(LoggingAllocator<char>(log));
    w = p;
  }
  EXPECT_EQ(Counted::alive, 0);
  EXPECT_EQ(log.deallocations, 0);
  w.reset();
  EXPECT_EQ(log.deallocations, 1);
}

#if TRICYCLE_DROPIN
// libstdc++ 12 does not compile these.
TEST_F(MakeShared, ArraysOfConst) {
  auto p = make_shared<const int[]>(3, 7);
  EXPECT_EQ(p[2], 7);
  auto q = make_shared<const int[2]>();
  EXPECT_EQ(q[0], 0);
  auto r = tricycle::allocate_shared<const std::string[]>(std::allocator<int>(), 2, "s");
  EXPECT_EQ(r[1], "s");
}

struct NotCopyable {
  NotCopyable() = default;
  NotCopyable(const NotCopyable&) = delete;
  NotCopyable& operator=(const NotCopyable&) = delete;
  int value = 5;
};
TEST_F(MakeShared, ArraysOfWhatCannotBeCopied) {
  EXPECT_EQ(make_shared<NotCopyable[]>(3)[2].value, 5);
  EXPECT_EQ(make_shared<NotCopyable[3]>()[2].value, 5);
  EXPECT_EQ(allocate_shared<NotCopyable[]>(std::allocator<char>(), 3)[1].value, 5);
}
#endif

/// A pointer that is no pointer: what shared memory and the like use.
template <class T>
struct FancyPointer {
  using element_type = T;
  using difference_type = std::ptrdiff_t;
  template <class U>
  using rebind = FancyPointer<U>;
  T* raw = nullptr;
  FancyPointer() = default;
  FancyPointer(std::nullptr_t) {}  // NOLINT(google-explicit-constructor)
  explicit FancyPointer(T* p) : raw(p) {}
  static FancyPointer pointer_to(T& object) { return FancyPointer(std::addressof(object)); }
  T& operator*() const { return *raw; }
  T* operator->() const { return raw; }
  explicit operator bool() const { return raw != nullptr; }
  friend bool operator==(FancyPointer a, FancyPointer b) { return a.raw == b.raw; }
  friend bool operator==(FancyPointer a, std::nullptr_t) { return a.raw == nullptr; }
};
template <class T>
struct FancyAllocator {
  using value_type = T;
  using pointer = FancyPointer<T>;
  FancyAllocator() = default;
  template <class U>
  FancyAllocator(const FancyAllocator<U>&) {}  // NOLINT(google-explicit-constructor)
  pointer allocate(std::size_t n) { return pointer(std::allocator<T>().allocate(n)); }
  void deallocate(pointer p, std::size_t n) { std::allocator<T>().deallocate(p.raw, n); }
  friend bool operator==(const FancyAllocator&, const FancyAllocator&) { return true; }
};

TEST_F(MakeShared, FancyPointersWork) {
  {
    auto p = allocate_shared<Counted>(FancyAllocator<int>(), 3);
    EXPECT_EQ(p->value, 3);
    shared_ptr<Counted> q(new Counted(4), std::default_delete<Counted>(), FancyAllocator<int>());
    EXPECT_EQ(q->value, 4);
  }
  EXPECT_EQ(Counted::alive, 0);
}

}  // namespace
}  // namespace tricycle::testing
