// Cycles through shared_ptr are collected as those through ref are: in a process with one thread,
// and so by itself.
#include <gtest/gtest.h>
#include <tricycle/tricycle.h>

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>
#include <variant>
#include <vector>

#include "dropin/quiet_heap.h"

namespace tricycle::testing {
namespace {

struct Node {
  Counted counted;
  shared_ptr<Node> next;
  std::vector<shared_ptr<Node>> more;
  weak_ptr<Node> watched;
};

using SharedCycles = QuietSharedHeap;

shared_ptr<Node> MakeRing(int n) {
  auto first = make_shared<Node>();
  auto last = first;
  for (int i = 1; i < n; ++i) last = last->next = make_shared<Node>();
  last->next = first;
  return first;
}

TEST_F(SharedCycles, ADroppedRingIsCollected) {
  MakeRing(3);
  EXPECT_EQ(Alive(), 3);
  const collection done = collect();
  EXPECT_EQ(done.objects, 3U);
  EXPECT_EQ(done.components, 1U);
  EXPECT_EQ(Alive(), 0);
}

TEST_F(SharedCycles, AnObjectThatHoldsItselfIsCollected) {
  {
    auto p = make_shared<Node>();
    p->next = p;
  }
  EXPECT_EQ(collect().objects, 1U);
}

TEST_F(SharedCycles, AHeldRingIsNot) {
  auto ring = MakeRing(3);
  EXPECT_EQ(collect().objects, 0U);
  EXPECT_EQ(Alive(), 3);
  EXPECT_EQ(ring.use_count(), 2);
  EXPECT_EQ(ring->next->next->next, ring);
  auto second = ring->next;
  ring.reset();
  EXPECT_EQ(collect().objects, 0U);
  second.reset();
  EXPECT_EQ(collect().objects, 3U);
}

TEST_F(SharedCycles, WhatHangsOffARingDiesByCounting) {
  {
    auto ring = MakeRing(200);
    auto other = MakeRing(2);
    ring->more.push_back(make_shared<Node>());
    ring->next->more.push_back(other);
    ring->more.push_back(other);
  }
  EXPECT_EQ(collect().objects, 203U);
  EXPECT_EQ(Alive(), 0);
}

TEST_F(SharedCycles, ARingHeldByAHolderOfNewIsCollected) {
  {
    shared_ptr<Node> a(new Node);
    shared_ptr<Node> b(std::make_unique<Node>());
    auto c = allocate_shared<Node>(std::allocator<int>());
    a->next = b;
    b->next = c;
    c->next = a;
  }
  EXPECT_EQ(collect().objects, 3U);
}

TEST_F(SharedCycles, AnArrayTakesPart) {
  {
    auto all = make_shared<Node[]>(10);
    for (int i = 0; i < 10; ++i) all[i].next = shared_ptr<Node>(all, &all[i]);
  }
  EXPECT_EQ(Alive(), 10);
  EXPECT_EQ(collect().objects, 1U);
}

TEST_F(SharedCycles, AliasingPointersAndVoidHold) {
  shared_ptr<void> any = MakeRing(2);
  EXPECT_EQ(collect().objects, 0U);
  shared_ptr<Counted> part(static_pointer_cast<Node>(any), &static_cast<Node*>(any.get())->counted);
  any.reset();
  EXPECT_EQ(collect().objects, 0U);
  part.reset();
  EXPECT_EQ(collect().objects, 2U);
}

TEST_F(SharedCycles, WeakPointersExpireBeforeAnyDestructorRuns) {
  struct Watcher {
    shared_ptr<Watcher> peer;
    weak_ptr<Watcher> weak;
    bool* expired;
    ~Watcher() { *expired = weak.expired() && weak.lock() == nullptr && peer == nullptr; }
    void trace(edge_visitor& visit) { visit(peer); }
    explicit Watcher(bool* b) : expired(b) {}
  };
  bool first = false;
  bool second = false;
  weak_ptr<Watcher> outside;
  {
    auto a = make_shared<Watcher>(&first);
    auto b = make_shared<Watcher>(&second);
    a->peer = a->weak.lock();
    a->peer = b;
    b->peer = a;
    a->weak = b;
    b->weak = a;
    outside = a;
  }
  EXPECT_FALSE(outside.expired());
  EXPECT_EQ(collect().objects, 2U);
  EXPECT_TRUE(outside.expired());
  EXPECT_TRUE(first);
  EXPECT_TRUE(second);
}

TEST_F(SharedCycles, ALockedWeakPointerHoldsTheRing) {
  weak_ptr<Node> weak;
  {
    auto ring = MakeRing(3);
    weak = ring;
  }
  auto back = weak.lock();
  ASSERT_NE(back, nullptr);
  EXPECT_EQ(collect().objects, 0U);
  back.reset();
  EXPECT_EQ(collect().objects, 3U);
  EXPECT_TRUE(weak.expired());
}

TEST_F(SharedCycles, ConstPointersAreCleared) {
  struct Fixed {
    Counted counted;
    const shared_ptr<Fixed> up;
    std::vector<shared_ptr<Fixed>> down;
  };
  {
    auto parent = make_shared<Fixed>();
    for (int i = 0; i < 3; ++i) parent->down.push_back(make_shared<Fixed>(Fixed{{}, parent, {}}));
  }
  EXPECT_EQ(collect().objects, 4U);
  EXPECT_EQ(Alive(), 0);
}

TEST_F(SharedCycles, ADestructorSeesFellowMembersAsNullAndOthersAlive) {
  struct Member {
    Counted counted;
    shared_ptr<Member> fellow;
    shared_ptr<int> helper;
    int* sum;
    Member(shared_ptr<int> h, int* s) : helper(std::move(h)), sum(s) {}
    ~Member() {
      if (fellow == nullptr && helper != nullptr) *sum += *helper;
    }
    void trace(edge_visitor& visit) { visit(fellow, helper); }
  };
  int sum = 0;
  {
    auto a = make_shared<Member>(make_shared<int>(3), &sum);
    auto b = make_shared<Member>(make_shared<int>(4), &sum);
    a->fellow = b;
    b->fellow = a;
  }
  collect();
  EXPECT_EQ(sum, 7);
}

struct Reviver {
  Counted counted;
  shared_ptr<Reviver> self;
  shared_ptr<Node> resource;
  static inline shared_ptr<Node> saved;
  ~Reviver() { saved = std::move(resource); }
  void trace(auto& visit) { visit(self, resource); }
};
TEST_F(SharedCycles, ADestructorMaySaveWhatHangsOff) {
  {
    auto p = make_shared<Reviver>();
    p->self = p;
    p->resource = MakeRing(2);
  }
  EXPECT_EQ(collect().objects, 1U);
  ASSERT_NE(Reviver::saved, nullptr);
  EXPECT_EQ(Alive(), 2);
  EXPECT_EQ(Reviver::saved->next->next, Reviver::saved);
  Reviver::saved.reset();
  EXPECT_EQ(collect().objects, 2U);
}

struct Collecting {
  Counted counted;
  shared_ptr<Collecting> self;
  std::size_t found = 1;
  static inline std::size_t in_destructor = 1;
  ~Collecting() {
    in_destructor = collect().objects + shared_heap::collect().objects;
    for (int i = 0; i < 1000; ++i) MakeRing(2);
    static_cast<void>(shared_heap::stats());
    static_cast<void>(shared_heap::collect_for(std::chrono::microseconds(10)));
  }
  void trace(auto& visit) { visit(self); }
};
TEST_F(SharedCycles, CollectInADestructorDoesNothing) {
  {
    auto p = make_shared<Collecting>();
    p->self = p;
  }
  EXPECT_GE(collect().objects, 1U);
  EXPECT_EQ(Collecting::in_destructor, 0U);
  Collecting::in_destructor = 1;
  static_cast<void>(make_shared<Collecting>());
  EXPECT_EQ(Collecting::in_destructor, 0U);
}

struct Throwing {
  Counted counted;
  shared_ptr<Throwing> peer;
  bool throws = false;
  void trace(auto& visit) {
    visit(peer);
    if (throws) throw std::runtime_error("trace");
  }
};
TEST_F(SharedCycles, ATraceFunctionThatThrowsOnlyDelays) {
  Throwing* raw = nullptr;
  {
    auto a = make_shared<Throwing>();
    a->peer = make_shared<Throwing>();
    a->peer->peer = a;
    raw = a.get();
  }
  raw->throws = true;
  EXPECT_EQ(collect().objects, 0U);
  EXPECT_EQ(Alive(), 2);
  raw->throws = false;
  EXPECT_EQ(collect().objects, 2U);
}

TEST_F(SharedCycles, SlicesCollectWhatOneStepCouldNot) {
  for (int i = 0; i < 100; ++i) MakeRing(300);
  auto live = MakeRing(5000);
  live->more.push_back(live);
  live->more.clear();
  int slices = 1;
  while (shared_heap::collect_for(std::chrono::microseconds(20)) && slices < 2000) {
    ++slices;
    auto touched = live->next;
    MakeRing(2);
  }
  EXPECT_GT(slices, 5);
  collect();
  EXPECT_EQ(Alive(), 5000);
}

TEST_F(SharedCycles, OneHubWithMillionEdges) {
  {
    auto hub = make_shared<Node>();
    for (int i = 0; i < 100000; ++i) {
      hub->more.push_back(make_shared<Node>());
      hub->more.back()->next = hub;
    }
  }
  while (shared_heap::collect_for(std::chrono::microseconds(50))) {
  }
  EXPECT_EQ(Alive(), 0);
}

struct Mixed {
  Counted counted;
  ref<int> confined = make<int>(1);
  shared_ptr<Mixed> wide;
  shared_ref<Mixed> narrow;
  std::array<std::pair<shared_ptr<Mixed>, ref<int>>, 2> pairs;
};
static_assert(gc::edges_each<Mixed>() == 3);
static_assert(gc::edges_each<Mixed, true>() == 7,
              "of both kinds, but only shared ones are followed");
struct MixedHub {
  std::vector<Mixed> all;
  std::vector<shared_ptr<MixedHub>> hubs;
};
TEST_F(SharedCycles, AWideObjectWithEdgesOfBothKindsIsReadInParts) {
  {
    auto hub = make_shared<MixedHub>();
    hub->all.resize(2000);
    for (auto& one : hub->all) {
      one.wide = make_shared<Mixed>();
      one.wide->narrow = make_shared_ref<Mixed>();
      one.narrow = one.wide->narrow;
      one.pairs[1] = {one.wide, one.confined};
    }
    for (int i = 0; i < 2000; ++i) hub->hubs.push_back(hub);
    auto confined = make<MixedHub>();
    confined->all.resize(500);
    collect();
    EXPECT_EQ(hub.use_count(), 2001);
  }
  while (shared_heap::collect_for(std::chrono::microseconds(20))) {
  }
  EXPECT_EQ(Alive(), 0);
}

TEST_F(SharedCycles, ChurnIsCollectedByItself) {
  shared_heap::configure({});
  for (int i = 0; i < 200000; ++i) MakeRing(4);
  EXPECT_LT(Alive(), 400000);
  const shared_statistics s = shared_heap::stats();
  EXPECT_GT(s.slices, 0U);
  EXPECT_LT(s.live_bytes, std::size_t{80} << 20);
}

TEST_F(SharedCycles, ACandidateThatDiesGivesItsBlockBack) {
  for (int i = 0; i < 100000; ++i) {
    auto p = make_shared<Node>();
    auto q = p;
    q.reset();
  }
  EXPECT_EQ(Alive(), 0);
  EXPECT_LT(shared_heap::stats().candidates, 10U);
}

TEST_F(SharedCycles, ChainsOfCyclesAreCollected) {
  {
    auto first = MakeRing(2);
    auto last = first;
    for (int i = 0; i < 20000; ++i) {
      auto next = MakeRing(2);
      last->more.push_back(next);
      last = next;
    }
  }
  EXPECT_EQ(collect().objects, 40002U);
}

TEST_F(SharedCycles, SharedFromThisIsNoEdge) {
  struct Session : enable_shared_from_this<Session> {
    Counted counted;
    shared_ptr<Session> self;
    void trace(edge_visitor& visit) { visit(self); }
  };
  {
    auto s = make_shared<Session>();
    s->self = s->shared_from_this();
  }
  EXPECT_EQ(collect().objects, 1U);
}

TEST_F(SharedCycles, AMillionSmallDeadCycles) {
  for (int i = 0; i < 100000; ++i) MakeRing(8);
  EXPECT_EQ(collect().objects, 800000U);
}

}  // namespace
}  // namespace tricycle::testing
