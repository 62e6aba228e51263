// Traps 33 and 34: what C++ allows. (Its misuses that the compiler catches are in compile_fail.)
#include <memory>
#include <utility>

#include "gc/fixture.h"

namespace tricycle::testing {
namespace {

class Language : public HeapTest {};

// An incomplete type may be held, copied, dropped and traced.
struct Hidden;
struct Holder {
  ref<Hidden> hidden;
  std::vector<ref<Hidden>> more;
};
void Close(const ref<Holder>& holder);

TEST_F(Language, Trap33ARefToAnIncompleteTypeIsCopiedDroppedAndTraced) {
  ref<Holder> holder = make<Holder>();
  Close(holder);
  holder->more.push_back(holder->hidden);
  holder->hidden.reset();
  Drop(holder);
  EXPECT_EQ(Collect().objects, 2U);
}

struct Hidden {
  Counted counted;
  ref<Holder> holder;
};
void Close(const ref<Holder>& holder) { holder->hidden = make<Hidden>(Counted(), holder); }

class Implementation;
class Facade {
 public:
  Facade();
  ~Facade();
  void trace(auto& visit) { visit(next); }
  ref<Facade> next;

 private:
  std::unique_ptr<Implementation> implementation_;
};

TEST_F(Language, Trap33AMemberOfAnIncompleteTypeThatIsNotVisitedIsNoTrouble) {
  ref<Facade> facade = make<Facade>();
  facade->next = facade;
  Drop(facade);
  EXPECT_EQ(Collect().objects, 1U);
}

class Implementation {
  Counted counted_;
};
Facade::Facade() : implementation_(std::make_unique<Implementation>()) {}
Facade::~Facade() = default;

struct Base {
  explicit Base(std::vector<ref<Base>>& all) { all.push_back(ref_from(this)); }
  virtual ~Base() = default;
  virtual int Kind() { return 1; }
  void trace(auto& visit) { visit(next); }
  Counted counted;
  ref<Base> next;
};
struct Derived : Base {
  using Base::Base;
  int Kind() override { return 2; }
};

TEST_F(Language, Trap33RefFromThisInTheConstructorOfABaseLeadsToTheWholeObject) {
  std::vector<ref<Base>> all;
  ref<Derived> derived = make<Derived>(all);
  EXPECT_EQ(all[0]->Kind(), 2);
  EXPECT_EQ(all[0], derived);
  Drop(derived);
  all.clear();
  EXPECT_EQ(Alive(), 0);
}

struct VirtualBase {
  int value = 5;
};
struct Diamond : virtual VirtualBase {
  void trace(auto& visit) { visit(next); }
  ref<Diamond> next;
};

TEST_F(Language, Trap33AClassWithAVirtualBaseCanBeHeldByItself) {
  ref<Diamond> diamond = make<Diamond>();
  EXPECT_EQ(diamond->value, 5);
  diamond->next = diamond;
  Drop(diamond);
  EXPECT_EQ(Collect().objects, 1U);
}

TEST_F(Language, Trap33ARefToVoidKeepsAndDestroysWhatItWasMadeFrom) {
  std::vector<ref<void>> things = {make<Leaf>(), MakeChain(3), make<int>(1)};
  EXPECT_EQ(Alive(), 4);
  things.clear();
  EXPECT_EQ(Alive(), 0);
}

TEST_F(Language, Trap33ARingThroughARefToVoidIsSeen) {
  struct Opaque {
    Counted counted;
    ref<void> anything;
  };
  ref<Opaque> a = make<Opaque>();
  a->anything = a;
  Drop(a);
  EXPECT_EQ(Collect().objects, 1U);
}

struct alignas(4096) Page {
  ref<Page> next;
  char room[5000];
};

TEST_F(Language, Trap33OverAlignedObjectsInARingAreFreed) {
  MakeRing<Page>(10);
  EXPECT_EQ(Collect().objects, 10U);
}

/// Runs something when it goes.
struct Parting {
  ~Parting() {
    if (say != nullptr) say(context);
  }
  void (*say)(void*) = nullptr;
  void* context = nullptr;
  Counted counted;
  ref<Parting> next;
  void trace(auto& visit) { visit(next); }
};

TEST_F(Language, Trap34TheDestructorOfTheOldValueMayAssignToTheSameRef) {
  ref<Parting> slot = make<Parting>();
  slot->context = &slot;
  slot->say = [](void* context) { *static_cast<ref<Parting>*>(context) = make<Parting>(); };
  slot = make<Parting>();
  ASSERT_NE(slot, nullptr);
  EXPECT_EQ(slot.use_count(), 1);
  EXPECT_EQ(Alive(), 1) << "the one of the two that came last";
  slot = nullptr;
  EXPECT_EQ(Alive(), 0);
}

TEST_F(Language, Trap34TheDestructorMayAssignToTheRefThatIsReset) {
  ref<Parting> slot = make<Parting>();
  slot->context = &slot;
  slot->say = [](void* context) { *static_cast<ref<Parting>*>(context) = make<Parting>(); };
  slot.reset();
  ASSERT_NE(slot, nullptr);
  EXPECT_EQ(Alive(), 1);
}

TEST_F(Language, Trap34TheDestructorMayClearTheContainerThatLetsGoOfIt) {
  std::vector<ref<Parting>> list(3);
  for (auto& entry : list) entry = make<Parting>();
  list[1]->context = &list;
  list[1]->say = [](void* context) {
    (*static_cast<std::vector<ref<Parting>>*>(context))[2].reset();
  };
  list[1].reset();
  EXPECT_EQ(Alive(), 1);
}

TEST_F(Language, Trap34ARefSwappedWithItsOwnObjectsMember) {
  ref<Parting> list = MakeChain<Parting>(3);
  Parting& first = *list;
  list.swap(list->next);  // list: the second; the first refers to itself now
  EXPECT_EQ(first.next.get(), &first);
  EXPECT_EQ(list.use_count(), 1);
  first.next.reset();
  EXPECT_EQ(Alive(), 2);
}

TEST_F(Language, Trap34ARefAssignedFromAMemberOfWhatItLetsGoOf) {
  ref<Parting> list = MakeChain<Parting>(1000);
  while (list) list = list->next;
  EXPECT_EQ(Alive(), 0);
  ref<Parting> moved = MakeChain<Parting>(1000);
  while (moved) moved = std::move(moved->next);
  EXPECT_EQ(Alive(), 0);
}

TEST_F(Language, Trap34SelfAssignmentAndSelfMoveOfTheLastReference) {
  ref<Parting> only = make<Parting>();
  ref<Parting>& same = only;
  only = same;
  only = std::move(same);
  std::swap(only, same);
  EXPECT_EQ(Alive(), 1);
  EXPECT_EQ(only.use_count(), 1);
}

}  // namespace
}  // namespace tricycle::testing
