// [util.smartptr.shared.cast]
#include "probes.h"

namespace tricycle::testing {
namespace {

using SharedPtrCasts = ConformanceTest;

struct A {
  virtual ~A() = default;
};
struct Z {
  virtual ~Z() = default;
};
struct AZ : A, Z {};

TEST_F(SharedPtrCasts, StaticSharesOwnership) {
  shared_ptr<A> a = make_shared<AZ>();
  auto az = static_pointer_cast<AZ>(a);
  EXPECT_EQ(az.use_count(), 2);
  auto moved = static_pointer_cast<AZ>(std::move(a));
  EXPECT_EQ(a, nullptr);
  EXPECT_EQ(moved.use_count(), 2);
  EXPECT_EQ(
      static_pointer_cast<int>(shared_ptr<void>(new int(3), [](int* p) { delete p; })).use_count(),
      1);
  EXPECT_EQ(static_pointer_cast<AZ>(shared_ptr<A>()), nullptr);
}

TEST_F(SharedPtrCasts, DynamicFindsOrFails) {
  shared_ptr<A> a = make_shared<AZ>();
  auto z = dynamic_pointer_cast<Z>(a);
  ASSERT_NE(z, nullptr);
  EXPECT_EQ(z.use_count(), 2);
  shared_ptr<A> only = make_shared<A>();
  EXPECT_EQ(dynamic_pointer_cast<AZ>(only), nullptr);
  EXPECT_EQ(dynamic_pointer_cast<AZ>(only).use_count(), 0);
  EXPECT_EQ(dynamic_pointer_cast<AZ>(std::move(only)), nullptr);
  EXPECT_NE(only, nullptr);  // NOLINT(bugprone-use-after-move): a failed cast leaves it
  auto moved = dynamic_pointer_cast<AZ>(std::move(a));
  EXPECT_NE(moved, nullptr);
  EXPECT_EQ(a, nullptr);
}

TEST_F(SharedPtrCasts, ConstAndReinterpret) {
  shared_ptr<const int> c = make_shared<int>(1);
  auto p = const_pointer_cast<int>(c);
  *p = 2;
  EXPECT_EQ(*c, 2);
  auto bytes = reinterpret_pointer_cast<unsigned char>(p);
  EXPECT_EQ(bytes.use_count(), 3);
  auto q = const_pointer_cast<int>(std::move(c));
  EXPECT_EQ(c, nullptr);
  auto r = reinterpret_pointer_cast<int>(std::move(bytes));
  EXPECT_EQ(r, q);
  auto array = make_shared<int[]>(2);
  shared_ptr<const int[]> ca = array;
  EXPECT_EQ(const_pointer_cast<int[]>(ca), array);
}

struct Later;
shared_ptr<void> MakeLater();
[[nodiscard]] shared_ptr<Later> CastToIncomplete(const shared_ptr<void>& p) {
  return static_pointer_cast<Later>(p);
}
struct Later {
  int value = 9;
};
shared_ptr<void> MakeLater() { return make_shared<Later>(); }

TEST_F(SharedPtrCasts, ToAnIncompleteType) { EXPECT_EQ(CastToIncomplete(MakeLater())->value, 9); }

}  // namespace
}  // namespace tricycle::testing
