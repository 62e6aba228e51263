// Ends: of the process while threads run, of static objects, of threads, by fork; each must leave
// the program as std::shared_ptr would.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <tricycle/shared_ptr.h>
#include <tricycle/threads.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <thread>
#include <vector>

namespace tricycle::testing {
namespace {

struct Node {
  shared_ptr<Node> next;
  weak_ptr<Node> back;
};

/// Constructed before the library has done anything, destroyed after nearly everything.
struct Statics {
  shared_ptr<Node> held;
  weak_ptr<Node> watch;
  ~Statics() {
    if (auto last = watch.lock()) last->next.reset();
    held.reset();
    held = make_shared<Node>();
  }
};
Statics statics;

void Churn() {
  for (;;) {
    auto a = make_shared<Node>();
    a->next = make_shared<Node>();
    a->next->back = a;
    a->next->next = a;
    weak_ptr<Node> watch = a;
    a->next->next.reset();
  }
}

class SharedPtrEndsDeathTest : public ::testing::Test {
 protected:
  SharedPtrEndsDeathTest() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(SharedPtrEndsDeathTest, TheProcessExitsWhileThreadsRun) {
  const auto run = [] {
    for (int i = 0; i < 3; ++i) std::thread(Churn).detach();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    std::exit(0);
  };
  EXPECT_EXIT(run(), ::testing::ExitedWithCode(0), "");
}

TEST_F(SharedPtrEndsDeathTest, TheProcessExitsWhileAttachedThreadsRunAndCollect) {
  const auto run = [] {
    statics.held = make_shared<Node>();
    statics.held->next = statics.held;
    statics.watch = statics.held;
    for (int i = 0; i < 2; ++i)
      std::thread([] {
        const attach_thread here("churning");
        for (;;) {
          auto a = make_shared<Node>();
          a->next = make_shared<Node>();
          a->next->next = a;
        }
      }).detach();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    std::exit(0);
  };
  EXPECT_EXIT(run(), ::testing::ExitedWithCode(0), "");
}

TEST_F(SharedPtrEndsDeathTest, StaticPointersMayBeTheLastToGo) {
  const auto run = [] {
    statics.held = make_shared<Node>();
    statics.held->next = statics.held;
    statics.watch = statics.held;
    std::exit(0);
  };
  EXPECT_EXIT(run(), ::testing::ExitedWithCode(0), "");
}

TEST_F(SharedPtrEndsDeathTest, AThreadThatEndsInTheMiddleLeavesTheOthersToCollect) {
  const auto run = [] {
    weak_ptr<Node> watch;
    std::atomic<bool> done{false};
    std::thread ends([&] {
      const attach_thread here("ends");
      for (int i = 0; i < 20'000; ++i) {
        auto a = make_shared<Node>();
        a->next = make_shared<Node>();
        a->next->next = a;
        if (i == 10'000) watch = a;
      }
      done = true;
      pthread_exit(nullptr);
    });
    {
      const attach_thread here("goes on");
      while (!done) {
        auto a = make_shared<Node>();
        a->next = a;
      }
      {
        const blocking scope;
        ends.join();
      }
      shared_heap::collect();
    }
    std::_Exit(watch.expired() ? 0 : 1);
  };
  EXPECT_EXIT(run(), ::testing::ExitedWithCode(0), "");
}

TEST_F(SharedPtrEndsDeathTest, AForkedChildGoesOnAlone) {
  const auto run = [] {
    const attach_thread here("parent");
    std::atomic<bool> stop{false};
    std::thread other([&stop] {
      const attach_thread in_thread("other");
      while (!stop) {
        auto a = make_shared<Node>();
        a->next = make_shared<Node>();
        a->next->next = a;
      }
    });
    int failed = 0;
    for (int i = 0; i < 5; ++i) {
      const pid_t child = fork();
      if (child == 0) {
        weak_ptr<Node> watch;
        {
          auto a = make_shared<Node>();
          a->next = a;
          watch = a;
        }
        shared_heap::collect();
        std::_Exit(watch.expired() ? 0 : 1);
      }
      int status = 0;
      const blocking scope;
      waitpid(child, &status, 0);
      failed += status != 0;
    }
    stop = true;
    {
      const blocking scope;
      other.join();
    }
    std::_Exit(failed);
  };
  EXPECT_EXIT(run(), ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace tricycle::testing
