// Memory that runs out at every opportunity, in `operator new` and in the library's own
// allocations: std::bad_alloc, and nothing has changed. Deaths need no memory.
#include <cstdlib>
#include <new>
#include <string>
#include <utility>

#include "fault.h"
#include "tricycle/finalizer.h"
#include "tricycle/weak_key_map.h"
#include "tricycle/weak_value_map.h"
#include "weakref/mortal.h"

namespace {
/// Calls of `operator new` left before one fails; negative: never. It fails once.
thread_local long news_left = -1;
}  // namespace

// Not inlined: the compiler would see malloc's block go to operator delete, and warn.
[[gnu::noinline]] void* operator new(std::size_t bytes) {
  if (news_left >= 0 && news_left-- == 0) throw std::bad_alloc();
  if (void* memory = std::malloc(bytes)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace tricycle::testing {
namespace {

class WeakOutOfMemory : public HeapTest {
 protected:
  /// Lets `act` fail at each opportunity, in turn, until it succeeds; after each failure, `same`
  /// must hold. Returns how often it failed.
  template <class Act, class Same>
  static int FailEverywhere(Act&& act, Same&& same) {
    int failures = 0;
    for (const bool in_new : {true, false}) {
#ifndef TRICYCLE_HAS_FAULT_POINTS
      if (!in_new) break;
#endif
      for (long k = 0;; ++k) {
        if (in_new) news_left = k;
#ifdef TRICYCLE_HAS_FAULT_POINTS
        if (!in_new) alloc::faults_after = k;
#endif
        try {
          act();
          if (Disarm()) break;  // else it has failed, and succeeded at the second try
        } catch (const std::bad_alloc&) {
          Disarm();
          ++failures;
          same();
        }
      }
    }
    return failures;
  }
  /// What needs none but the library's own memory fails only where there are fault points.
#ifdef TRICYCLE_HAS_FAULT_POINTS
  static constexpr int some = 1;
#else
  static constexpr int some = 0;
#endif
  /// Returns whether there were fewer opportunities than that.
  static bool Disarm() {
    bool armed = std::exchange(news_left, -1) >= 0;
#ifdef TRICYCLE_HAS_FAULT_POINTS
    armed = std::exchange(alloc::faults_after, -1) >= 0 || armed;
#endif
    return armed;
  }
};

TEST_F(WeakOutOfMemory, ACallbackThatCanNotBeAttachedIsNotCalled) {
  int calls = 0;
  const int failures = FailEverywhere(
      [&] {
        calls = 0;
        ref<Watched> object = make<Watched>();
        const weak_ref<Watched> watch(object, [&calls] { ++calls; });
      },
      [&] { EXPECT_EQ(calls, 0); });
  EXPECT_GE(failures, some);
}

TEST_F(WeakOutOfMemory, AFinalizerThatCanNotBeRegisteredDoesNotRun) {
  int calls = 0;
  const int failures = FailEverywhere(
      [&] {
        calls = 0;
        ref<Watched> object = make<Watched>();
        finalizer(object, [&calls] { ++calls; });
      },
      [&] { EXPECT_EQ(calls, 0); });
  EXPECT_GE(failures, some);
}

TEST_F(WeakOutOfMemory, AValueMapIsAsItWas) {
  weak_value_map<std::size_t, Leaf> map;
  std::vector<ref<Leaf>> values(5000);
  for (auto& value : values) value = make<Leaf>();
  int failures = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    bool inserted = false;
    failures += FailEverywhere(
        [&] {
          inserted = map.insert({i, values[i]}).second || inserted;
        },
        [&] {
          ASSERT_EQ(map.size(), inserted ? i + 1 : i);
          ASSERT_EQ(map.contains(i), inserted);
          if (i != 0) {
            ASSERT_EQ(map.get(i / 2), values[i / 2]);
          }
        });
    ASSERT_TRUE(inserted);
  }
  EXPECT_GT(failures, 0);
  for (std::size_t i = 0; i < values.size(); ++i) ASSERT_EQ(map.get(i), values[i]);
  for (std::size_t i = 0; i < values.size(); ++i) {
    news_left = 0;  // a death needs none
#ifdef TRICYCLE_HAS_FAULT_POINTS
    alloc::faults_after = 0;
#endif
    values[i].reset();
    ASSERT_EQ(news_left, 0);
#ifdef TRICYCLE_HAS_FAULT_POINTS
    ASSERT_EQ(alloc::faults_after, 0);
#endif
    ASSERT_FALSE(map.contains(i));
  }
  Disarm();
  EXPECT_EQ(map.size(), 0U);
}

TEST_F(WeakOutOfMemory, AKeyMapIsAsItWas) {
  weak_key_map<Watched, ref<Watched>> map;
  std::vector<ref<Watched>> keys(100);
  for (auto& key : keys) key = make<Watched>();
  int failures = 0;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    bool inserted = false;
    failures += FailEverywhere(
        [&] {
          inserted = map.insert({keys[i], keys[0]}).second || inserted;
        },
        [&] {
          ASSERT_EQ(map.size(), inserted ? i + 1 : i);
          ASSERT_EQ(map.contains(keys[i]), inserted);
        });
    ASSERT_TRUE(inserted);
  }
  EXPECT_GT(failures, 0);
  keys.clear();
  Collect();
  EXPECT_EQ(map.size(), 0U);
}

}  // namespace
}  // namespace tricycle::testing
