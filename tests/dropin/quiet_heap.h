// What tests of the shared heap's collector have in common: objects that are counted, and a heap
// that does nothing by itself.
#ifndef TRICYCLE_TESTS_DROPIN_QUIET_HEAP_H_
#define TRICYCLE_TESTS_DROPIN_QUIET_HEAP_H_

#include <gtest/gtest.h>
#include <tricycle/tricycle.h>

#include <atomic>

namespace tricycle::testing {

/// A member of every object whose life matters.
struct Counted {
  Counted() noexcept { ++alive; }
  Counted(const Counted&) noexcept { ++alive; }
  Counted& operator=(const Counted&) = default;
  ~Counted() { --alive; }
  static inline std::atomic<int> alive = 0;
};

/// Collects only what it is asked to; wants nothing left at the end.
class QuietSharedHeap : public ::testing::Test {
 protected:
  void SetUp() override {
    shared_heap::collect();
    before_ = Counted::alive;
    shared_settings quiet;
    quiet.automatic = false;
    shared_heap::configure(quiet);
  }
  void TearDown() override {
    shared_heap::collect();
    EXPECT_EQ(Alive(), 0);
    shared_heap::configure({});
  }
  [[nodiscard]] int Alive() const { return Counted::alive - before_; }

 private:
  int before_ = 0;
};

}  // namespace tricycle::testing

#endif  // TRICYCLE_TESTS_DROPIN_QUIET_HEAP_H_
