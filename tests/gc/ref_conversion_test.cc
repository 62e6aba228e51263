// Conversions to bases at the same address, and the casts.
#include <type_traits>
#include <utility>

#include "gc/fixture.h"

namespace tricycle::testing {
namespace {

class RefConversionTest : public HeapTest {};

class Shape {
 public:
  virtual ~Shape() = default;
  [[nodiscard]] virtual int Corners() const = 0;
  void trace(auto& visit) { visit(neighbour); }

  Counted counted;
  ref<Shape> neighbour;
};
class Triangle : public Shape {
 public:
  [[nodiscard]] int Corners() const override { return 3; }
};
class Square : public Shape {
 public:
  [[nodiscard]] int Corners() const override { return 4; }
};

TEST_F(RefConversionTest, ARefConvertsToItsFirstBase) {
  const ref<Square> square = make<Square>();
  const ref<Shape> shape = square;
  EXPECT_EQ(shape->Corners(), 4);
  EXPECT_EQ(shape, square);
  EXPECT_EQ(square.use_count(), 2);
}

TEST_F(RefConversionTest, AMoveConvertsWithoutTouchingTheCount) {
  ref<Square> square = make<Square>();
  const ref<Shape> shape = std::move(square);
  EXPECT_EQ(square, nullptr);  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(shape.use_count(), 1);
  EXPECT_EQ(stats().candidates, 0U);
}

TEST_F(RefConversionTest, AssignmentConverts) {
  ref<Shape> shape = make<Triangle>();
  const ref<Square> square = make<Square>();
  shape = square;
  EXPECT_EQ(shape->Corners(), 4);
  EXPECT_EQ(Alive(), 1);
  shape = make<Triangle>();
  EXPECT_EQ(shape->Corners(), 3);
}

TEST_F(RefConversionTest, TheObjectIsDestroyedAsWhatItWasMade) {
  struct Plain {
    int a = 0;
  };
  struct Rich : Plain {
    Counted counted;
    ref<Node> node;
    void trace(edge_visitor& visit) { visit(node); }
  };
  ref<Plain> plain = make<Rich>();
  EXPECT_EQ(Alive(), 1);
  Drop(plain);  // Plain has no virtual destructor
  EXPECT_EQ(Alive(), 0);
}

TEST_F(RefConversionTest, ACycleHeldThroughBasesIsCollected) {
  ref<Shape> square = make<Square>();
  square->neighbour = make<Triangle>();
  square->neighbour->neighbour = square;
  Drop(square);
  EXPECT_EQ(Collect().objects, 2U);
}

TEST_F(RefConversionTest, ARefConvertsToARefToConst) {
  const ref<Leaf> leaf = make<Leaf>(Counted(), 5);
  const ref<const Leaf> constant = leaf;
  static_assert(std::is_same_v<decltype(*constant), const Leaf&>);
  EXPECT_EQ(constant->value, 5);
}

TEST_F(RefConversionTest, MakeOfConstMakesAConstObjectThatIsTracked) {
  ref<const Node> node = make<const Node>();
  const_pointer_cast<Node>(node)->next = const_pointer_cast<Node>(node);
  Drop(node);
  EXPECT_EQ(Collect().objects, 1U);
}

TEST_F(RefConversionTest, ARefConvertsToVoidAndBack) {
  ref<Leaf> leaf = make<Leaf>(Counted(), 9);
  ref<void> anything = leaf;
  Drop(leaf);
  EXPECT_EQ(Alive(), 1);
  EXPECT_EQ(static_pointer_cast<Leaf>(anything)->value, 9);
  Drop(anything);
  EXPECT_EQ(Alive(), 0);
}

TEST_F(RefConversionTest, AStaticCastSharesTheObject) {
  const ref<Shape> shape = make<Square>();
  const ref<Square> square = static_pointer_cast<Square>(shape);
  EXPECT_EQ(square, shape);
  EXPECT_EQ(shape.use_count(), 2);
  EXPECT_EQ(static_pointer_cast<Shape>(square), shape);
  EXPECT_EQ(static_pointer_cast<Square>(ref<Shape>()), nullptr);
}

TEST_F(RefConversionTest, ADynamicCastTellsWhatTheObjectIs) {
  const ref<Shape> shape = make<Square>();
  EXPECT_EQ(dynamic_pointer_cast<Square>(shape), shape);
  EXPECT_EQ(dynamic_pointer_cast<Triangle>(shape), nullptr);
  EXPECT_EQ(dynamic_pointer_cast<Square>(ref<Shape>()), nullptr);
  EXPECT_EQ(shape.use_count(), 1) << "the temporaries are gone";
}

class Solid {
 public:
  virtual ~Solid() = default;
  int weight = 0;
};
class Cube : public Square, public Solid {};

TEST_F(RefConversionTest, ADynamicCastSidewaysToAnotherAddressIsNull) {
  const ref<Shape> shape = make<Cube>();
  ASSERT_NE(dynamic_cast<Solid*>(shape.get()), nullptr);
  EXPECT_EQ(dynamic_pointer_cast<Solid>(shape), nullptr);
  EXPECT_EQ(shape.use_count(), 1);
}

TEST_F(RefConversionTest, AConstCastSharesTheObject) {
  const ref<const Leaf> constant = make<Leaf>();
  const ref<Leaf> leaf = const_pointer_cast<Leaf>(constant);
  leaf->value = 4;
  EXPECT_EQ(constant->value, 4);
  EXPECT_EQ(constant.use_count(), 2);
}

struct Empty {};
struct WithEmptyBase : Empty {
  explicit WithEmptyBase(int v) : value(v) {}
  int value;
  void trace(auto&) {}
};

TEST_F(RefConversionTest, ARefConvertsToAnEmptyBaseAtTheSameAddress) {
  const ref<Empty> base = make<WithEmptyBase>(3);
  EXPECT_EQ(static_pointer_cast<WithEmptyBase>(base)->value, 3);
}

}  // namespace
}  // namespace tricycle::testing
