// What real programs do with shared pointers, beyond the standard's clauses.
#include <any>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <variant>

#include "probes.h"

namespace tricycle::testing {
namespace {

using InTheWild = ConformanceTest;

template <class T>
struct IsShared : std::false_type {};
template <class T>
struct IsShared<shared_ptr<T>> : std::true_type {};
static_assert(IsShared<shared_ptr<int>>::value && !IsShared<weak_ptr<int>>::value);

template <template <class> class Pointer, class T>
[[nodiscard]] T Value(const Pointer<T>& p) {
  return *p;
}
TEST_F(InTheWild, TemplatesThatTakeTheClassTemplate) { EXPECT_EQ(Value(make_shared<int>(4)), 4); }

TEST_F(InTheWild, VoidPointersKeepAnything) {
  std::vector<shared_ptr<void>> keep;
  keep.push_back(make_shared<Counted>(1));
  keep.emplace_back(new Counted(2));
  keep.push_back(make_shared<Counted[]>(2));
  EXPECT_EQ(Counted::alive, 4);
  keep.clear();
  EXPECT_EQ(Counted::alive, 0);
  shared_ptr<const void> constant = make_shared<Counted>(3);
}

TEST_F(InTheWild, CapturesInFunctions) {
  auto p = make_shared<Counted>(5);
  std::function<int()> f = [p] { return p->value; };
  EXPECT_EQ(p.use_count(), 2);
  p.reset();
  EXPECT_EQ(f(), 5);
  f = nullptr;
  EXPECT_EQ(Counted::alive, 0);
}

TEST_F(InTheWild, RunsItsDeleterWhenTheScopeEnds) {
  bool ran = false;
  {
    shared_ptr<void> at_exit(nullptr, [&ran](void*) { ran = true; });
  }
  EXPECT_TRUE(ran);
}

struct Json;
using Array = std::vector<shared_ptr<Json>>;
using Object = std::map<std::string, shared_ptr<Json>>;
struct Json {
  std::variant<std::nullptr_t, double, std::string, Array, Object> value;
};
TEST_F(InTheWild, RecursiveVariants) {
  auto root = make_shared<Json>();
  root->value = Array{make_shared<Json>(), make_shared<Json>()};
  std::get<Array>(root->value)[0]->value = Object{{"x", make_shared<Json>()}};
  EXPECT_EQ(std::get<Array>(root->value).size(), 2U);
}

class PrivateParts {
 public:
  static shared_ptr<PrivateParts> Create() { return shared_ptr<PrivateParts>(new PrivateParts); }
  static shared_ptr<PrivateParts> CreateWithTag() { return make_shared<PrivateParts>(Tag()); }

 private:
  struct Tag {};
  PrivateParts() = default;

 public:
  explicit PrivateParts(Tag) {}
};
TEST_F(InTheWild, PrivateConstructors) {
  EXPECT_NE(PrivateParts::Create(), nullptr);
  EXPECT_NE(PrivateParts::CreateWithTag(), nullptr);
}

struct Hidden;
struct Pimpl {
  Pimpl();
  ~Pimpl();
  std::unique_ptr<Hidden> parts;
  shared_ptr<Hidden> shared;
};
TEST_F(InTheWild, IncompleteParts) { EXPECT_EQ(make_shared<Pimpl>().use_count(), 1); }
struct Hidden {};
Pimpl::Pimpl() = default;
Pimpl::~Pimpl() = default;

/// Fields of all kinds, to be taken apart or left alone, but not to break a build.
struct Everything {
  std::any any;
  std::function<void()> function;
  std::optional<shared_ptr<Everything>> maybe;
  std::variant<int, shared_ptr<Everything>> either;
  std::deque<weak_ptr<Everything>> watchers;
  const shared_ptr<Everything> constant;
  int bits : 3;
  int matrix[2][2];
  std::mutex mutex;
  int& reference;
};
TEST_F(InTheWild, AggregatesOfEverything) {
  int n = 0;
  shared_ptr<Everything> p(new Everything{{}, {}, {}, {}, {}, {}, 1, {}, {}, n});
  EXPECT_EQ(p->bits, 1);
}

struct Logger {
  template <class... Args>
  void trace(const char* format, Args&&...) {
    last = format;
  }
  void finalize(int code) { last = std::to_string(code); }
  std::string last;
};
struct Stage {
  void trace() {}
  bool finalize() { return true; }
};
struct Variadic {
  void trace(...) {}
};
struct AnyTrace {
  void trace(const std::any&) {}
};
TEST_F(InTheWild, ForeignMembersNamedTraceAreNoDeclarations) {
  EXPECT_EQ(make_shared<Logger>().use_count(), 1);
  EXPECT_EQ(make_shared<Stage>().use_count(), 1);
  EXPECT_EQ(make_shared<Variadic>().use_count(), 1);
  EXPECT_EQ(make_shared<AnyTrace>().use_count(), 1);
}

TEST_F(InTheWild, DeleterMayHoldAWeakPointerToItsOwnObject) {
  struct Deleter {
    weak_ptr<Counted>* watch;
    shared_ptr<int> captured;
    void operator()(Counted* p) const {
      EXPECT_TRUE(watch->expired());
      delete p;
    }
  };
  auto captured = make_shared<int>(1);
  weak_ptr<Counted> w;
  {
    shared_ptr<Counted> p(new Counted, Deleter{&w, captured});
    w = p;
  }
  EXPECT_EQ(Counted::alive, 0);
  // What the deleter captured goes with the object; libstdc++ keeps it for the weak pointer.
  if constexpr (ours) {
    EXPECT_EQ(captured.use_count(), 1);
  }
}

struct Polymorphic {
  Polymorphic() = default;
  Polymorphic(const Polymorphic&) = delete;
  virtual ~Polymorphic() = default;
};
TEST_F(InTheWild, ConstMembersAndConstObjects) {
  struct Owner {
    const shared_ptr<const Polymorphic> part;
  };
  auto owner = make_shared<const Owner>(Owner{make_shared<Polymorphic>()});
  EXPECT_EQ(owner->part.use_count(), 1);
}

TEST_F(InTheWild, OwnerMayDropItselfThroughAMemberFunction) {
  struct Session : enable_shared_from_this<Session> {
    shared_ptr<Session>* slot = nullptr;
    int Close() {
      auto self = shared_from_this();
      slot->reset();
      return 3;
    }
  };
  auto p = make_shared<Session>();
  p->slot = &p;
  EXPECT_EQ(p->Close(), 3);
  EXPECT_EQ(p, nullptr);
}

}  // namespace
}  // namespace tricycle::testing
