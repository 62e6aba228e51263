// Threads against each other: copy, drop, lock, watch, atomic. Each test says what must hold
// whatever the order; ThreadSanitizer says the rest.
#include <gtest/gtest.h>
#include <tricycle/shared_ptr.h>

#include <atomic>
#include <thread>
#include <vector>

namespace tricycle::testing {
namespace {

#if defined(__SANITIZE_THREAD__)
constexpr int rounds = 2'000;
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
constexpr int rounds = 2'000;
#else
constexpr int rounds = 10'000;
#endif
#else
constexpr int rounds = 20'000;
#endif

/// Its destructor finds out if it runs twice, or while somebody still uses the object.
struct Tracked : enable_shared_from_this<Tracked> {
  static inline std::atomic<int> alive{0};
  int value = 42;
  shared_ptr<Tracked> next;
  Tracked() { ++alive; }
  Tracked(const Tracked&) = delete;
  Tracked& operator=(const Tracked&) = delete;
  ~Tracked() {
    EXPECT_EQ(value, 42);
    value = 0;
    --alive;
  }
};

class SharedPtrThreads : public ::testing::Test {
 protected:
  ~SharedPtrThreads() override { EXPECT_EQ(Tracked::alive.load(), 0); }

  /// Runs work(i) on so many threads at once.
  template <class Work>
  static void Together(int threads, Work work) {
    std::atomic<int> waiting{threads};
    std::vector<std::thread> all;
    for (int i = 0; i < threads; ++i)
      all.emplace_back([&, i] {
        --waiting;
        while (waiting.load() > 0) {
        }
        work(i);
      });
    for (std::thread& thread : all) thread.join();
  }
};

TEST_F(SharedPtrThreads, CopiesAndDropsOfOneObject) {
  auto owner = make_shared<Tracked>();
  Together(3, [mine = owner](int) {
    for (int i = 0; i < rounds; ++i) {
      auto copy = mine;
      auto moved = std::move(copy);
      EXPECT_EQ(moved->value, 42);
    }
  });
  EXPECT_EQ(owner.use_count(), 1);
}

TEST_F(SharedPtrThreads, TheLastDropIsByOneThreadOnly) {
  for (int i = 0; i < rounds / 20; ++i) {
    auto a = make_shared<Tracked>();
    auto b = a;
    Together(2, [&](int which) { (which == 0 ? a : b).reset(); });
    EXPECT_EQ(Tracked::alive.load(), 0);
  }
}

TEST_F(SharedPtrThreads, LockAgainstTheLastRelease) {
  for (int i = 0; i < rounds / 20; ++i) {
    auto owner = make_shared<Tracked>();
    weak_ptr<Tracked> watch = owner;
    bool won = false;
    Together(2, [&](int which) {
      if (which == 0) {
        owner.reset();
      } else if (auto locked = watch.lock()) {
        won = locked->value == 42;
        EXPECT_TRUE(won);
      }
    });
    EXPECT_TRUE(watch.expired());
    EXPECT_EQ(watch.lock(), nullptr);
  }
}

TEST_F(SharedPtrThreads, OnceExpiredAlwaysExpired) {
  for (int i = 0; i < rounds / 50; ++i) {
    auto owner = make_shared<Tracked>();
    const weak_ptr<Tracked> watch = owner;
    Together(3, [&](int which) {
      if (which == 0) return owner.reset();
      bool expired = false;
      for (int n = 0; n < 50; ++n) {
        const auto locked = watch.lock();
        EXPECT_FALSE(expired && locked != nullptr);
        if (locked == nullptr) expired = true;
      }
    });
  }
}

TEST_F(SharedPtrThreads, FirstWeakPointersOfSeveralThreads) {
  for (int i = 0; i < rounds / 20; ++i) {
    auto owner = make_shared<Tracked>();
    std::vector<shared_ptr<Tracked>> each(3, owner);
    Together(3, [&each](int which) {
      auto& mine = each[static_cast<std::size_t>(which)];
      weak_ptr<Tracked> watch = mine;
      weak_ptr<Tracked> other = watch;
      mine.reset();
      if (auto locked = watch.lock()) {
        EXPECT_EQ(locked->value, 42);
      }
    });
    EXPECT_EQ(owner.use_count(), 1);
    EXPECT_EQ(owner->shared_from_this(), owner);
  }
}

TEST_F(SharedPtrThreads, WeakCountsSpillOnAllThreads) {
  auto owner = make_shared<Tracked>();
  const weak_ptr<Tracked> watch = owner;
  Together(3, [&](int) {
    for (int round = 0; round < 3; ++round) {
      std::vector<weak_ptr<Tracked>> many;
      for (int i = 0; i < 3'000; ++i) many.push_back(watch);
      many.clear();
    }
  });
  owner.reset();
  EXPECT_EQ(Tracked::alive.load(), 0);
  EXPECT_TRUE(watch.expired());
}

TEST_F(SharedPtrThreads, AtomicIsReadWrittenAndExchanged) {
  std::atomic<shared_ptr<Tracked>> slot(make_shared<Tracked>());
  Together(3, [&](int which) {
    for (int i = 0; i < rounds / 10; ++i) {
      if (which == 0) {
        slot.store(make_shared<Tracked>());
      } else if (which == 1) {
        auto expected = slot.load();
        slot.compare_exchange_strong(expected, make_shared<Tracked>());
        EXPECT_NE(expected, nullptr);
      } else {
        EXPECT_EQ(slot.load()->value, 42);
      }
    }
  });
  slot.store(nullptr);
}

TEST_F(SharedPtrThreads, FreeAtomicFunctions) {
  auto slot = make_shared<Tracked>();
  Together(3, [&](int which) {
    for (int i = 0; i < rounds / 10; ++i) {
      if (which == 0)
        atomic_store(&slot, make_shared<Tracked>());
      else
        EXPECT_EQ(atomic_load(&slot)->value, 42);
    }
  });
}

TEST_F(SharedPtrThreads, ObjectsOutliveTheThreadThatMadeThem) {
  std::vector<shared_ptr<Tracked>> made(100);
  std::thread([&] {
    for (auto& one : made) {
      one = make_shared<Tracked>();
      one->next = make_shared<Tracked>();
    }
  }).join();
  EXPECT_EQ(Tracked::alive.load(), 200);
  std::thread([&] { made.clear(); }).join();
}

TEST_F(SharedPtrThreads, BlocksTravelBetweenThreads) {
  std::atomic<shared_ptr<Tracked>> box;
  std::atomic<bool> done{false};
  Together(2, [&](int which) {
    if (which == 0) {
      for (int i = 0; i < rounds; ++i) box.store(make_shared<Tracked>());
      done = true;
    } else {
      while (!done) box.exchange(nullptr);
    }
  });
  box.store(nullptr);
}

struct AtThreadEnd {
  shared_ptr<Tracked> held;
  weak_ptr<Tracked> watch;
};
thread_local AtThreadEnd at_thread_end;

TEST_F(SharedPtrThreads, PointersOfAThreadEndWithIt) {
  for (int i = 0; i < 50; ++i)
    std::thread([] {
      at_thread_end.held = make_shared<Tracked>();
      at_thread_end.watch = at_thread_end.held;
      at_thread_end.held->next = make_shared<Tracked>();
    }).join();
}

}  // namespace
}  // namespace tricycle::testing
