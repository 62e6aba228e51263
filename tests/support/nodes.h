// The classes that random programs make objects of, one for each kind (kinds.h).
//
// Each object carries a tag, which knows the object's number and tells the interpreter of its end.
// Edges are refs to void, so that any kind may point to any other; the shadow knows what they are.
#ifndef TRICYCLE_TESTS_SUPPORT_NODES_H_
#define TRICYCLE_TESTS_SUPPORT_NODES_H_

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "support/kinds.h"
#include "support/throw_points.h"
#include "tricycle/tricycle.h"

namespace model {

using any_ref = tricycle::ref<void>;

class actor;

/// What happens in objects' constructors and destructors is the interpreter's affair.
class node_events {
 public:
  virtual void destroyed(id n) noexcept = 0;
  virtual void constructed(actor& self) = 0;
  virtual void dying(actor& self) noexcept = 0;

 protected:
  ~node_events() = default;
};
inline node_events* events = nullptr;

/// The last member of every node: the first to be destroyed.
class tag {
 public:
  /// Only a plan: the object with this number is going to be made.
  explicit tag(id n) : number_(n) {}
  /// The object's own.
  tag(tag&& plan) : number_(plan.number_) {
    in_constructor.pass();
    seal_ = sealed(number_);
  }
  tag& operator=(tag&&) = delete;
  ~tag() {
    if (seal_ == 0) return;
    seal_ = ~seal_;
    events->destroyed(number_);
  }

  [[nodiscard]] id number() const { return number_; }
  [[nodiscard]] bool intact_as(id n) const { return number_ == n && seal_ == sealed(n); }

 private:
  static std::uint32_t sealed(id n) { return (n * 0x9e3779b1U) | 1; }

  id number_;
  std::uint32_t seal_ = 0;
};

struct pair {
  any_ref left, right;
  tag self;
};

struct fan {
  std::vector<any_ref> edges;
  tag self;
};

struct cabinet {
  using drawer = std::variant<std::monostate, any_ref, std::vector<any_ref>>;
  drawer either;
  std::optional<any_ref> maybe;
  std::map<std::uint32_t, any_ref> named;
  tag self;
};

struct leaf {
  std::array<char, 2000> payload;
  tag self;
};

class actor {
 public:
  actor(tag&& plan, std::uint32_t its_script) : script(its_script), self(std::move(plan)) {
    events->constructed(*this);
    in_constructor.pass();
  }
  ~actor() { events->dying(*this); }
  actor(const actor&) = delete;
  actor& operator=(const actor&) = delete;

  std::uint32_t script;  // what it does in its constructor and destructor (program.h)
  any_ref fellow, spare;
  std::vector<any_ref> crowd;
  tricycle::weak_ref<void> watch;
  tag self;

 private:
  friend tricycle::access;
  void trace(auto& visit) {
    visit(fellow);
    in_trace.pass();
    visit(spare, crowd, watch);
  }
};

class shape {
 public:
  shape() = default;
  shape(const shape&) = delete;
  shape& operator=(const shape&) = delete;
  virtual ~shape() = default;
  [[nodiscard]] virtual int corners() const = 0;
};

class polygon final : public shape {
 public:
  explicit polygon(tag&& plan) : self(std::move(plan)) {}
  [[nodiscard]] int corners() const override { return 3; }
  void trace(auto& visit) {
    in_trace.pass();
    visit(inside, kin, ring);
  }

  any_ref inside;
  tricycle::ref<shape> kin;
  std::deque<any_ref> ring;
  tag self;
};

/// Calls f with the object as what it is.
template <class F>
decltype(auto) as_its_kind(kind is, void* object, F&& f) {
  switch (is) {
    case kind::pair:
      return f(*static_cast<pair*>(object));
    case kind::fan:
      return f(*static_cast<fan*>(object));
    case kind::cabinet:
      return f(*static_cast<cabinet*>(object));
    case kind::actor:
      return f(*static_cast<actor*>(object));
    case kind::polygon:
      return f(*static_cast<polygon*>(object));
    case kind::leaf:
      break;
  }
  return f(*static_cast<leaf*>(object));
}

/// Calls f with a part of the object: with the member itself.
template <class F>
decltype(auto) with_part(kind is, void* object, std::size_t part, F&& f) {
  switch (is) {
    case kind::pair: {
      auto& it = *static_cast<pair*>(object);
      return part == 0 ? f(it.left) : f(it.right);
    }
    case kind::cabinet: {
      auto& it = *static_cast<cabinet*>(object);
      return part == 0 ? f(it.either) : part == 1 ? f(it.maybe) : f(it.named);
    }
    case kind::actor: {
      auto& it = *static_cast<actor*>(object);
      return part == 0 ? f(it.fellow) : part == 1 ? f(it.spare) : f(it.crowd);
    }
    case kind::polygon: {
      auto& it = *static_cast<polygon*>(object);
      return part == 0 ? f(it.inside) : part == 1 ? f(it.kin) : f(it.ring);
    }
    case kind::fan:
    case kind::leaf:
      break;
  }
  return f(static_cast<fan*>(object)->edges);
}

}  // namespace model

template <>
inline constexpr bool tricycle::leaf<model::tag> = true;

#endif  // TRICYCLE_TESTS_SUPPORT_NODES_H_
