// weak_method: calling a member function of an object that may be dead.
#include "tricycle/weak_method.h"

#include "weakref/mortal.h"

namespace tricycle::testing {
namespace {

struct Session {
  Counted counted;
  ref<Session> next;
  std::function<void()> when_read;
  int bytes = 0;

  void on_read(int n) {
    bytes += n;
    if (when_read) when_read();
  }
  [[nodiscard]] int total() const { return bytes; }
  [[nodiscard]] int total_now() const noexcept { return bytes; }
  void clear() noexcept { bytes = 0; }
  int& counter() { return bytes; }
  static int twice(const Session& session) { return 2 * session.bytes; }
  [[nodiscard]] std::unique_ptr<int> boxed(std::unique_ptr<int> more) const {
    *more += bytes;
    return more;
  }
};

class WeakMethod : public BothDeaths {};
INSTANTIATE_TEST_SUITE_P(Weak, WeakMethod, AllDeaths(), DeathName);

TEST_P(WeakMethod, AVoidFunctionSaysWhetherItWasCalled) {
  ref<Session> session = make<Session>();
  const weak_method on_read(&Session::on_read, session);
  EXPECT_TRUE(on_read(3));
  EXPECT_TRUE(on_read(4));
  EXPECT_EQ(session->bytes, 7);
  Die(session);
  EXPECT_FALSE(on_read(5));
  EXPECT_TRUE(on_read.expired());
}

TEST_P(WeakMethod, AResultComesAsAnOptional) {
  ref<Session> session = make<Session>();
  session->bytes = 5;
  const weak_method total(&Session::total, session);
  static_assert(std::is_same_v<decltype(total()), std::optional<int>>);
  EXPECT_EQ(total(), std::optional<int>(5));
  Die(session);
  EXPECT_EQ(total(), std::nullopt);
}

TEST_P(WeakMethod, AReferenceComesAsAPointer) {
  ref<Session> session = make<Session>();
  const weak_method counter(&Session::counter, session);
  *counter() = 9;
  EXPECT_EQ(session->bytes, 9);
  Die(session);
  EXPECT_EQ(counter(), nullptr);
}

TEST_P(WeakMethod, ItIsNoexceptWhereTheFunctionIs) {
  ref<Session> session = make<Session>();
  const weak_method now(&Session::total_now, session);
  const weak_method clear(&Session::clear, session);
  const weak_method total(&Session::total, session);
  static_assert(noexcept(now())&& noexcept(clear()) && !noexcept(total()));
  EXPECT_EQ(now(), 0);
  EXPECT_TRUE(clear());
  Die(session);
}

TEST_P(WeakMethod, AConstObjectHasItsConstFunctions) {
  ref<Session> session = make<Session>();
  const weak_method total(&Session::total, ref<const Session>(session));
  const weak_method on_read(&Session::on_read, session);
  using constant = weak_method<decltype(&Session::on_read), const Session>;
  static_assert(std::is_invocable_v<decltype(total)>);
  static_assert(!std::is_invocable_v<constant, int>);
  EXPECT_EQ(total(), 0);
  Die(session);
}

TEST_P(WeakMethod, ItTakesFreeFunctionsLambdasAndDataMembersToo) {
  ref<Session> session = make<Session>();
  session->bytes = 4;
  const weak_method twice(&Session::twice, session);
  const weak_method plus([](const Session& s, int n) { return s.bytes + n; }, session);
  const weak_method bytes(&Session::bytes, session);
  EXPECT_EQ(twice(), 8);
  EXPECT_EQ(plus(3), 7);
  EXPECT_EQ(*bytes(), 4);
  Die(session);
  EXPECT_FALSE(twice() || plus(3) || bytes());
}

TEST_P(WeakMethod, ArgumentsAndResultsMayBeMovedOnly) {
  ref<Session> session = make<Session>();
  session->bytes = 4;
  const weak_method boxed(&Session::boxed, session);
  EXPECT_EQ(**boxed(std::make_unique<int>(2)), 6);
  Die(session);
  EXPECT_FALSE(boxed(std::make_unique<int>(2)));
}

TEST_P(WeakMethod, TheObjectLivesUntilTheCallReturns) {
  ref<Session> session = make<Session>();
  const weak_method on_read(&Session::on_read, session);
  long alive = 0;
  session->when_read = [&] {
    session.reset();
    alive = Alive();
  };
  EXPECT_TRUE(on_read(1));
  EXPECT_EQ(alive, 1);
  EXPECT_EQ(Alive(), 0);
  EXPECT_FALSE(on_read(1));
}

TEST_P(WeakMethod, AsACallbackItMakesNoCycle) {
  ref<Session> session = make<Session>();
  session->when_read = [again = weak_method(&Session::clear, session)] { again(); };
  Die(session);
  EXPECT_EQ(Alive(), 0);
}

TEST_P(WeakMethod, ItIsMadeFromAWeakReferenceToo) {
  ref<Session> session = make<Session>();
  const weak_ref<Session> watch = session;
  const weak_method total(&Session::total, watch);
  EXPECT_EQ(total.lock(), session);
  EXPECT_EQ(total.target(), watch);
  const weak_method nothing(&Session::total, weak_ref<Session>());
  EXPECT_EQ(nothing(), std::nullopt);
  Die(session);
}

}  // namespace
}  // namespace tricycle::testing
