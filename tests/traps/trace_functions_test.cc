// Traps 3, 4, 7 and 35: trace functions that say too much, too little, or something else each time.
#include <any>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>
#include <variant>

#include "gc/fixture.h"

namespace tricycle::testing {
namespace {

using TraceFunctions = HeapTest;

struct Stutterer {
  void trace(auto& visit) { visit(next, next); }
  ref<Stutterer> next;
};

TEST_F(TraceFunctions, Trap03AnEdgeNamedTwiceAbortsInsteadOfFreeingLiveData) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto collect_it = [] {
    const ref<Stutterer> a = make<Stutterer>();
    a->next = make<Stutterer>();
    Touch(a);
    tricycle::collect();
  };
  EXPECT_DEATH(collect_it(), "tricycle: .*Stutterer.* twice");
}

struct Forgetful {
  void trace(auto& visit) { visit(named); }
  Counted counted;
  ref<Forgetful> named;
  ref<Forgetful> forgotten;
};

TEST_F(TraceFunctions, Trap03AnEdgeNotNamedOnlyLeaks) {
  ref<Forgetful> a = make<Forgetful>();
  Forgetful* const raw = a.get();
  a->forgotten = make<Forgetful>();
  a->forgotten->named = a;
  Drop(a);
  EXPECT_EQ(Collect().objects, 0U);
  EXPECT_EQ(Alive(), 2);
  raw->forgotten.reset();
}

TEST_F(TraceFunctions, Trap03AnEdgeNotNamedDiesWithItsOwner) {
  ref<Forgetful> a = make<Forgetful>();
  a->named = a;
  a->forgotten = make<Forgetful>();
  Drop(a);
  EXPECT_EQ(Collect().objects, 2U);
}

/// Throws at its k-th trace from now on, once.
struct Throwing {
  void trace(auto& visit) {
    visit(first);
    if (traces_left == 0) {
      traces_left = -1;
      throw std::runtime_error("no");
    }
    if (traces_left > 0) --traces_left;
    visit(second);
  }
  static inline int traces_left = -1;
  Counted counted;
  ref<Throwing> first;
  ref<Throwing> second;
};

TEST_F(TraceFunctions, Trap04ATraceFunctionThatThrowsDelaysAndNeverFreesEarly) {
  for (int at = 0; at < 60; ++at) {
    std::vector<ref<Throwing>> ring(8);
    for (auto& node : ring) node = make<Throwing>();
    for (std::size_t i = 0; i < 8; ++i) {
      ring[i]->first = ring[(i + 1) % 8];
      ring[i]->second = ring[(i + 3) % 8];
    }
    ring.resize(1);
    Throwing::traces_left = at;
    EXPECT_EQ(Collect().objects, 0U) << "held";
    ring.clear();
    Collect();
    Throwing::traces_left = -1;
    Collect();
    ASSERT_EQ(Alive(), 0) << "thrown at " << at;
  }
}

TEST_F(TraceFunctions, Trap04ATraceFunctionThatThrowsWhileItsRingIsHeldHarmsNothing) {
  const ref<Throwing> keeper = make<Throwing>();
  keeper->first = make<Throwing>();
  keeper->first->first = keeper;
  keeper->first->second = keeper->first;
  for (int at = 0; at < 40; ++at) {
    Touch(keeper);
    Touch(keeper->first);
    Throwing::traces_left = at;
    Collect();
    FinishInSlices();
    ASSERT_EQ(Alive(), 2);
  }
  Throwing::traces_left = -1;
  keeper->first->second.reset();
  keeper->first.reset();
}

/// Its trace function throws every time from the k-th on. Destructors look at their fellow.
struct Stubborn {
  ~Stubborn() {
    EXPECT_EQ(next, nullptr) << "a fellow may be destroyed already";
    ++destroyed;
  }
  void trace(auto& visit) {
    if (traces_left == 0) throw std::runtime_error("no");
    if (traces_left > 0) --traces_left;
    visit(next);
  }
  static inline int traces_left = -1;
  static inline int destroyed = 0;
  ref<Stubborn> next;
};

TEST_F(TraceFunctions, Trap04ATraceFunctionThatThrowsForEverLeaksAndFreesNothingEarly) {
  constexpr int ring = 300;  // more than is examined in one go
  for (int at = 0; at < 4 * ring; at += 7) {
    heap vm(Manual());
    Stubborn::destroyed = 0;
    {
      const heap::scope in(vm);
      MakeRing<Stubborn>(ring);
      Stubborn::traces_left = at;
      tricycle::collect();
      Stubborn::traces_left = -1;
      tricycle::collect();
    }
    ASSERT_LE(Stubborn::destroyed, ring) << "thrown from " << at;
  }
}

/// Shows its edge only every other time.
struct Moody {
  void trace(auto& visit) {
    if (++traces % 2 == 0) visit(next);
  }
  static inline int traces = 0;
  Counted counted;
  ref<Moody> next;
};

TEST_F(TraceFunctions, Trap04EdgesThatAreSeenInOnePhaseOnlyFreeNothingThatIsHeld) {
  for (int shift = 0; shift < 2; ++shift) {
    Moody::traces = shift;
    const ref<Moody> a = MakeRing<Moody>(3);
    for (int i = 0; i < 20; ++i) {
      Touch(a);
      Touch(a->next);
      Collect();
      FinishInSlices();
      ASSERT_EQ(Alive(), 3);
    }
    a->next.reset();
  }
}

struct Switching {
  Counted counted;
  std::variant<std::monostate, ref<Switching>, std::vector<ref<Switching>>> edges;
  std::optional<ref<Switching>> maybe;
};

TEST_F(TraceFunctions, Trap04AVariantSwitchedAndAnOptionalEmptiedBetweenSlicesLoseNothing) {
  std::vector<ref<Switching>> nodes(300);
  for (auto& node : nodes) node = make<Switching>();
  for (std::size_t step = 0; step < 3000; ++step) {
    Switching& from = *nodes[step * 7 % nodes.size()];
    const ref<Switching>& to = nodes[step * 13 % nodes.size()];
    switch (step % 5) {
      case 0:
        from.edges = to;
        break;
      case 1:
        from.edges = std::vector<ref<Switching>>{to, nodes[step % nodes.size()]};
        break;
      case 2:
        from.edges = std::monostate();
        break;
      case 3:
        from.maybe = to;
        break;
      default:
        from.maybe.reset();
    }
    static_cast<void>(collect_for(1ns));
    ASSERT_EQ(Alive(), 300);
  }
  nodes.clear();
  FinishInSlices();
  EXPECT_EQ(Alive(), 0);
}

class Plain {
 public:
  virtual ~Plain() = default;
  void trace(auto&) {}
  Counted counted;
};
class Owner : public Plain {
 public:
  void trace(auto& visit) { visit(owned); }
  ref<Plain> owned;
};

TEST_F(TraceFunctions, Trap07ARefToABaseWithoutEdgesIsAnEdge) {
  ref<Owner> a = make<Owner>();
  const ref<Owner> b = make<Owner>();
  a->owned = b;
  b->owned = a;
  Drop(a);
  EXPECT_EQ(Collect().objects, 0U);
  b->owned.reset();
  a = b;
  a->owned = b;  // a ring of one, through the base
  EXPECT_EQ(Alive(), 1);
  Drop(a);
  const_cast<ref<Owner>&>(b).reset();
  EXPECT_EQ(Collect().objects, 1U);
}

/// Inherits a trace that does not know its own members.
class Careless : public Owner {
 public:
  ref<Careless> unseen;
};

TEST_F(TraceFunctions, Trap07ADerivedClassWithEdgesOfItsOwnThatItsBaseDoesNotKnowOnlyLeaks) {
  ref<Careless> a = make<Careless>();
  Careless* const raw = a.get();
  a->unseen = a;
  Drop(a);
  EXPECT_EQ(Collect().objects, 0U);
  EXPECT_EQ(Alive(), 1);
  raw->unseen.reset();
}

TEST_F(TraceFunctions, Trap07WhatAUniquePtrToABaseOwnsBeyondItOnlyLeaks) {
  struct Holder {
    Counted counted;
    std::unique_ptr<Plain> part;
  };
  ref<Holder> holder = make<Holder>();
  auto part = std::make_unique<Owner>();
  Owner* const raw = part.get();
  part->owned = make<Owner>();
  holder->part = std::move(part);
  Touch(holder);
  Collect();
  EXPECT_NE(raw->owned, nullptr);
  Drop(holder);
  EXPECT_EQ(Alive(), 0);
}

struct Button {
  Counted counted;
  std::function<void()> on_click;
  std::any attachment;
  ref<Button> next;
};

TEST_F(TraceFunctions, Trap35AReferenceInAClosureOnlyLeaks) {
  ref<Button> button = make<Button>();
  Button* const raw = button.get();
  button->on_click = [button] {};
  Drop(button);
  EXPECT_EQ(Collect().objects, 0U);
  EXPECT_EQ(Alive(), 1);
  std::exchange(raw->on_click, nullptr);  // the way out: cut it
  EXPECT_EQ(Alive(), 0);
}

TEST_F(TraceFunctions, Trap35AReferenceInAStdAnyOnlyLeaks) {
  ref<Button> button = make<Button>();
  Button* const raw = button.get();
  button->next = button;
  button->attachment = button;
  Drop(button);
  EXPECT_EQ(Collect().objects, 0U);
  raw->attachment.reset();
  EXPECT_EQ(Collect().objects, 1U);
}

TEST_F(TraceFunctions, Trap35AWeakReferenceInAClosureDoesNotLeak) {
  ref<Button> button = make<Button>();
  button->on_click = [watch = weak_ref<Button>(button)] {};
  button->next = button;
  Drop(button);
  EXPECT_EQ(Collect().objects, 1U);
}

TEST_F(TraceFunctions, Trap35AClosuresOwnDestructionFreesWhatItHeldInADeadRing) {
  ref<Button> ring = make<Button>();
  ring->next = ring;
  ring->on_click = [kept = MakeChain(5)] {};
  Drop(ring);
  EXPECT_EQ(Collect().objects, 6U);
}

}  // namespace
}  // namespace tricycle::testing
