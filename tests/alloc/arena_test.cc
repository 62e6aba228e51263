// The arena: what lies in it, and that it is one.
#include "tricycle/arena.h"

#include <memory>

#include "gc/fixture.h"

namespace tricycle::testing {
namespace {

class ArenaTest : public HeapTest {};

#ifdef TRICYCLE_USE_MIMALLOC

template <std::size_t Size, std::size_t Align = 8>
struct alignas(Align) Sized {
  char room[Size];
};

TEST_F(ArenaTest, ObjectsOfEverySizeLieInIt) {
  const auto expect_inside = [](const auto& object) {
    EXPECT_TRUE(arena::owns(object.get()));
    EXPECT_TRUE(arena::owns(reinterpret_cast<const char*>(object.get()) + sizeof(*object) - 1));
  };
  expect_inside(make<char>());
  expect_inside(make<Sized<100>>());
  expect_inside(make<Sized<600>>());
  expect_inside(make<Sized<5'000>>());
  expect_inside(make<Sized<200'000>>());
  expect_inside(make<Sized<1 << 20>>());
  expect_inside(make<Sized<100 << 20>>());
  expect_inside(make<Sized<64, 64>>());
  expect_inside(make<Sized<4096, 4096>>());
}

TEST_F(ArenaTest, ObjectsOfEveryHeapLieInIt) {
  heap vm(Manual());
  const heap::scope in(vm);
  EXPECT_TRUE(arena::owns(make<Leaf>().get()));
}

TEST_F(ArenaTest, NothingElseLiesInIt) {
  const ref<Leaf> one = make<Leaf>();
  const int local = 0;
  static const int global = 0;
  const auto on_the_free_store = std::make_unique<int>();
  EXPECT_FALSE(arena::owns(&local));
  EXPECT_FALSE(arena::owns(&global));
  EXPECT_FALSE(arena::owns(on_the_free_store.get()));
  EXPECT_FALSE(arena::owns(nullptr));
  EXPECT_FALSE(arena::owns(reinterpret_cast<void*>(~std::uintptr_t{0})));
}

TEST_F(ArenaTest, ItIsReservedOnceAndLarge) {
  const ref<Leaf> one = make<Leaf>();
  const std::size_t reserved = arena::reserved_bytes();
  EXPECT_GE(reserved, std::size_t{1} << 27);
  heap vm(Manual());
  const heap::scope in(vm);
  const ref<Leaf> other = make<Leaf>();
  EXPECT_EQ(arena::reserved_bytes(), reserved);
}

#else

TEST_F(ArenaTest, WithMallocThereIsNone) {
  const ref<Leaf> one = make<Leaf>();
  EXPECT_EQ(arena::reserved_bytes(), 0U);
  EXPECT_FALSE(arena::owns(one.get()));
}

#endif

}  // namespace
}  // namespace tricycle::testing
