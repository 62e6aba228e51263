// What dies while an old collection is under way is found by the next one at the latest.
//
// A candidate's wish for examination ends when a search meets it. So a search that read a part of a
// cycle before the last reference from outside was dropped, and the rest after it, finds the cycle
// alive; and must see to it that someone of it is examined again.
#include <gtest/gtest.h>

#include <chrono>

#include "tricycle/tricycle.h"

namespace {

using namespace std::chrono_literals;

struct link {
  tricycle::ref<link> next, other;
};

TEST(OldCollection, FindsLaterWhatDiedBeforeItsSearchMetTheObjectDropped) {
  tricycle::heap heap;
  heap.configure({.automatic = false});
  const tricycle::heap::scope in(heap);

  // A ring that is too large for one slice: first -> ... -> last -> first, and first -> side.
  auto first = tricycle::make<link>();
  tricycle::ref<link> last = first;
  for (int i = 0; i < 1000; ++i) last = last->next = tricycle::make<link>();
  last->next = first;
  first->other = tricycle::make<link>();
  for (int i = 0; i < 3; ++i) tricycle::collect();  // all of it is old
  link* const side = first->other.get();
  first.reset();                                 // the first candidate
  static_cast<void>(tricycle::ref<link>(last));  // the second

  tricycle::collect_for(0ns);  // has read `first` and `side`, and has not met `last`
  ASSERT_TRUE(heap.stats().collecting);
  side->other = last;
  last.reset();

  tricycle::collect();
  EXPECT_EQ(heap.stats().live_objects, 0U);
}

}  // namespace
