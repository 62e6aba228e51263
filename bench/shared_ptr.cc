// What does tricycle::shared_ptr cost beside std::shared_ptr, on the same mimalloc, in one run?
//
// Expected: the same within noise where a locked instruction is what is paid for; less in a process
// with one thread, where libstdc++ reads two counts at once after having written one of them.
//
//     bench/shared_ptr [rounds]
//
// Each figure is the least of the rounds, the two sides taking turns. First in a process with one
// thread, then with a second one asleep.
#include <pthread.h>
#include <tricycle/shared_ptr.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "harness/clock.h"

namespace {

struct standard {
  template <class T>
  using ptr = std::shared_ptr<T>;
  template <class T>
  using weak = std::weak_ptr<T>;
  template <class T>
  static ptr<T> make() {
    return std::make_shared<T>();
  }
};
struct ours {
  template <class T>
  using ptr = tricycle::shared_ptr<T>;
  template <class T>
  using weak = tricycle::weak_ptr<T>;
  template <class T>
  static ptr<T> make() {
    return tricycle::make_shared<T>();
  }
};

template <class Side>
struct node {
  typename Side::template ptr<node> next;
  std::array<long, 2> payload{};
};

constexpr int operations = 2'000'000;
constexpr int length = 5'000'000;

using nanoseconds = double;

template <class Work>
nanoseconds timed(int n, Work work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
  return took.count() / n;
}

/// Makes the compiler believe that the pointer is looked at.
template <class P>
void keep(P& pointer) {
  asm volatile("" : : "r"(&pointer) : "memory");
}

template <class Side>
nanoseconds copy_and_drop() {
  auto owner = Side::template make<node<Side>>();
  return timed(operations, [&] {
    for (int i = 0; i < operations; ++i) {
      auto copy = owner;
      keep(copy);
    }
  });
}

template <class Side>
nanoseconds make_and_drop() {
  return timed(operations, [] {
    for (int i = 0; i < operations; ++i) {
      auto made = Side::template make<node<Side>>();
      keep(made);
    }
  });
}

template <class Side>
nanoseconds make_many_then_drop() {
  std::vector<typename Side::template ptr<node<Side>>> all(operations / 10);
  return timed(operations, [&] {
    for (int round = 0; round < 10; ++round)
      for (auto& one : all) one = Side::template make<node<Side>>();
    for (auto& one : all) one.reset();
  });
}

template <class Side>
nanoseconds lock_and_drop() {
  auto owner = Side::template make<node<Side>>();
  typename Side::template weak<node<Side>> watch(owner);
  return timed(operations, [&] {
    for (int i = 0; i < operations; ++i) {
      auto locked = watch.lock();
      keep(locked);
    }
  });
}

template <class Side>
nanoseconds copy_by_two_threads() {
  auto owner = Side::template make<node<Side>>();
  std::atomic<int> ready{0};
  const auto work = [&] {
    ++ready;
    while (ready.load() != 2) {
    }
    for (int i = 0; i < operations; ++i) {
      auto copy = owner;
      keep(copy);
    }
  };
  return timed(operations, [&] {
    std::thread other(work);
    work();
    other.join();
  });
}

/// On a thread of its own with that much stack.
template <class Work>
void with_stack(std::size_t bytes, Work work) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, bytes);
  pthread_t thread{};
  const auto run = [](void* what) -> void* {
    (*static_cast<Work*>(what))();
    return nullptr;
  };
  if (pthread_create(&thread, &attributes, run, &work) != 0) std::abort();
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

template <class Side>
nanoseconds drop_list() {
  nanoseconds took = 0;
  constexpr std::size_t little = std::size_t{8} << 20;
  constexpr std::size_t unlimited = std::size_t{4} << 30;
  with_stack(std::is_same_v<Side, ours> ? little : unlimited, [&took] {
    typename Side::template ptr<node<Side>> head;
    for (int i = 0; i < length; ++i) {
      auto made = Side::template make<node<Side>>();
      made->next = std::move(head);
      head = std::move(made);
    }
    took = timed(length, [&head] { head.reset(); });
  });
  return took;
}

void compare(const char* what, double bar, int rounds, nanoseconds (*std_side)(),
             nanoseconds (*our_side)()) {
  nanoseconds theirs = std_side();
  nanoseconds mine = our_side();
  for (int i = 1; i < rounds; ++i) {
    theirs = std::min(theirs, std_side());
    mine = std::min(mine, our_side());
  }
  std::printf("%-42s %8.2f %8.2f   %5.2f  (bar %.2f)%s\n", what, theirs, mine, mine / theirs, bar,
              mine / theirs <= bar ? "" : "  above");
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 9;
  std::printf("%-42s %8s %8s   %5s\n", "ns per operation", "std", "tricycle", "ratio");
  std::puts("one thread");
  compare("copy + drop", 1.0, rounds, copy_and_drop<standard>, copy_and_drop<ours>);
  compare("make_shared + drop", 1.05, rounds, make_and_drop<standard>, make_and_drop<ours>);
  compare("make_shared of 200,000, then drop", 1.05, rounds, make_many_then_drop<standard>,
          make_many_then_drop<ours>);
  compare("lock + drop", 0.8, rounds, lock_and_drop<standard>, lock_and_drop<ours>);

  std::mutex mutex;
  std::condition_variable done;
  bool finished = false;
  std::thread asleep([&] {
    std::unique_lock lock(mutex);
    done.wait(lock, [&] { return finished; });
  });
  std::puts("several threads");
  compare("copy + drop", 1.0, rounds, copy_and_drop<standard>, copy_and_drop<ours>);
  compare("make_shared + drop", 1.05, rounds, make_and_drop<standard>, make_and_drop<ours>);
  compare("make_shared of 200,000, then drop", 1.05, rounds, make_many_then_drop<standard>,
          make_many_then_drop<ours>);
  compare("lock + drop", 0.8, rounds, lock_and_drop<standard>, lock_and_drop<ours>);
  compare("the same pointer copied by two threads", 1.0, rounds, copy_by_two_threads<standard>,
          copy_by_two_threads<ours>);
  compare("list of 5M dropped (8 MB stack; 4 GB)", 1.0, std::min(rounds, 3), drop_list<standard>,
          drop_list<ours>);
  {
    const std::lock_guard lock(mutex);
    finished = true;
  }
  done.notify_one();
  asleep.join();
}
