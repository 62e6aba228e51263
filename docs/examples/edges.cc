// How the collector learns what an object owns: four ways, in the order of preference.
#include <tricycle/tricycle.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "check.h"

// An aggregate: nothing to write.
struct Employee {
  std::string name;
  tricycle::ref<Employee> boss;
  std::vector<tricycle::ref<Employee>> team;
  std::map<std::string, std::optional<tricycle::ref<Employee>>> deputies;
};

// A class with private members: one line names those that own something.
class Session {
 public:
  explicit Session(std::string user) : user_(std::move(user)) {}
  void connect(tricycle::ref<Session> peer) { peer_ = std::move(peer); }

 private:
  friend tricycle::access;  // so that `trace` may be private, too
  void trace(auto& visit) { visit(peer_, watchers_); }

  std::string user_;
  tricycle::ref<Session> peer_;
  std::vector<tricycle::ref<Session>> watchers_;
};

// A class that can't be changed: its tracer is specialised.
namespace gui {
class Widget {
 public:
  Widget() = default;
  [[nodiscard]] std::vector<tricycle::ref<Widget>>& children() { return children_; }

 private:
  std::vector<tricycle::ref<Widget>> children_;
};
}  // namespace gui

template <>
struct tricycle::tracer<gui::Widget> {
  static void trace(gui::Widget& widget, auto& visit) { visit(widget.children()); }
};

// A class that owns no ref: say so. It is counted, and never searched.
class Logger {
 public:
  explicit Logger(std::string path) : path_(std::move(path)) {}
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

template <>
inline constexpr bool tricycle::leaf<Logger> = true;

// A hierarchy: virtual, so that the base's trace reaches the members of derived classes.
class Shape {
 public:
  virtual ~Shape() = default;
  virtual void trace(tricycle::edge_visitor& visit) { visit(parent); }
  tricycle::ref<Shape> parent;
};

class Group : public Shape {
 public:
  void trace(tricycle::edge_visitor& visit) override {
    Shape::trace(visit);
    visit(shapes);
  }
  std::vector<tricycle::ref<Shape>> shapes;
};

namespace {

void aggregates() {
  auto boss = tricycle::make<Employee>("Ada");
  auto clerk = tricycle::make<Employee>("Ben", boss);
  boss->team.push_back(clerk);
  boss->deputies["holidays"] = clerk;
  boss.reset();
  clerk.reset();
  check(tricycle::collect().objects == 2);
}

void classes() {
  auto here = tricycle::make<Session>("ann");
  auto there = tricycle::make<Session>("bob");
  here->connect(there);
  there->connect(here);
  here.reset();
  there.reset();
  check(tricycle::collect().objects == 2);
}

void foreign_classes() {
  auto window = tricycle::make<gui::Widget>();
  window->children().push_back(window);
  window.reset();
  check(tricycle::collect().objects == 1);
}

void leaves() {
  auto log = tricycle::make<Logger>("app.log");
  check(tricycle::ref<Logger>(log)->path() == "app.log");
  log.reset();
  check(tricycle::stats().live_objects == 0);
  check(tricycle::stats().candidates == 0);
}

void hierarchies() {
  auto group = tricycle::make<Group>();
  auto shape = tricycle::make<Shape>();
  shape->parent = group;
  group->shapes.push_back(shape);
  tricycle::ref<Shape> base = group;
  group.reset();
  shape.reset();
  base.reset();
  check(tricycle::collect().objects == 2);
}

}  // namespace

int main() {
  aggregates();
  classes();
  foreign_classes();
  leaves();
  hierarchies();
}
