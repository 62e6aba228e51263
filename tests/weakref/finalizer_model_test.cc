// Random programs whose objects have callbacks and finalizers that do what they like: save
// themselves or others, cut and tie, make and drop, throw. Whatever they do: nothing that can be
// reached is destroyed; each finalizer runs once, and each callback, in their order; and in the end
// all is gone.
#include <cstdint>
#include <random>
#include <stdexcept>

#include "weakref/mortal.h"

namespace tricycle::testing {
namespace {

struct World;

struct Actor {
  Actor(World& world, bool mischief) : in(world), is_tame(!mischief) {}
  Actor(const Actor&) = delete;
  Actor& operator=(const Actor&) = delete;
  ~Actor();
  void trace(auto& visit) { visit(edges); }
  void finalize(finalization);

  World& in;
  bool is_tame;
  bool told = false;
  bool finalized = false;
  std::vector<ref<Actor>> edges;
  weak_ref<Actor> watch;  // with a callback
  Counted counted;
};

struct World {
  explicit World(std::uint32_t seed) : random(seed) {}

  [[nodiscard]] std::size_t below(std::size_t n) { return random() % n; }
  [[nodiscard]] ref<Actor>& any_root() { return roots[below(roots.size())]; }

  ref<Actor> make_one(bool mischief) {
    ref<Actor> made = make<Actor>(*this, mischief);
    Actor* raw = made.get();
    made->watch = weak_ref<Actor>(made, [this, raw] {
      expect(!raw->told && !raw->finalized, "a callback runs twice, or after the finalizer");
      raw->told = true;
      expect(raw->watch.expired(), "a callback runs before expiry");
      if (below(8) == 0 && !raw->is_tame) any_root() = ref_from(raw);
    });
    return made;
  }
  /// Whether the program can reach it: over edges as they are.
  [[nodiscard]] bool reaches(const Actor* what) const {
    std::vector<const Actor*> todo;
    std::vector<const Actor*> seen;
    const auto reach = [&](const ref<Actor>& to) {
      if (!to || std::find(seen.begin(), seen.end(), to.get()) != seen.end()) return;
      seen.push_back(to.get());
      todo.push_back(to.get());
    };
    for (const auto& root : roots) reach(root);
    while (!todo.empty()) {
      const Actor* at = todo.back();
      todo.pop_back();
      for (const auto& edge : at->edges) reach(edge);
    }
    return std::find(seen.begin(), seen.end(), what) != seen.end();
  }
  void expect(bool so, const char* what) {
    if (!so && wrong.empty()) wrong = what;
  }

  std::mt19937 random;
  std::vector<ref<Actor>> roots{8};
  std::string wrong;
  std::size_t saved = 0;
};

Actor::~Actor() {
  in.expect(told && finalized, "a destructor runs before the callback or the finalizer");
  in.expect(!in.reaches(this), "a reachable object is destroyed");
  for (const auto& edge : edges) in.expect(!edge || edge->in.wrong.empty(), "a dangling edge");
}

void Actor::finalize(finalization) {
  in.expect(told && !finalized, "a finalizer runs twice, or before the callback");
  finalized = true;
  if (is_tame) return;
  switch (in.below(8)) {
    case 0:
      in.any_root() = ref_from(this);
      ++in.saved;
      break;
    case 1:
      if (!edges.empty()) in.any_root() = edges[in.below(edges.size())];
      break;
    case 2: {
      const auto gone = std::move(edges);
      edges.clear();
      break;
    }
    case 3:
      edges.push_back(ref_from(this));
      break;
    case 4:
      if (!edges.empty() && edges[0]) edges[0]->edges.push_back(ref_from(this));
      break;
    case 5: {
      ref<Actor> made = in.make_one(/*mischief=*/false);
      made->edges.push_back(ref_from(this));
      edges.push_back(std::move(made));
      break;
    }
    case 6:
      watch = weak_ref<Actor>(ref_from(this), [this] { in.expect(finalized, "too early"); });
      break;
    default:
      throw std::runtime_error("why not");
  }
}

class FinalizerModel : public BothDeaths {
 protected:
  std::size_t Run(std::uint32_t seed) {
    World world(seed);
    if (GetParam() == Death::ByCounting) {
      settings divided = Manual();
      divided.release_budget = std::chrono::nanoseconds(seed % 2);
      configure(divided);
    }
    for (int step = 0; step < 200 && world.wrong.empty(); ++step) {
      ref<Actor>& a = world.any_root();
      ref<Actor>& b = world.any_root();
      switch (world.below(7)) {
        case 0:
        case 1:
          a = world.make_one(/*mischief=*/true);
          break;
        case 2:
        case 3:
          if (a && b) a->edges.push_back(b);
          break;
        case 4:
          if (a && !a->edges.empty()) {
            const ref<Actor> last = std::move(a->edges.back());
            a->edges.pop_back();
          }
          break;
        case 5:
          a.reset();
          break;
        default:
          if (GetParam() == Death::ByCollection)
            tricycle::collect(static_cast<generation>(world.below(3)));
          else
            for (std::size_t n = world.below(10); n != 0; --n) static_cast<void>(collect_for(1ns));
          break;
      }
    }
    for (int rounds = 0; rounds < 100 && Alive() != 0; ++rounds) {
      for (auto& root : world.roots) root.reset();
      Collect();
    }
    EXPECT_EQ(world.wrong, "") << "seed " << seed;
    EXPECT_EQ(Alive(), 0) << "seed " << seed;
    configure(Manual());
    return world.saved;
  }
};
INSTANTIATE_TEST_SUITE_P(Weak, FinalizerModel, AllDeaths(), DeathName);

TEST_P(FinalizerModel, NothingReachableDiesAndAllElseDoesInTheEnd) {
  const auto programs = static_cast<std::uint32_t>(Scaled(3000));
  std::size_t saved = 0;
  for (std::uint32_t seed = 1; seed <= programs && !HasFailure(); ++seed) saved += Run(seed);
  EXPECT_GT(saved, 0U);
}

}  // namespace
}  // namespace tricycle::testing
