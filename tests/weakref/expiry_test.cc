// When weak references expire: before any destructor, whichever way the object dies; and what they
// may do while that happens.
#include <functional>
#include <stdexcept>
#include <string>

#include "gc/fixture.h"

namespace tricycle::testing {
namespace {

/// Calls `last_words` from its destructor.
struct Dying {
  ~Dying() {
    if (last_words) last_words();
  }
  Counted counted;
  std::function<void()> last_words;
  ref<Dying> next;
  weak_ref<Dying> watched;
  void trace(auto& visit) { visit(next); }
};

class ExpiryTest : public HeapTest {
 protected:
  /// The two ways to die.
  static void ByCounting(ref<Dying>& root) { Drop(root); }
  static void ByCollection(ref<Dying>& root) {
    root->next = root;
    Drop(root);
    Collect();
  }
};

TEST_F(ExpiryTest, ADeadRingsWeakReferencesExpire) {
  ref<Node> ring = MakeRing(3);
  const weak_ref<Node> first = ring;
  const weak_ref<Node> second = ring->next;
  Drop(ring);
  EXPECT_FALSE(first.expired()) << "dead, but not yet found";
  Collect();
  EXPECT_TRUE(first.expired());
  EXPECT_TRUE(second.expired());
}

TEST_F(ExpiryTest, AWeakReferenceMadeWhileADeadRingIsLookedAtExpires) {
  // The search has met the edge that leads to the ring; then the program takes it out, and all that
  // it leaves behind, before the proof, is a weak reference to one member.
  for (int taken = 0; taken < 25; ++taken) {
    for (int watched = 0; watched < 50; ++watched) {
      const ref<Node> holder = make<Node>();
      holder->next = MakeRing(500);
      MakeOld(holder);  // of all of it, the holder alone is a candidate
      Touch(holder);
      for (int slice = 0; slice < taken; ++slice) static_cast<void>(Slice());
      ref<Node> ring = std::move(holder->next);
      for (int slice = 0; slice < watched; ++slice) static_cast<void>(Slice());
      const Node* before = ring.get();  // the last one, which is marked first
      while (before->next->next != ring) before = before->next.get();
      const weak_ref<Node> watch = before->next;
      Drop(ring);
      FinishInSlices();
      Collect();
      ASSERT_TRUE(watch.expired())
          << "taken after " << taken << " slices, watched after " << watched << " more";
      ASSERT_EQ(Alive(), 1);
    }
  }
}

TEST_F(ExpiryTest, ADeadRingThatIsLockedBeforeItIsFoundLives) {
  ref<Node> ring = MakeRing(3);
  const weak_ref<Node> watch = ring;
  Drop(ring);
  ring = watch.lock();
  ASSERT_NE(ring, nullptr);
  EXPECT_EQ(Collect().objects, 0U);
  Drop(ring);
  EXPECT_EQ(Collect().objects, 3U);
}

TEST_F(ExpiryTest, AWatchedRingThatIsHeldIsNotDisturbed) {
  const ref<Node> ring = MakeRing(3);
  const weak_ref<Node> watch = ring->next;
  Touch(ring);
  Collect();
  EXPECT_EQ(watch.lock(), ring->next);
  ring->next.reset();
}

TEST_F(ExpiryTest, TheyExpireBeforeTheDestructorInBothKindsOfDeath) {
  for (const auto die : {ByCounting, ByCollection}) {
    ref<Dying> object = make<Dying>();
    const weak_ref<Dying> watch = object;
    bool expired = false;
    bool locked = true;
    object->last_words = [&] {
      expired = watch.expired();
      locked = watch.lock() != nullptr;
    };
    die(object);
    EXPECT_TRUE(expired);
    EXPECT_FALSE(locked);
  }
}

TEST_F(ExpiryTest, AllOfARingExpireBeforeItsFirstDestructor) {
  ref<Dying> a = make<Dying>();
  a->next = make<Dying>();
  a->next->next = a;
  const weak_ref<Dying> watch_a = a;
  const weak_ref<Dying> watch_b = a->next;
  int both = 0;
  a->last_words = a->next->last_words = [&] { both += watch_a.expired() && watch_b.expired(); };
  Drop(a);
  Collect();
  EXPECT_EQ(both, 2);
}

TEST_F(ExpiryTest, OneMadeInTheDestructorIsBornExpiredInBothKindsOfDeath) {
  for (const auto die : {ByCounting, ByCollection}) {
    ref<Dying> object = make<Dying>();
    Dying* const raw = object.get();
    weak_ref<Dying> made_then;
    bool had_other = false;
    object->last_words = [&] {
      // There is no reference to be had from a dying object in a checked build, only a copy of a
      // weak reference that has expired.
      made_then = raw->watched;
      had_other = !raw->watched.expired();
    };
    object->watched = object;
    die(object);
    EXPECT_FALSE(had_other);
    EXPECT_TRUE(made_then.expired());
    EXPECT_EQ(made_then.lock(), nullptr);
  }
}

TEST_F(ExpiryTest, AFellowCanNotBeLockedWhileTheRingIsDestroyed) {
  ref<Dying> a = make<Dying>();
  a->next = make<Dying>();
  a->next->next = a;
  a->watched = a->next;
  a->next->watched = a;
  int revived = 0;
  for (Dying* each : {a.get(), a->next.get()})
    each->last_words = [each, &revived] { revived += each->watched.lock() != nullptr; };
  Drop(a);
  Collect();
  EXPECT_EQ(revived, 0);
}

TEST_F(ExpiryTest, AChildIsStillAliveForItsParentsDestructor) {
  ref<Dying> parent = make<Dying>();
  parent->next = make<Dying>();
  const weak_ref<Dying> child = parent->next;
  bool locked = false;
  parent->last_words = [&] { locked = child.lock() != nullptr; };
  Drop(parent);
  EXPECT_TRUE(locked);
  EXPECT_TRUE(child.expired());
}

TEST_F(ExpiryTest, MemoryGoesBackWhileWeakReferencesRemain) {
  struct Big {
    char room[1 << 20];
  };
  std::vector<weak_ref<Big>> watches;
  for (int i = 0; i < 100; ++i) watches.emplace_back(make<Big>());
  EXPECT_EQ(LiveObjects(), 0U);
  EXPECT_EQ(LiveBytes(), 0U);
}

TEST_F(ExpiryTest, WeakReferencesThatAreTrashThemselvesAreFree) {
  ref<Dying> a = make<Dying>();
  a->next = a;
  a->watched = a;
  Drop(a);
  EXPECT_EQ(Collect().objects, 1U);
}

TEST_F(ExpiryTest, OneInTrashThatWatchesALiveObjectIsFree) {
  const ref<Dying> live = make<Dying>();
  ref<Dying> trash = make<Dying>();
  trash->next = trash;
  trash->watched = live;
  const weak_ref<Dying> other = live;
  Drop(trash);
  EXPECT_EQ(Collect().objects, 1U);
  EXPECT_EQ(other.lock(), live);
}

TEST_F(ExpiryTest, OneInALiveObjectThatWatchesTrashExpires) {
  const ref<Dying> live = make<Dying>();
  ref<Dying> trash = make<Dying>();
  trash->next = trash;
  live->watched = trash;
  Drop(trash);
  Collect();
  EXPECT_TRUE(live->watched.expired());
}

TEST_F(ExpiryTest, AWeakBackReferenceMakesNoCycle) {
  ref<Dying> parent = make<Dying>();
  parent->next = make<Dying>();
  parent->next->watched = parent;
  Drop(parent);
  EXPECT_EQ(Alive(), 0) << "by counting, at once";
}

// Weak references made while the object is not finished.
struct SelfWatcher {
  SelfWatcher() : self(ref_from(this)) {}
  Counted counted;
  weak_ref<SelfWatcher> self;
  ref<SelfWatcher> next;
};
struct TracedSelfWatcher : SelfWatcher {
  void trace(auto& visit) { visit(next); }
};

TEST_F(ExpiryTest, OneMadeInTheConstructorWorks) {
  ref<TracedSelfWatcher> object = make<TracedSelfWatcher>();
  EXPECT_EQ(object->self.lock(), object);
  const weak_ref<SelfWatcher> watch = object->self;
  Drop(object);
  EXPECT_TRUE(watch.expired());
  EXPECT_EQ(Alive(), 0);
}

TEST_F(ExpiryTest, AnObjectWatchedFromItsConstructorIsTraced) {
  ref<TracedSelfWatcher> object = make<TracedSelfWatcher>();
  object->next = object;
  Drop(object);
  EXPECT_EQ(Collect().objects, 1U);
}

struct WatchedAndThrown {
  explicit WatchedAndThrown(weak_ref<WatchedAndThrown>& watch) {
    watch = ref_from(this);
    throw std::runtime_error("no");
  }
  void trace(auto&) {}
};

TEST_F(ExpiryTest, OneMadeInAConstructorThatThrowsExpires) {
  weak_ref<WatchedAndThrown> watch;
  EXPECT_THROW(static_cast<void>(make<WatchedAndThrown>(watch)), std::runtime_error);
  EXPECT_TRUE(watch.expired());
  EXPECT_EQ(watch.lock(), nullptr);
  EXPECT_EQ(LiveObjects(), 0U);
}

}  // namespace
}  // namespace tricycle::testing
