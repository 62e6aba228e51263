// `void finalize(tricycle::finalization)` of shared objects: between the verdict and the first
// destructor, once, by counting and by collection, and with other threads about.
#include <gtest/gtest.h>
#include <tricycle/tricycle.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "fault.h"
#include "meter.h"

namespace tricycle::testing {
namespace {

using namespace std::chrono_literals;

/// Calls `in_finalizer` from its finalizer, and `in_destructor` from its destructor.
class Mortal : public enable_shared_from_this<Mortal> {
 public:
  Mortal() noexcept { ++alive; }
  Mortal(const Mortal&) = delete;
  Mortal& operator=(const Mortal&) = delete;
  ~Mortal() {
    if (in_destructor) in_destructor(*this);
    --alive;
  }

  static inline std::atomic<int> alive = 0;
  std::function<void(Mortal&)> in_finalizer;
  std::function<void(Mortal&)> in_destructor;
  shared_ptr<Mortal> next, other;
  weak_ptr<Mortal> watch;

 private:
  friend tricycle::access;
  void trace(auto& visit) { visit(next, other); }
  void finalize(finalization) {
    if (in_finalizer) in_finalizer(*this);
  }
};

enum class Death { ByCounting, ByCollection, InSlices, WithOthersAttached };

class SharedFinalize : public ::testing::TestWithParam<Death> {
 protected:
  void SetUp() override {
    static_cast<void>(shared_heap::collect());
    shared_settings quiet;
    quiet.automatic = false;
    quiet.collect_wait = 10s;
    quiet.safepoint_wait = 10s;
    shared_heap::configure(quiet);
    before_ = Mortal::alive;
    thrown.clear();
    set_unraisable_hook([](const unraisable& what) {
      try {
        std::rethrow_exception(what.exception);
      } catch (const std::exception& e) {
        thrown.emplace_back(e.what());
      }
    });
#ifdef TRICYCLE_HAS_FAULT_POINTS
    if (GetParam() == Death::InSlices) gc::meter_stride = 1;
#endif
    if (GetParam() != Death::WithOthersAttached) return;
    here_.emplace("main");
    other_ = std::thread([this] {
      attach_thread here("other");
      while (!stop_) {
        safepoint();
        std::this_thread::yield();
      }
    });
  }
  void TearDown() override {
    stop_ = true;
    if (other_.joinable()) {
      blocking scope;
      other_.join();
    }
    static_cast<void>(shared_heap::collect());
    EXPECT_EQ(Alive(), 0);
    here_.reset();
    set_unraisable_hook(nullptr);
    shared_heap::configure({});
#ifdef TRICYCLE_HAS_FAULT_POINTS
    gc::meter_stride = 128;
#endif
  }

  /// Its last reference from outside goes. If it is to die by collection, it refers to itself.
  static void Die(shared_ptr<Mortal>& object) {
    if (GetParam() != Death::ByCounting && !object->next) object->next = object;
    object.reset();
    Find();
  }
  static void Find() {
    if (GetParam() == Death::InSlices)
      while (shared_heap::collect_for(1ns)) {
      }
    if (GetParam() != Death::ByCounting) static_cast<void>(shared_heap::collect());
  }
  [[nodiscard]] int Alive() const { return Mortal::alive - before_; }
  /// What there is of an order of events.
  void Say(const std::string& what) { story += (story.empty() ? "" : ", ") + what; }

  std::string story;
  static inline std::vector<std::string> thrown;  // what came to the unraisable hook

