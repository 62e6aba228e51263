// Aggregates: their fields are found without a word from the user.
#include <any>
#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "gc/fixture.h"

namespace tricycle::testing {
namespace {

template <class T>
inline constexpr gc::edges edges_in = gc::edges_of<T>();

class AggregateTest : public HeapTest {
 protected:
  /// A ring of one through `field`, which must be seen.
  template <class T, class Close>
  void ExpectRingDies(Close close) {
    static_assert(std::is_aggregate_v<T>);
    ref<T> a = make<T>();
    close(a);
    Drop(a);
    EXPECT_EQ(Collect().objects, 1U);
  }
};

struct WithArray {
  int head[4] = {};
  ref<WithArray> edges[3];
  char tail[5] = {};
};
TEST_F(AggregateTest, AnArrayOfRefsIsSeen) {
  ExpectRingDies<WithArray>([](auto& a) { a->edges[2] = a; });
}

struct WithMatrix {
  ref<WithMatrix> edges[2][3];
  std::vector<ref<WithMatrix>> lists[2];
};
TEST_F(AggregateTest, AnArrayOfArraysIsSeen) {
  ExpectRingDies<WithMatrix>([](auto& a) { a->edges[1][2] = a->edges[0][0] = a; });
  ExpectRingDies<WithMatrix>([](auto& a) { a->lists[1].push_back(a); });
}

struct WithOptional {
  std::string name;
  std::optional<ref<WithOptional>> edge;
};
TEST_F(AggregateTest, AnOptionalIsSeen) {
  ExpectRingDies<WithOptional>([](auto& a) { a->edge = a; });
}

struct WithVariant {
  std::variant<int, ref<WithVariant>> edge;
  std::string name;
};
TEST_F(AggregateTest, AVariantIsSeen) {
  ExpectRingDies<WithVariant>([](auto& a) { a->edge = a; });
}

struct WithBits {
  unsigned a : 3 = 1;
  unsigned b : 7 = 2;
  ref<WithBits> edge;
  bool c : 1 = true;
};
TEST_F(AggregateTest, BitFieldsAreSteppedOver) {
  ExpectRingDies<WithBits>([](auto& a) { a->edge = a; });
}

struct Nested {
  int x = 0;
  struct Inner {
    double y = 0;
    struct Core {
      ref<Nested> edge;
      int z = 0;
    } core;
  } inner;
};
TEST_F(AggregateTest, NestedAggregatesAreSeen) {
  ExpectRingDies<Nested>([](auto& a) { a->inner.core.edge = a; });
}

struct InnerPart {
  ref<struct WithArrayOfParts> edge;
  int number = 0;
};
struct WithArrayOfParts {
  InnerPart parts[3];
};
TEST_F(AggregateTest, AnArrayOfAggregatesIsSeen) {
  ExpectRingDies<WithArrayOfParts>([](auto& a) { a->parts[1].edge = a; });
}

struct WithStdLeaves {
  std::function<void()> callback;
  std::any anything;
  std::string name;
  std::string_view view;
  std::shared_ptr<int> shared;
  std::weak_ptr<int> weak;
  ref<WithStdLeaves> edge;
};
TEST_F(AggregateTest, OtherStandardTypesAreLeaves) {
  ExpectRingDies<WithStdLeaves>([](auto& a) { a->edge = a; });
}

enum class Colour { red };
struct WithScalars {
  bool flag = false;
  double number = 0;
  Colour colour = Colour::red;
  const char* text = nullptr;
  void (*function)() = nullptr;
  int WithScalars::*member = nullptr;
  std::nullptr_t nothing = nullptr;
  WithScalars* raw = nullptr;
  ref<WithScalars> edge;
};
TEST_F(AggregateTest, ScalarsAndRawPointersOwnNothing) {
  ExpectRingDies<WithScalars>([](auto& a) {
    a->edge = a;
    a->raw = a.get();
  });
}

struct WithConst {
  const int number = 1;
  const ref<WithConst> edge;
};
TEST_F(AggregateTest, AConstRefIsSeen) {
  ExpectRingDies<WithConst>([](auto& a) { const_cast<ref<WithConst>&>(a->edge) = a; });
}

struct WithReference {
  ref<Node>& elsewhere;
  ref<WithReference> edge;
};
static_assert(edges_in<WithReference> == gc::edges::undeclared, "nothing converts to a reference");

struct TracedWithReference {
  ref<Node>& elsewhere;
  ref<TracedWithReference> edge;
  void trace(auto& visit) { visit(edge); }
};
TEST_F(AggregateTest, AnAggregateWithAReferenceMemberMayDeclareTrace) {
  ref<Node> node = make<Node>();
  ref<TracedWithReference> a = make<TracedWithReference>(node);
  a->edge = a;
  Drop(a);
  EXPECT_EQ(Collect().objects, 1U);
}

struct WithUniquePtr {
  struct Part {
    ref<WithUniquePtr> edge;
  };
  std::unique_ptr<Part> part;
  std::unique_ptr<int[]> numbers;
};
TEST_F(AggregateTest, WhatAUniquePtrOwnsIsSeen) {
  ExpectRingDies<WithUniquePtr>([](auto& a) {
    a->part = std::make_unique<WithUniquePtr::Part>();
    a->part->edge = a;
  });
}

// Recursive types: the question what they own must come to an end.
struct Tree {
  std::vector<Tree> branches;
  ref<struct Forest> owner;
};
struct Forest {
  Tree tree;
};
TEST_F(AggregateTest, ATypeThatContainsContainersOfItselfIsSeen) {
  ExpectRingDies<Forest>([](auto& a) {
    a->tree.branches.resize(2);
    a->tree.branches[1].branches.resize(1);
    a->tree.branches[1].branches[0].owner = a;
  });
}

struct List {
  std::unique_ptr<List> rest;
  int value = 0;
};
static_assert(edges_in<List> == gc::edges::none, "a recursive type without edges is a leaf");

struct Even {
  std::vector<struct Odd> odds;
};
struct Odd {
  std::vector<Even> evens;
  ref<Even> edge;
};
TEST_F(AggregateTest, TypesThatContainEachOtherAreSeen) {
  ExpectRingDies<Even>([](auto& a) {
    a->odds.resize(1);
    a->odds[0].evens.resize(1);
    a->odds[0].evens[0].odds.resize(1);
    a->odds[0].evens[0].odds[0].edge = a;
  });
}

// What is decided at compile time.
struct NoEdges {
  int a = 0;
  std::string b;
  std::map<int, std::vector<double>> c;
};
struct Weak {
  weak_ref<Node> watched;
  int value = 0;
};
struct Nothing {};
struct Base {
  int value = 0;
};
struct OnlyAnEmptyBase : Nothing {
  ref<Node> edge;
};
static_assert(edges_in<NoEdges> == gc::edges::none);
static_assert(edges_in<Weak> == gc::edges::none, "weak references own nothing");
static_assert(edges_in<Nothing> == gc::edges::none);
static_assert(edges_in<const Nested> == gc::edges::some, "const changes nothing");

template <std::size_t... I>
struct Many {
  ref<Node> r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, r10, r11, r12, r13, r14, r15, r16, r17, r18,
      r19, r20, r21, r22, r23, r24, r25, r26, r27, r28, r29, r30;
  ref<Many> last;
};
TEST_F(AggregateTest, AnAggregateOfThirtyTwoFieldsIsSeen) {
  ExpectRingDies<Many<>>([](auto& a) { a->last = a; });
}

}  // namespace
}  // namespace tricycle::testing
