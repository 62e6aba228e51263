// The books of a heap: objects and bytes, for every size and alignment; and that memory comes back.
#include <cstdint>
#include <cstring>
#include <set>

#include "gc/fixture.h"

namespace tricycle::testing {
namespace {

template <std::size_t Size, std::size_t Align = 8>
struct alignas(Align) Sized {
  char room[Size];
  ref<Sized> next;
};

template <class T>
class AccountingTest : public HeapTest {};

using Sizes =
    ::testing::Types<Sized<1>, Sized<8>, Sized<40>, Sized<100>, Sized<480>, Sized<496>, Sized<512>,
                     Sized<1000>, Sized<1024>, Sized<4000>, Sized<8192>, Sized<20'000>,
                     Sized<100'000>, Sized<1 << 20>, Sized<8, 16>, Sized<8, 32>, Sized<8, 64>,
                     Sized<8, 128>, Sized<8, 256>, Sized<8, 512>, Sized<8, 1024>, Sized<8, 2048>,
                     Sized<8, 4096>, Sized<200, 32>, Sized<200, 64>, Sized<600, 64>,
                     Sized<3000, 1024>, Sized<10'000, 4096>>;
TYPED_TEST_SUITE(AccountingTest, Sizes);

TYPED_TEST(AccountingTest, BytesAreThoseOfTheBlockAndGoBackToZero) {
  std::vector<ref<TypeParam>> objects;
  for (std::size_t n = 1; n <= 20; ++n) {
    objects.push_back(make<TypeParam>());
    ASSERT_EQ(this->LiveObjects(), n);
    ASSERT_GE(this->LiveBytes(), n * (sizeof(TypeParam) + 16));
    ASSERT_LE(this->LiveBytes(),
              n * (sizeof(TypeParam) + std::max<std::size_t>(32, alignof(TypeParam))));
  }
  objects.clear();
  EXPECT_EQ(this->LiveObjects(), 0U);
  EXPECT_EQ(this->LiveBytes(), 0U);
}

TYPED_TEST(AccountingTest, EveryObjectHasItsOwnRoomAndAlignment) {
  std::vector<ref<TypeParam>> objects(20);
  for (std::size_t i = 0; i < objects.size(); ++i) {
    objects[i] = make<TypeParam>();
    ASSERT_EQ(reinterpret_cast<std::uintptr_t>(objects[i].get()) % alignof(TypeParam), 0U);
    std::memset(objects[i]->room, static_cast<int>(i + 1), sizeof(objects[i]->room));
  }
  for (std::size_t i = 0; i < objects.size(); ++i) {
    ASSERT_EQ(objects[i].use_count(), 1);
    ASSERT_EQ(objects[i]->next, nullptr);
    for (const char c : objects[i]->room) ASSERT_EQ(c, static_cast<char>(i + 1));
  }
}

TYPED_TEST(AccountingTest, ADeadRingsBytesComeBack) {
  MakeRing<TypeParam>(10);
  const std::size_t bytes = this->LiveBytes();
  EXPECT_EQ(this->Collect().bytes, bytes);
  EXPECT_EQ(this->LiveBytes(), 0U);
}

#ifdef TRICYCLE_USE_MIMALLOC  // under a sanitizer, malloc does not use memory again soon
TYPED_TEST(AccountingTest, ThePlaceOfAFreedObjectIsUsedAgain) {
  std::set<const void*> places;
  for (int i = 0; i < 20'000; ++i) places.insert(make<TypeParam>().get());
  EXPECT_LE(places.size(), 5'000U);
}
#endif

class BigObjectTest : public HeapTest {};

TEST_F(BigObjectTest, AHundredMebibytesAreMadeCountedAndGivenBack) {
  using Big = Sized<std::size_t{100} << 20>;
  for (int i = 0; i < 5; ++i) {
    const ref<Big> big = make<Big>();
    EXPECT_GE(LiveBytes(), std::size_t{100} << 20);
    big->room[0] = big->room[sizeof(big->room) - 1] = 1;
  }
  EXPECT_EQ(LiveBytes(), 0U);
}

TEST_F(BigObjectTest, ARingOfBigObjectsIsCollected) {
  using Big = Sized<std::size_t{100} << 20>;
  MakeRing<Big>(2);
  EXPECT_EQ(Collect().objects, 2U);
}

/// The odds and ends of all sizes, made and dropped in no order.
TEST_F(BigObjectTest, AMixOfSizesGoesBackToZero) {
  std::vector<ref<void>> objects(500);
  std::uint32_t random = 1;
  for (int i = 0; i < 50'000; ++i) {
    random = random * 1664525 + 1013904223;
    ref<void>& at = objects[(random >> 8) % objects.size()];
    switch ((random >> 24) % 7) {
      case 0:
        at = make<Sized<8>>();
        break;
      case 1:
        at = make<Sized<100>>();
        break;
      case 2:
        at = make<Sized<490>>();
        break;
      case 3:
        at = make<Sized<1000>>();
        break;
      case 4:
        at = make<Sized<8, 256>>();
        break;
      case 5:
        at = make<Sized<30'000>>();
        break;
      default:
        at.reset();
    }
  }
  objects.clear();
  EXPECT_EQ(LiveObjects(), 0U);
  EXPECT_EQ(LiveBytes(), 0U);
}

}  // namespace
}  // namespace tricycle::testing
