// [util.smartptr.atomic], [depr.util.smartptr.shared.atomic]
#include <atomic>
#include <thread>

#include "probes.h"

namespace tricycle::testing {
namespace {

using AtomicPointers = ConformanceTest;

TEST_F(AtomicPointers, LoadStoreExchange) {
  std::atomic<shared_ptr<Counted>> a;
  EXPECT_EQ(a.load(), nullptr);
  auto p = make_shared<Counted>(1);
  a.store(p);
  EXPECT_EQ(p.use_count(), 2);
  a = make_shared<Counted>(2);
  EXPECT_EQ(p.use_count(), 1);
  shared_ptr<Counted> seen = a;
  EXPECT_EQ(seen->value, 2);
  EXPECT_EQ(a.exchange(p)->value, 2);
  EXPECT_EQ(a.load(std::memory_order_acquire), p);
  static_assert(!std::is_copy_constructible_v<std::atomic<shared_ptr<int>>>);
  static_assert(std::is_same_v<std::atomic<shared_ptr<int>>::value_type, shared_ptr<int>>);
}

TEST_F(AtomicPointers, CompareExchangeLooksAtPointerAndOwner) {
  auto p = make_shared<std::pair<int, int>>(1, 2);
  shared_ptr<int> first(p, &p->first);
  shared_ptr<int> second(p, &p->second);
  std::atomic<shared_ptr<int>> a(first);
  shared_ptr<int> expected = second;
  EXPECT_FALSE(a.compare_exchange_strong(expected, nullptr));
  EXPECT_EQ(expected, first);
  EXPECT_TRUE(a.compare_exchange_strong(expected, second, std::memory_order_acq_rel,
                                        std::memory_order_acquire));
  EXPECT_EQ(a.load(), second);
  shared_ptr<int> unowned(shared_ptr<int>(), second.get());
  EXPECT_FALSE(a.compare_exchange_weak(unowned, nullptr));
}

TEST_F(AtomicPointers, WeakForm) {
  auto p = make_shared<Counted>(1);
  std::atomic<weak_ptr<Counted>> a;
  EXPECT_TRUE(a.load().expired());
  a = weak_ptr<Counted>(p);
  EXPECT_EQ(a.load().lock(), p);
  weak_ptr<Counted> expected = p;
  EXPECT_TRUE(a.compare_exchange_strong(expected, weak_ptr<Counted>()));
  EXPECT_EQ(a.exchange(p).lock(), nullptr);
}

TEST_F(AtomicPointers, WaitEndsWhenTheValueChanges) {
  std::atomic<shared_ptr<int>> a(make_shared<int>(1));
  const auto old = a.load();
  std::thread changer([&a] {
    a.store(make_shared<int>(2));
    a.notify_all();
  });
  a.wait(old);
  EXPECT_EQ(*a.load(), 2);
  changer.join();
}

TEST_F(AtomicPointers, FreeFunctions) {
  auto p = make_shared<int>(1);
  shared_ptr<int> q = atomic_load(&p);
  EXPECT_EQ(q, p);
  atomic_store(&p, make_shared<int>(2));
  EXPECT_EQ(*atomic_exchange(&p, q), 2);
  auto expected = make_shared<int>(3);
  EXPECT_FALSE(atomic_compare_exchange_strong(&p, &expected, shared_ptr<int>()));
  EXPECT_EQ(expected, q);
  EXPECT_TRUE(atomic_compare_exchange_weak(&p, &expected, shared_ptr<int>()));
  EXPECT_EQ(atomic_load_explicit(&p, std::memory_order_acquire), nullptr);
  EXPECT_FALSE(atomic_is_lock_free(&p));
}

}  // namespace
}  // namespace tricycle::testing
