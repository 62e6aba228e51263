// What conformance tests watch with: objects that count themselves, deleters and allocators that
// say what happened. Every test here is compiled twice: TRICYCLE_DROPIN=1 tests this library,
// TRICYCLE_DROPIN=0 the standard library's. What fails there is a fault of the test, but for the
// departures from the standard that are listed below.
#ifndef TRICYCLE_TESTS_DROPIN_PROBES_H_
#define TRICYCLE_TESTS_DROPIN_PROBES_H_

#include <gtest/gtest.h>
#include <tricycle/shared_ptr.h>

#include <cstddef>
#include <memory>
#include <new>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace tricycle::testing {

/// Whether the tests run against this library. Where they don't, libstdc++ 12 departs from the
/// standard in what a test that asks this looks at.
inline constexpr bool ours = TRICYCLE_DROPIN != 0;

/// Counts its objects, and throws from its constructor when told to.
struct Counted {
  static inline int alive = 0;
  static inline int throw_after = -1;
  static inline std::vector<int> ended;
  static void Reset() {
    alive = 0;
    throw_after = -1;
    ended.clear();
  }
  static void MaybeThrow() {
    if (throw_after >= 0 && throw_after-- == 0) throw std::string("constructor");
  }

  int value = 0;

  Counted() {
    MaybeThrow();
    value = alive++;
  }
  explicit Counted(int v) : value(v) {
    MaybeThrow();
    ++alive;
  }
  Counted(const Counted& other) : value(other.value) {
    MaybeThrow();
    ++alive;
  }
  Counted& operator=(const Counted&) = delete;
  virtual ~Counted() {
    ended.push_back(value);
    --alive;
  }
};

struct Derived : Counted {
  using Counted::Counted;
};

/// What deleters and allocators report to.
struct Log {
  int deletes = 0;
  int allocations = 0;
  int deallocations = 0;
  int constructs = 0;
  int destroys = 0;
  std::size_t bytes = 0;
};

template <class T>
struct LoggingDeleter {
  Log* log = nullptr;
  void operator()(T* p) const {
    ++log->deletes;
    delete p;
  }
};

/// Stateful, and counts; fails when told to.
template <class T>
struct LoggingAllocator {
  using value_type = T;
  Log* log;
  bool fails = false;

  explicit LoggingAllocator(Log& l, bool f = false) : log(&l), fails(f) {}
  template <class U>
  LoggingAllocator(const LoggingAllocator<U>& other)  // NOLINT(google-explicit-constructor)
      : log(other.log), fails(other.fails) {}

  T* allocate(std::size_t n) {
    if (fails) throw std::bad_alloc();
    ++log->allocations;
    log->bytes += n * sizeof(T);
    return static_cast<T*>(::operator new(n * sizeof(T), std::align_val_t(alignof(T))));
  }
  void deallocate(T* p, std::size_t n) {
    ++log->deallocations;
    log->bytes -= n * sizeof(T);
    ::operator delete(p, std::align_val_t(alignof(T)));
  }
  template <class U, class... Args>
  void construct(U* at, Args&&... args) {
    ++log->constructs;
    ::new (static_cast<void*>(at)) U(std::forward<Args>(args)...);
  }
  template <class U>
  void destroy(U* at) {
    ++log->destroys;
    at->~U();
  }
  friend bool operator==(const LoggingAllocator& a, const LoggingAllocator& b) {
    return a.log == b.log;
  }
};

class ConformanceTest : public ::testing::Test {
 protected:
  ConformanceTest() { Counted::Reset(); }
  ~ConformanceTest() override { EXPECT_EQ(Counted::alive, 0); }
  Log log;
};

}  // namespace tricycle::testing

#endif  // TRICYCLE_TESTS_DROPIN_PROBES_H_
