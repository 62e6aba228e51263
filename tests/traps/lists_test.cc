// Trap 27: the collector's lists grow without copying, so that growth is no pause.
#include "chunks.h"
#include "gc/fixture.h"

namespace tricycle::testing {
namespace {

class Lists : public HeapTest {
 protected:
  /// Stands for the n-th object: a list never looks at what is on it.
  static gc::header* Object(std::size_t n) { return reinterpret_cast<gc::header*>((n + 1) * 16); }

  gc::chunk_pool pool_;
};

TEST_F(Lists, Trap27AnEntryStaysWhereItIsWhileAMillionOthersAreAdded) {
  gc::pile list(pool_);
  ASSERT_TRUE(list.push(Object(0)));
  gc::pile::cursor first;
  ASSERT_FALSE(list.at_end(first));
  const gc::pile::cursor before = first;
  for (std::size_t n = 1; n < 1'000'000; ++n) ASSERT_TRUE(list.push(Object(n)));
  gc::pile::cursor again;
  ASSERT_FALSE(list.at_end(again));
  EXPECT_EQ(again, before);
}

TEST_F(Lists, Trap27AReaderGoesOnWhileTheListGrows) {
  gc::pile list(pool_);
  gc::pile::cursor at;
  ASSERT_TRUE(list.push(Object(0)));
  std::size_t pushed = 1;
  for (std::size_t n = 0; !list.at_end(at); ++n) {
    ASSERT_EQ(list.read(at).object(), Object(n));
    for (int more = 0; more < 2 && pushed < 100'000; ++more)
      ASSERT_TRUE(list.push(Object(pushed++)));
  }
  EXPECT_EQ(list.size(), 100'000U);
}

TEST_F(Lists, Trap27EveryEntryIsGivenBackOnceFromEitherEnd) {
  gc::pile list(pool_);
  for (std::size_t n = 0; n < 10'000; ++n) ASSERT_TRUE(list.push(Object(n), n % 3 == 0));
  for (std::size_t n = 0; n < 5000; ++n) {
    ASSERT_EQ(list.pop_front().object(), Object(n));
    const gc::pile::entry last = list.pop();
    ASSERT_EQ(last.object(), Object(9999 - n));
    ASSERT_EQ(last.tagged(), (9999 - n) % 3 == 0);
  }
  EXPECT_TRUE(list.empty());
}

}  // namespace
}  // namespace tricycle::testing