 private:
  int before_ = 0;
  std::optional<attach_thread> here_;
  std::thread other_;
  std::atomic<bool> stop_ = false;
};

TEST_P(SharedFinalize, Trap16ItRunsOnceAfterWeakPointersHaveExpiredAndBeforeTheDestructor) {
  auto object = make_shared<Mortal>();
  weak_ptr<Mortal> watch = object;
  object->in_finalizer = [&](Mortal&) {
    EXPECT_TRUE(watch.expired());
    EXPECT_EQ(watch.lock(), nullptr);
    Say("finalizer");
  };
  object->in_destructor = [&](Mortal&) { Say("destructor"); };
  const auto before = shared_heap::stats();
  Die(object);
  EXPECT_EQ(story, "finalizer, destructor");
  EXPECT_EQ(shared_heap::stats().finalized, before.finalized + 1);
  EXPECT_EQ(shared_heap::stats().resurrected, before.resurrected);
}

TEST_P(SharedFinalize, HoweverTheObjectWasMade) {
  int runs = 0;
  std::vector<shared_ptr<Mortal>> all = {make_shared<Mortal>(), make_shared<Mortal>(),
                                         shared_ptr<Mortal>(new Mortal),
                                         shared_ptr<Mortal>(std::make_unique<Mortal>()),
                                         allocate_shared<Mortal>(std::allocator<Mortal>())};
  for (auto& one : all) one->in_finalizer = [&](Mortal&) { ++runs; };
  for (auto& one : all) Die(one);
  EXPECT_EQ(runs, 5);
}

TEST_P(SharedFinalize, ItFindsTheGraphIntact) {
  auto object = make_shared<Mortal>();
  object->other = make_shared<Mortal>();
  object->in_finalizer = [&](Mortal& self) {
    EXPECT_NE(self.other, nullptr);
    EXPECT_EQ(self.other.use_count(), 1);
    Say("seen");
  };
  Die(object);
  EXPECT_EQ(story, "seen");
}

TEST_P(SharedFinalize, Trap13AnObjectThatSavesItselfLivesAndDiesWithoutItTheNextTime) {
  shared_ptr<Mortal> saved;
  auto object = make_shared<Mortal>();
  const weak_ptr<Mortal> watch = object;
  object->in_finalizer = [&](Mortal& self) {
    Say("finalizer");
    saved = self.shared_from_this();
  };
  object->in_destructor = [&](Mortal&) { Say("destructor"); };
  const auto before = shared_heap::stats().resurrected;
  Die(object);
  EXPECT_EQ(story, "finalizer");
  ASSERT_NE(saved, nullptr);
  EXPECT_EQ(watch.lock(), saved) << "a weak_ptr is as good as its object";
  EXPECT_EQ(shared_heap::stats().resurrected, before + 1);
  Die(saved);
  EXPECT_EQ(story, "finalizer, destructor");
}

TEST_P(SharedFinalize, Trap13AnObjectThatSavesItselfByACycleOfItsOwnIsGarbageAgain) {
  auto object = make_shared<Mortal>();
  object->in_finalizer = [](Mortal& self) { self.other = self.shared_from_this(); };
  Die(object);
  static_cast<void>(shared_heap::collect());
  EXPECT_EQ(Alive(), 0);
}

TEST_P(SharedFinalize, Trap13ItMaySaveAPeer) {
  shared_ptr<Mortal> saved;
  auto object = make_shared<Mortal>();
  object->other = make_shared<Mortal>();
  object->in_finalizer = [&](Mortal& self) { saved = self.other; };
  Die(object);
  EXPECT_EQ(Alive(), 1);
  EXPECT_EQ(saved.use_count(), 1);
}

TEST_P(SharedFinalize, Trap13OneOfARingThatSavesAFellowSavesAll) {
  auto ring = make_shared<Mortal>();
  ring->next = make_shared<Mortal>();
  ring->next->next = make_shared<Mortal>();
  ring->next->next->next = ring;
  shared_ptr<Mortal> saved;
  ring->in_finalizer = [&](Mortal& self) { saved = self.next; };
  ring.reset();
  static_cast<void>(shared_heap::collect());
  ASSERT_NE(saved, nullptr);
  EXPECT_EQ(Alive(), 3);
  EXPECT_EQ(saved->next->next->next, saved);
  EXPECT_EQ(saved.use_count(), 2);
  saved.reset();
  static_cast<void>(shared_heap::collect());
  EXPECT_EQ(Alive(), 0);
}

TEST_P(SharedFinalize, Trap13OneThatCutsItsRingAndSavesOnePartLosesTheOther) {
  auto a = make_shared<Mortal>();
  a->next = make_shared<Mortal>();
  a->next->next = a;
  a->next->other = make_shared<Mortal>();
  shared_ptr<Mortal> saved;
  a->in_finalizer = [&](Mortal& self) {
    saved = self.next;
    self.next.reset();
    saved->next.reset();
  };
  a.reset();
  static_cast<void>(shared_heap::collect());
  ASSERT_NE(saved, nullptr);
  EXPECT_EQ(Alive(), 2) << "the saved one and what it refers to";
}

TEST_P(SharedFinalize, Trap13ObjectsThatSaveThemselvesInEachNewLifeDieInTheEnd) {
  std::vector<shared_ptr<Mortal>> saved;
  auto object = make_shared<Mortal>();
  int lives = 0;
  std::function<void(Mortal&)> again = [&](Mortal&) {
    if (++lives == 5) return;
    saved.push_back(make_shared<Mortal>());
    saved.back()->in_finalizer = again;
  };
  object->in_finalizer = again;
  Die(object);
  while (!saved.empty()) {
    auto next = std::move(saved.back());
    saved.pop_back();
    Die(next);
  }
  EXPECT_EQ(lives, 5);
  EXPECT_EQ(Alive(), 0);
}

TEST_P(SharedFinalize, Trap13CollectComesToAnEndWhateverTheyMake) {
  bool stop = false;
  std::function<void(Mortal&)> again = [&](Mortal&) {
    if (stop) return;
    auto next = make_shared<Mortal>();
    next->in_finalizer = again;
    next->next = next;
  };
  auto object = make_shared<Mortal>();
  object->in_finalizer = again;
  object->next = object;
  object.reset();
  for (int i = 0; i < 100; ++i) static_cast<void>(shared_heap::collect_for(1ns));
  static_cast<void>(shared_heap::collect());
  stop = true;
  static_cast<void>(shared_heap::collect());
  EXPECT_EQ(Alive(), 0);
}

TEST_P(SharedFinalize, Trap13WhatItThrowsGoesToTheHook) {
  auto object = make_shared<Mortal>();
  object->in_finalizer = [](Mortal&) { throw std::runtime_error("no"); };
  Die(object);
  EXPECT_EQ(thrown, std::vector<std::string>{"no"});
  EXPECT_EQ(Alive(), 0);
}

TEST_P(SharedFinalize, Trap13OneThatSavesItsObjectAndThrowsHasSavedIt) {
  shared_ptr<Mortal> saved;
  auto object = make_shared<Mortal>();
  object->in_finalizer = [&](Mortal& self) {
    saved = self.shared_from_this();
    throw std::runtime_error("no");
  };
  Die(object);
  EXPECT_EQ(thrown, std::vector<std::string>{"no"});
  EXPECT_EQ(Alive(), 1);
}

TEST_P(SharedFinalize, Trap11CollectInItDoesNothing) {
  auto object = make_shared<Mortal>();
  object->in_finalizer = [&](Mortal&) {
    {
      auto cycle = make_shared<Mortal>();
      cycle->next = cycle;
    }
    EXPECT_EQ(shared_heap::collect().objects, 0U);
    Say("finalizer");
  };
  Die(object);
  EXPECT_EQ(story, "finalizer");
}

TEST_P(SharedFinalize, Trap14AWeakPointerThatItMakesExpiresBeforeTheDestructor) {
  weak_ptr<Mortal> made;
  auto object = make_shared<Mortal>();
  object->in_finalizer = [&](Mortal& self) { made = self.weak_from_this(); };
  object->in_destructor = [&](Mortal&) {
    EXPECT_TRUE(made.expired());
    Say("destructor");
  };
  Die(object);
  EXPECT_EQ(story, "destructor");
  EXPECT_EQ(made.lock(), nullptr);
}

TEST_P(SharedFinalize, AllRunBeforeTheFirstDestructorOfADeadComponent) {
  auto first = make_shared<Mortal>();
  auto last = first;
  for (int i = 0; i < 9; ++i) last = last->next = make_shared<Mortal>();
  last->next = first;
  std::string order;
  for (Mortal* at = first.get();;) {
    at->in_finalizer = [&](Mortal& self) {
      EXPECT_NE(self.next, nullptr);
      order += 'f';
    };
    at->in_destructor = [&](Mortal&) { order += 'd'; };
    at = at->next.get();
    if (at == first.get()) break;
  }
  first.reset();
  last.reset();
  GetParam() == Death::ByCounting ? static_cast<void>(shared_heap::collect()) : Find();
  EXPECT_EQ(order, "ffffffffffdddddddddd");
}

TEST_P(SharedFinalize, ItMayTakeItsRingApartAndAllOthersStillRunFirst) {
  int finalized = 0;
  auto ring = make_shared<Mortal>();
  ring->next = make_shared<Mortal>();
  ring->next->next = ring;
  for (Mortal* at : {ring.get(), ring->next.get()}) {
    at->in_finalizer = [&](Mortal& self) {
      self.next.reset();
      ++finalized;
    };
    at->in_destructor = [&](Mortal&) { EXPECT_EQ(finalized, 2); };
  }
  ring.reset();
  static_cast<void>(shared_heap::collect());
  EXPECT_EQ(finalized, 2);
  EXPECT_EQ(Alive(), 0);
}

TEST_P(SharedFinalize, DeepChainsNeedNoDeepStack) {
  int runs = 0;
  shared_ptr<Mortal> chain;
  for (int i = 0; i < 100'000; ++i) {
    auto one = make_shared<Mortal>();
    one->in_finalizer = [&](Mortal&) { ++runs; };
    one->next = std::move(chain);
    chain = std::move(one);
  }
  chain.reset();
  EXPECT_EQ(runs, 100'000);
  EXPECT_EQ(Alive(), 0);
}

TEST_P(SharedFinalize, ManyDeadRingsSomeOfWhichAreSaved) {
  std::vector<shared_ptr<Mortal>> saved;
  int runs = 0;
  for (int i = 0; i < 3'000; ++i) {
    auto ring = make_shared<Mortal>();
    ring->next = make_shared<Mortal>();
    ring->next->next = ring;
    if (i % 3 == 0) continue;
    ring->in_finalizer = [&, i](Mortal& self) {
      ++runs;
      if (i % 3 == 1) saved.push_back(self.shared_from_this());
    };
  }
  static_cast<void>(shared_heap::collect());
  EXPECT_EQ(runs, 2'000);
  EXPECT_EQ(saved.size(), 1'000U);
  EXPECT_EQ(Alive(), 2'000);
  saved.clear();
  static_cast<void>(shared_heap::collect());
  EXPECT_EQ(runs, 2'000);
}

struct Leaf {
  static inline int runs = 0;
  int value = 0;
  void finalize(finalization) noexcept { ++runs; }
};

TEST_P(SharedFinalize, ALeafAndAConstObjectMayHaveOne) {
  Leaf::runs = 0;
  static_cast<void>(make_shared<Leaf>());
  static_cast<void>(make_shared<const Leaf>());
  static_cast<void>(make_shared_ref<Leaf>());
  EXPECT_EQ(Leaf::runs, 3);
}

/// What foreign classes have, and would not compile if it were tried.
struct Generic {
  template <class F>
  auto finalize(F f) {
    return f.no_such_member();
  }
};
struct Variadic {
  static inline int runs = 0;
  template <class... Args>
  void finalize(Args&&...) {
    ++runs;
  }
};
struct Other {
  static inline int runs = 0;
  void finalize() { ++runs; }
  void finalize(int) { ++runs; }
};
struct Returning {
  static inline int runs = 0;
  bool finalize(finalization) { return ++runs != 0; }
};

TEST_P(SharedFinalize, AMemberThatMerelyBearsTheNameIsNotCalled) {
  static_cast<void>(make_shared<Generic>());
  static_cast<void>(make_shared<Variadic>());
  static_cast<void>(make_shared<Other>());
  static_cast<void>(make_shared<Returning>());
  EXPECT_EQ(Variadic::runs + Other::runs + Returning::runs, 0);
}

class SharedFinalizeOfThreads : public SharedFinalize {};

TEST_P(SharedFinalizeOfThreads, AnObjectThatIsLockedByOthersUntilTheEndIsFinalizedOnce) {
  for (int round = 0; round < 300; ++round) {
    std::atomic<int> runs = 0;
    shared_ptr<Mortal> saved;
    auto object = make_shared<Mortal>();
    object->in_finalizer = [&](Mortal& self) {
      ++runs;
      if (round % 2 == 0) saved = self.shared_from_this();
    };
    if (round % 3 == 0) object->next = object;
    std::thread locker([given = weak_ptr<Mortal>(object)]() mutable {
      attach_thread here("locker");
      const weak_ptr<Mortal> watch = std::move(given);  // which ends before the attachment does
      for (int i = 0; i < 200; ++i)
        if (const auto locked = watch.lock()) {
          EXPECT_FALSE(locked->weak_from_this().expired());
        }
    });
    object.reset();
    static_cast<void>(shared_heap::collect());
    {
      blocking scope;
      locker.join();
    }
    static_cast<void>(shared_heap::collect());
    EXPECT_EQ(runs, 1);
    EXPECT_EQ(saved != nullptr, round % 2 == 0);
    if (saved) saved->next.reset();
  }
}

std::string NameOf(const ::testing::TestParamInfo<Death>& death) {
  switch (death.param) {
    case Death::ByCounting:
      return "ByCounting";
    case Death::ByCollection:
      return "ByCollection";
    case Death::InSlices:
      return "InSlices";
    case Death::WithOthersAttached:
      break;
  }
  return "WithOthersAttached";
}
INSTANTIATE_TEST_SUITE_P(Deaths, SharedFinalizeOfThreads,
                         ::testing::Values(Death::WithOthersAttached), NameOf);
INSTANTIATE_TEST_SUITE_P(Deaths, SharedFinalize,
                         ::testing::Values(Death::ByCounting, Death::ByCollection, Death::InSlices,
                                           Death::WithOthersAttached),
                         NameOf);

}  // namespace
}  // namespace tricycle::testing
