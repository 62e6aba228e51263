// Trap 32: memory runs out at every place where the library asks for some.
#include <memory>
#include <new>

#include "fault.h"
#include "gc/fixture.h"

namespace tricycle::testing {
namespace {

#ifdef TRICYCLE_HAS_FAULT_POINTS

/// Lets the k-th request for memory fail while it stands.
class Fault {
 public:
  explicit Fault(std::int64_t k) { alloc::faults_after = k; }
  Fault(const Fault&) = delete;
  Fault& operator=(const Fault&) = delete;
  ~Fault() { alloc::faults_after = -1; }
  /// Whether there were that many requests.
  [[nodiscard]] static bool Happened() { return alloc::faults_after < 0; }
};

class OutOfMemory : public HeapTest {
 protected:
  /// Runs `act` with a fault at the first request, at the second, ... until it needs no more.
  template <class Prepare, class Act>
  static void AtEveryRequest(Prepare prepare, Act act) {
    for (std::int64_t k = 0; k < 2000; ++k) {
      auto graph = prepare();
      bool happened = false;
      {
        const Fault fault(k);
        act(graph);
        happened = Fault::Happened();
      }
      if (::testing::Test::HasFailure() || !happened) return;
    }
    FAIL() << "it never stopped asking for memory";
  }
};

TEST_F(OutOfMemory, Trap32AHeapAndItsObjectsThrowAndLeaveNothing) {
  AtEveryRequest([] { return std::vector<ref<Node>>(); },
                 [](std::vector<ref<Node>>& kept) {
                   try {
                     heap vm(Manual());
                     const heap::scope in(vm);
                     for (int i = 0; i < 300; ++i) kept.push_back(make<Node>());
                   } catch (const std::bad_alloc&) {
                   }
                   EXPECT_EQ(Counted::alive, 0) << "the heap's end destroyed what there was";
                 });
}

TEST_F(OutOfMemory, Trap32ACollectionThatFindsNoMemoryFreesLaterWhatItCouldNot) {
  AtEveryRequest([] { return MakeRing(5000); },
                 [](ref<Node>& ring) {
                   Drop(ring);
                   tricycle::collect();
                 });
  Collect();
  EXPECT_EQ(Alive(), 0);
}

TEST_F(OutOfMemory, Trap32ALiveGraphSurvivesACollectionThatFindsNoMemory) {
  AtEveryRequest([] { return MakeRing(5000); },
                 [](ref<Node>& ring) {
                   Touch(ring);
                   Touch(ring->next);
                   tricycle::collect();
                   EXPECT_EQ(ring.use_count(), 2);
                 });
}

TEST_F(OutOfMemory, Trap32SlicesThatFindNoMemoryGoOnLater) {
  AtEveryRequest([] { return MakeRing(3000); },
                 [](ref<Node>& ring) {
                   Drop(ring);
                   for (int i = 0; i < 500 && collect_for(1ns); ++i) {
                   }
                 });
  while (collect_for(1ms)) {
  }
  EXPECT_EQ(Alive(), 0);
}

TEST_F(OutOfMemory, Trap32ADropThatFindsNoMemoryStillDestroys) {
  AtEveryRequest([] { return MakeChain(5000); }, [](ref<Node>& chain) { Drop(chain); });
  EXPECT_EQ(Alive(), 0);
}

TEST_F(OutOfMemory, Trap32CandidatesThatFindNoMemoryAreCountedAsLost) {
  std::vector<ref<Node>> nodes(20'000);
  for (auto& node : nodes) node = make<Node>();
  const auto lost = stats().candidates_lost;
  {
    const Fault fault(0);
    for (auto& node : nodes) Touch(node);
  }
  const auto now = stats();
  EXPECT_EQ(now.candidates + (now.candidates_lost - lost), nodes.size());
}

TEST_F(OutOfMemory, Trap32TheFirstWeakReferenceThrowsAndTheObjectStays) {
  const ref<Node> node = make<Node>();
  weak_ref<Node> watch;
  {
    const Fault fault(0);
    EXPECT_THROW(watch = node, std::bad_alloc);
  }
  EXPECT_TRUE(watch.expired());
  watch = node;
  EXPECT_EQ(watch.lock(), node);
}

TEST_F(OutOfMemory, Trap32AHeapEndsWithoutMemory) {
  AtEveryRequest(
      [] {
        auto vm = std::make_unique<heap>(Manual());
        const heap::scope in(*vm);
        MakeRing(5000);
        return vm;
      },
      [](std::unique_ptr<heap>& vm) { vm.reset(); });
  EXPECT_EQ(Alive(), 0);
}

TEST_F(OutOfMemory, Trap32MakeCollectsAndTriesAgainBeforeItGivesUp) {
  struct Big {
    char room[100'000];
  };
  configure({});
  for (std::int64_t k = 0; k < 10; ++k) {
    MakeRing(3);
    const Fault fault(k);
    EXPECT_NO_THROW(static_cast<void>(make<Big>()));
  }
  configure(Manual());
}

#endif  // TRICYCLE_HAS_FAULT_POINTS

}  // namespace
}  // namespace tricycle::testing
