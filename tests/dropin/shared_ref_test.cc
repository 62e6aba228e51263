// shared_ref: one pointer to an object of the shared heap, beside shared_ptr; and also where that
// is the standard library's.
#include <gtest/gtest.h>
#include <tricycle/tricycle.h>

#include <memory>
#include <string>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

namespace tricycle::testing {
namespace {

struct Person {
  std::string name;
  shared_ref<Person> spouse;
  std::vector<shared_ref<Person>> children;
  shared_weak_ref<Person> parent;
#if TRICYCLE_DROPIN
  shared_ptr<Person> friend_of;
#endif
};

struct Base {
  virtual ~Base() = default;
  int base = 1;
};
struct Derived : Base {
  int derived = 2;
};

static_assert(sizeof(shared_ref<int>) == sizeof(void*));
static_assert(sizeof(shared_weak_ref<int>) == sizeof(void*));
#if TRICYCLE_DROPIN
static_assert(std::is_convertible_v<shared_ref<Derived>, shared_ptr<Base>>);
#else
static_assert(std::is_same_v<shared_ptr<Base>, std::shared_ptr<Base>>);
#endif
static_assert(std::is_convertible_v<shared_ref<Derived>, shared_ref<Base>>);
static_assert(!std::is_convertible_v<shared_ref<Base>, shared_ref<Derived>>);

TEST(SharedRef, OwnsAndCounts) {
  auto p = make_shared_ref<Person>("Ann");
  EXPECT_EQ(p->name, "Ann");
  EXPECT_EQ(p.use_count(), 1);
  auto q = p;
  EXPECT_EQ(q, p);
  EXPECT_EQ(p.use_count(), 2);
  EXPECT_EQ(std::hash<shared_ref<Person>>()(p), std::hash<shared_ref<Person>>()(q));
  q = nullptr;
  EXPECT_EQ(p.use_count(), 1);
  const shared_weak_ref<Person> weak = p;
  EXPECT_EQ(weak.lock(), p);
  p.reset();
  EXPECT_TRUE(weak.expired());
  EXPECT_EQ(weak.lock(), nullptr);
}

TEST(SharedRef, CyclesAreCollected) {
  collect();
  shared_weak_ref<Person> weak;
  {
    auto ann = make_shared_ref<Person>("Ann");
    auto bob = make_shared_ref<Person>("Bob");
    ann->spouse = bob;
    bob->spouse = ann;
    ann->children.push_back(make_shared_ref<Person>("Cid"));
    ann->children[0]->parent = ann;
#if TRICYCLE_DROPIN
    ann->children[0]->friend_of = bob;
#endif
    bob->children = ann->children;
    weak = ann;
  }
  EXPECT_FALSE(weak.expired());
  EXPECT_EQ(collect().objects, 3U);
  EXPECT_TRUE(weak.expired());
}

#if TRICYCLE_DROPIN
TEST(SharedRef, BecomesASharedPtrAndBack) {
  auto p = make_shared_ref<Derived>();
  const shared_ptr<Base> shared = p;
  EXPECT_EQ(p.use_count(), 2);
  EXPECT_EQ(shared->base, 1);
  auto back = to_shared_ref(shared);
  ASSERT_NE(back, nullptr);
  EXPECT_EQ(dynamic_pointer_cast<Derived>(back), p);
  EXPECT_EQ(to_shared_ref(shared_ptr<Base>(new Derived)), nullptr);
  EXPECT_EQ(to_shared_ref(shared_ptr<int>(shared, &shared->base)), nullptr);
  EXPECT_EQ(to_shared_ref(shared_ptr<int>()), nullptr);
  EXPECT_NE(to_shared_ref(make_shared<int>(3)), nullptr);
  const shared_ptr<Derived> moved = std::move(p);
  EXPECT_EQ(p, nullptr);
  EXPECT_EQ(moved.use_count(), 3);
}
#endif

struct Self {
  shared_ref<Self> me() { return shared_ref_from(this); }
  void trace(auto&) {}
};
TEST(SharedRef, FromThis) {
  auto p = make_shared_ref<Self>();
  EXPECT_EQ(p->me(), p);
  EXPECT_EQ(static_pointer_cast<const Self>(p).use_count(), 2) << "the temporary, and p";
}

TEST(SharedRef, AnyThreadMayDrop) {
  auto p = make_shared_ref<std::string>("text");
  std::thread([q = p] { EXPECT_EQ(*q, "text"); }).join();
  EXPECT_EQ(p.use_count(), 1);
}

}  // namespace
}  // namespace tricycle::testing
