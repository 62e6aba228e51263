// The fixture of tests that make objects, and the small graphs they are made of.
//
// Automatic slices are off, so that a test says when a collection runs. Every test must end with
// nothing that could not be collected: the fixture collects, and counts.
#ifndef TRICYCLE_TESTS_GC_FIXTURE_H_
#define TRICYCLE_TESTS_GC_FIXTURE_H_

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <utility>
#include <vector>

#include "gc/scale.h"
#include "tricycle/tricycle.h"

namespace tricycle::testing {

using namespace std::chrono_literals;

/// A member that counts its objects, so that a test sees destructors run.
class Counted {
 public:
  Counted() noexcept { ++alive; }
  Counted(const Counted&) noexcept { ++alive; }
  Counted& operator=(const Counted&) = default;
  ~Counted() {
    --alive;
    ++destroyed;
  }

  static inline thread_local long alive = 0;
  static inline thread_local long destroyed = 0;
};

/// The node that most tests are content with.
struct Node {
  Counted counted;
  ref<Node> next;
  std::vector<ref<Node>> others;
};

/// The least there is: for graphs of millions.
struct Link {
  ref<Link> next;
};

/// An object without edges.
struct Leaf {
  Counted counted;
  int value = 0;
};

inline settings Manual() {
  settings s;
  s.automatic = false;
  return s;
}

/// n nodes, each of which refers to the next and the last one to the first. n = 1: to itself.
template <class N = Node>
ref<N> MakeRing(std::size_t n) {
  ref<N> first = make<N>();
  ref<N> last = first;
  for (std::size_t i = 1; i < n; ++i) {
    ref<N> node = make<N>();
    last->next = node;
    last = std::move(node);
  }
  last->next = first;
  return first;
}

/// n nodes, each of which refers to the next one.
template <class N = Node>
ref<N> MakeChain(std::size_t n) {
  ref<N> first;
  for (std::size_t i = 0; i < n; ++i) {
    ref<N> node = make<N>();
    node->next = std::move(first);
    first = std::move(node);
  }
  return first;
}

template <class T>
void Drop(ref<T>& root) {
  root.reset();
}

/// A reference more and one less: the object becomes a candidate.
template <class T>
void Touch(const ref<T>& root) {
  const ref<T> copy = root;
}

class HeapTest : public ::testing::Test {
 protected:
  void SetUp() override {
    configure(Manual());
    live_before_ = stats().live_objects;
    bytes_before_ = stats().live_bytes;
    alive_before_ = Counted::alive;
    destroyed_before_ = Counted::destroyed;
  }

  void TearDown() override {
    Collect();
    EXPECT_EQ(LiveObjects(), 0U) << "objects were left behind";
    EXPECT_EQ(LiveBytes(), 0U) << "memory was left behind";
    EXPECT_EQ(Alive(), 0) << "a destructor did not run";
  }

  static collection Collect() { return tricycle::collect(); }
  static collection CollectYoung() { return tricycle::collect(generation::young); }
  static collection CollectMiddle() { return tricycle::collect(generation::middle); }

  /// The shortest slice there is: the collector looks at the clock once in 256 units of work.
  /// Returns whether work is left.
  static bool Slice() { return collect_for(1ns); }
  /// Slices until none is left; how many it took.
  static int FinishInSlices() {
    int slices = 1;
    while (Slice()) ++slices;
    return slices;
  }

  /// `root` and all that it reaches are old after this: they survive as often as it takes.
  template <class T>
  static void MakeOld(const ref<T>& root) {
    for (int survived = 0; survived < 3; ++survived) {
      Touch(root);
      Collect();
    }
  }

  /// Objects and bytes of this test, and how many Counted members are alive.
  [[nodiscard]] std::size_t LiveObjects() const { return stats().live_objects - live_before_; }
  [[nodiscard]] std::size_t LiveBytes() const { return stats().live_bytes - bytes_before_; }
  [[nodiscard]] long Alive() const { return Counted::alive - alive_before_; }
  [[nodiscard]] long Destroyed() const { return Counted::destroyed - destroyed_before_; }

 private:
  std::size_t live_before_ = 0;
  std::size_t bytes_before_ = 0;
  long alive_before_ = 0;
  long destroyed_before_ = 0;
};

}  // namespace tricycle::testing

#endif  // TRICYCLE_TESTS_GC_FIXTURE_H_
