// make: construction in place, failure, and references to an object that is not finished.
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "gc/fixture.h"

namespace tricycle::testing {
namespace {

class MakeTest : public HeapTest {};

struct Person {
  std::string name;
  int age = 30;
  ref<Person> spouse;
};

TEST_F(MakeTest, AnAggregateIsInitialisedFromTheArgumentsAndItsDefaults) {
  const ref<Person> ann = make<Person>("Ann");
  EXPECT_EQ(ann->name, "Ann");
  EXPECT_EQ(ann->age, 30);
  EXPECT_EQ(make<Person>("Bob", 40, ann)->spouse, ann);
}

class Name {
 public:
  Name(std::unique_ptr<std::string> text, std::string& seen) : text_(std::move(text)), seen_(seen) {
    seen_ = "constructed";
  }
  void trace(auto&) {}
  std::unique_ptr<std::string> text_;
  std::string& seen_;
};

TEST_F(MakeTest, AConstructorIsGivenTheArgumentsAsTheyAre) {
  std::string seen;
  const ref<Name> name = make<Name>(std::make_unique<std::string>("Ann"), seen);
  EXPECT_EQ(*name->text_, "Ann");
  EXPECT_EQ(seen, "constructed");
}

TEST_F(MakeTest, AScalarCanBeMade) {
  const ref<int> number = make<int>(42);
  EXPECT_EQ(*number, 42);
  EXPECT_EQ(LiveObjects(), 1U);
}

TEST_F(MakeTest, AStandardContainerCanBeMade) {
  using List = std::vector<ref<Node>>;
  ref<List> list = make<List>(3U, make<Node>());
  EXPECT_EQ(list->size(), 3U);
  EXPECT_EQ(Alive(), 1);
  Drop(list);
  EXPECT_EQ(Alive(), 0);
}

struct Thrower {
  explicit Thrower(bool throws) {
    if (throws) throw std::runtime_error("no");
  }
  Counted counted;
  ref<Node> node = make<Node>();
  void trace(auto& visit) { visit(node); }
};

TEST_F(MakeTest, AThrowingConstructorLeavesNothingBehind) {
  EXPECT_THROW(static_cast<void>(make<Thrower>(true)), std::runtime_error);
  EXPECT_EQ(LiveObjects(), 0U);
  EXPECT_EQ(LiveBytes(), 0U);
  EXPECT_EQ(Alive(), 0) << "the members that were complete are destroyed, and only they";
  EXPECT_EQ(Destroyed(), 2);
}

TEST_F(MakeTest, AfterAThrowTheHeapGoesOn) {
  EXPECT_THROW(static_cast<void>(make<Thrower>(true)), std::runtime_error);
  const ref<Thrower> fine = make<Thrower>(false);
  EXPECT_EQ(Alive(), 2);
}

class Listener {
 public:
  explicit Listener(std::vector<ref<Listener>>& registry) { registry.push_back(ref_from(this)); }
  ref<Listener> Self() { return ref_from(this); }
  void trace(auto& visit) { visit(peer); }

  Counted counted;
  ref<Listener> peer;
};

TEST_F(MakeTest, RefFromThisWorksInAConstructor) {
  std::vector<ref<Listener>> registry;
  ref<Listener> listener = make<Listener>(registry);
  ASSERT_EQ(registry.size(), 1U);
  EXPECT_EQ(registry[0], listener);
  EXPECT_EQ(listener.use_count(), 2);
  Drop(listener);
  EXPECT_EQ(Alive(), 1);
}

TEST_F(MakeTest, RefFromThisWorksInAMemberFunction) {
  std::vector<ref<Listener>> registry;
  const ref<Listener> listener = make<Listener>(registry);
  EXPECT_EQ(listener->Self(), listener);
  EXPECT_EQ(listener.use_count(), 2);
}

struct Escaping {
  explicit Escaping(ref<Escaping>& escaped) {
    escaped = ref_from(this);
    throw std::runtime_error("no");
  }
  void trace(auto&) {}
  Counted counted;
};

TEST_F(MakeTest, AReferenceThatEscapedAThrowingConstructorMayStillBeDropped) {
  ref<Escaping> escaped;
  EXPECT_THROW(static_cast<void>(make<Escaping>(escaped)), std::runtime_error);
  EXPECT_EQ(Alive(), 0);
  EXPECT_EQ(LiveObjects(), 1U) << "the reference keeps the block, not the object";
  Drop(escaped);
  EXPECT_EQ(LiveObjects(), 0U);
}

struct SelfOwner {
  SelfOwner() { self = ref_from(this); }
  void trace(auto& visit) { visit(self); }
  Counted counted;
  ref<SelfOwner> self;
};

TEST_F(MakeTest, AnObjectThatOwnedItselfInItsConstructorIsCollected) {
  static_cast<void>(make<SelfOwner>());
  EXPECT_EQ(Alive(), 1);
  EXPECT_EQ(Collect().objects, 1U);
}

class Private {
 public:
  static ref<Private> Create(int value) { return make<Private>(value); }
  [[nodiscard]] int Value() const { return value_; }
  void Link(ref<Private> to) { peer_ = std::move(to); }

 private:
  friend tricycle::access;
  explicit Private(int value) : value_(value) {}
  ~Private() = default;
  void trace(auto& visit) { visit(peer_); }

  Counted counted_;
  int value_;
  ref<Private> peer_;
};

TEST_F(MakeTest, AccessReachesAPrivateConstructorDestructorAndTrace) {
  ref<Private> one = Private::Create(1);
  EXPECT_EQ(one->Value(), 1);
  one->Link(one);
  Drop(one);
  EXPECT_EQ(Alive(), 1);
  EXPECT_EQ(Collect().objects, 1U);
  EXPECT_EQ(Alive(), 0);
}

template <std::size_t Align>
struct alignas(Align) Aligned {
  Counted counted;
  ref<Aligned> next;
};

template <class T>
class MakeAlignedTest : public HeapTest {};
using Alignments = ::testing::Types<Aligned<16>, Aligned<32>, Aligned<64>, Aligned<256>,
                                    Aligned<1024>, Aligned<4096>>;
TYPED_TEST_SUITE(MakeAlignedTest, Alignments);

TYPED_TEST(MakeAlignedTest, AnOverAlignedObjectLiesWhereItShouldAndIsCollected) {
  ref<TypeParam> ring = MakeRing<TypeParam>(5);
  TypeParam* at = ring.get();
  for (int i = 0; i < 5; ++i, at = at->next.get())
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(at) % alignof(TypeParam), 0U);
  Drop(ring);
  EXPECT_EQ(this->Collect().objects, 5U);
}

}  // namespace
}  // namespace tricycle::testing
