// How many heaps there can be, and that the number of one that ended is used again.
#include <memory>
#include <stdexcept>

#include "gc/fixture.h"

namespace tricycle::testing {
namespace {

class HeapNumbersTest : public HeapTest {};

TEST_F(HeapNumbersTest, AsManyHeapsAsDocumentedCanBeMade) {
  std::vector<std::unique_ptr<heap>> heaps;
  for (int i = 0; i < 4094; ++i) heaps.push_back(std::make_unique<heap>(Manual()));
  const heap::scope in(*heaps.back());
  MakeRing(3);
  EXPECT_EQ(heaps.back()->collect().objects, 3U);
}

TEST_F(HeapNumbersTest, OneHeapTooManyIsRefusedAndHarmsNoOne) {
  std::vector<std::unique_ptr<heap>> heaps;
  const auto make_until_refused = [&] {
    for (int i = 0; i < 5000; ++i) heaps.push_back(std::make_unique<heap>(Manual()));
  };
  EXPECT_THROW(make_until_refused(), std::length_error);
  heaps.pop_back();
  EXPECT_NO_THROW(heaps.push_back(std::make_unique<heap>(Manual()))) << "one ended: there is room";
  ref<Node> ring = MakeRing(3);
  Drop(ring);
  EXPECT_EQ(Collect().objects, 3U);
}

TEST_F(HeapNumbersTest, NumbersAreUsedAgain) {
  for (std::size_t i = 0; i < 10000; ++i) {
    heap vm(Manual());
    const heap::scope in(vm);
    MakeRing(2);
  }
  EXPECT_EQ(Alive(), 0);
}

TEST_F(HeapNumbersTest, AHeapThatIsStillReferencedKeepsItsNumber) {
  ref<Node> outside;
  {
    heap vm(Manual());
    const heap::scope in(vm);
    outside = MakeRing(2);
  }
  // Every number is given out again but that one: no other heap may take its objects for its own.
  for (int i = 0; i < 5000; ++i) {
    heap vm(Manual());
    const heap::scope in(vm);
    MakeRing(2);
  }
  Drop(outside);
  EXPECT_EQ(Alive(), 0);
}

}  // namespace
}  // namespace tricycle::testing
