// The ways in which a class can declare its edges: each closes a ring, and the ring must die.
#include <any>
#include <functional>
#include <string>

#include "gc/fixture.h"

namespace tricycle::testing {

/// Stands for a class of another library.
class Foreign {
 public:
  Counted counted;
  ref<Foreign> next;
  [[nodiscard]] int Hidden() const { return hidden_; }

 private:
  int hidden_ = 0;
};

/// Owns nothing, but is neither empty nor an aggregate.
class Logger {
 public:
  explicit Logger(std::string name) : name_(std::move(name)) {}

 private:
  std::string name_;
  Counted counted_;
};

}  // namespace tricycle::testing

template <>
struct tricycle::tracer<tricycle::testing::Foreign> {
  static void trace(tricycle::testing::Foreign& object, auto& visit) { visit(object.next); }
};
template <>
inline constexpr bool tricycle::leaf<tricycle::testing::Logger> = true;

namespace tricycle::testing {
namespace {

class PublicTrace {
 public:
  void trace(auto& visit) { visit(next, unused_); }
  Counted counted;
  ref<PublicTrace> next;

 private:
  std::vector<ref<Node>> unused_;
};

class PrivateTrace {
 public:
  Counted counted;
  ref<PrivateTrace> next;

 private:
  friend tricycle::access;
  void trace(auto& visit) { visit(next); }
};

class ConstTrace {
 public:
  void trace(auto& visit) const { visit(next); }
  Counted counted;
  ref<ConstTrace> next;
};

class TypedTrace {
 public:
  void trace(edge_visitor& visit) { visit(next); }
  Counted counted;
  ref<TypedTrace> next;
};

class VirtualTraceBase {
 public:
  virtual ~VirtualTraceBase() = default;
  virtual void trace(edge_visitor& visit) = 0;
  ref<VirtualTraceBase> next;
};
class VirtualTrace : public VirtualTraceBase {
 public:
  void trace(edge_visitor& visit) override { visit(next); }
  Counted counted;
};

class InheritedTrace : public PublicTrace {};

struct FieldsAlone {
  Counted counted;
  ref<FieldsAlone> next;
};

template <class T>
class TraceWaysTest : public HeapTest {};
using Ways = ::testing::Types<PublicTrace, PrivateTrace, ConstTrace, TypedTrace, VirtualTrace,
                              InheritedTrace, FieldsAlone, Foreign>;
TYPED_TEST_SUITE(TraceWaysTest, Ways);

TYPED_TEST(TraceWaysTest, ARingDies) {
  ref<TypeParam> a = make<TypeParam>();
  ref<TypeParam> b = make<TypeParam>();
  a->next = b;
  b->next = a;
  Drop(a);
  EXPECT_EQ(this->Collect().objects, 0U) << "b is held";
  Drop(b);
  EXPECT_EQ(this->Collect().objects, 2U);
  EXPECT_EQ(this->Alive(), 0);
}

class TraceTest : public HeapTest {};

/// A trace member wins over what an aggregate's fields would say.
struct TraceBeforeFields {
  ref<TraceBeforeFields> seen;
  ref<TraceBeforeFields> hidden;
  void trace(auto& visit) { visit(seen); }
};

TEST_F(TraceTest, ATraceMemberIsPreferredToTheFields) {
  ref<TraceBeforeFields> a = make<TraceBeforeFields>();
  TraceBeforeFields* raw = a.get();
  a->hidden = a;
  Drop(a);
  EXPECT_EQ(Collect().objects, 0U) << "trace hides the edge: it can only leak";
  raw->hidden.reset();
}

class Parts {
 public:
  void trace(auto& visit) { visit(pair, array, nested); }
  struct Nested {
    int number = 0;
    ref<Parts> inner;
  };
  Counted counted;
  std::pair<int, ref<Parts>> pair;
  ref<Parts> array[3];
  Nested nested;
};

TEST_F(TraceTest, VisitTakesContainersArraysAndNestedStructuresAtOnce) {
  ref<Parts> a = make<Parts>();
  a->pair.second = a;
  a->array[0] = a->array[2] = a;
  a->nested.inner = a;
  Drop(a);
  EXPECT_EQ(Collect().objects, 1U);
}

TEST_F(TraceTest, AnEmptyVisitIsAllowed) {
  class Nothing {
   public:
    void trace(edge_visitor& visit) { visit(); }
    Counted counted;
  };
  ref<Nothing> a = make<Nothing>();
  Touch(a);
  EXPECT_EQ(Collect().objects, 0U);
}

/// More edges than a visitor gathers before it hands them over.
TEST_F(TraceTest, AnObjectMayHaveMoreEdgesThanTheVisitorHoldsAtOnce) {
  for (const std::size_t edges : {edge_visitor::capacity - 1, edge_visitor::capacity,
                                  edge_visitor::capacity + 1, 3 * edge_visitor::capacity}) {
    ref<Node> hub = make<Node>();
    for (std::size_t i = 0; i < edges; ++i) {
      hub->others.push_back(make<Node>());
      hub->others.back()->next = hub;
    }
    Drop(hub);
    EXPECT_EQ(Collect().objects, edges + 1);
  }
}

TEST_F(TraceTest, ALeafNeverBecomesACandidate) {
  const ref<Logger> logger = make<Logger>("log");
  const ref<Leaf> leaf = make<Leaf>();
  const ref<std::string> text = make<std::string>("text");
  const ref<std::any> any = make<std::any>(1);
  Touch(logger);
  Touch(leaf);
  Touch(text);
  Touch(any);
  EXPECT_EQ(stats().candidates, 0U);
}

TEST_F(TraceTest, ATrackedObjectBecomesACandidateWhenItSurvivesADrop) {
  const ref<Node> node = make<Node>();
  EXPECT_EQ(stats().candidates, 0U);
  Touch(node);
  EXPECT_EQ(stats().candidates, 1U);
  Touch(node);
  EXPECT_EQ(stats().candidates, 1U) << "once is enough";
}

TEST_F(TraceTest, ALeafInARingsMembersHandsIsFreedWithThem) {
  struct Holder {
    ref<Logger> logger;
    ref<Holder> next;
  };
  ref<Holder> a = make<Holder>();
  a->logger = make<Logger>("log");
  a->next = a;
  Drop(a);
  EXPECT_EQ(Collect().objects, 2U);
  EXPECT_EQ(Alive(), 0);
}

}  // namespace
}  // namespace tricycle::testing
