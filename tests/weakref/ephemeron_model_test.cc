// Random programs with ephemerons, judged by a naive oracle: Hayes's definition, iterated until
// nothing changes.
//
// Objects have ordinary edges and a weak_key_map each; some are held by the program. After each
// step nothing may have died that the oracle holds for alive; and when the steps are over and the
// collector has run to its end, nothing may live that is not.
#include <cstdint>
#include <optional>
#include <random>
#include <set>

#include "tricycle/weak_key_map.h"
#include "weakref/mortal.h"

namespace tricycle::testing {
namespace {

constexpr std::size_t kObjects = 24;

struct World;

struct Actor {
  Actor(World& world, std::size_t its_number) : in(world), number(its_number) {}
  ~Actor();
  void trace(auto& visit) { visit(edges, map); }

  World& in;
  std::size_t number;
  std::vector<ref<Actor>> edges;
  weak_key_map<Actor, ref<Actor>> map;
};

/// What the objects are, as the oracle knows it.
struct World {
  std::vector<ref<Actor>> roots{kObjects};
  std::vector<Actor*> at{kObjects, nullptr};

  [[nodiscard]] std::set<std::size_t> Reachable() const {
    std::set<std::size_t> seen;
    std::vector<std::size_t> todo;
    const auto reach = [&](std::size_t n) {
      if (seen.insert(n).second) todo.push_back(n);
    };
    for (std::size_t n = 0; n < kObjects; ++n)
      if (roots[n]) reach(n);
    for (;;) {
      while (!todo.empty()) {
        const std::size_t n = todo.back();
        todo.pop_back();
        for (const auto& edge : edges[n]) reach(edge);
      }
      for (const auto& [where, value] : entries)
        if (seen.contains(where.first) && seen.contains(where.second)) reach(value);
      if (todo.empty()) return seen;
    }
  }

  std::vector<std::multiset<std::size_t>> edges{kObjects};
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> entries;  // map and key; value
  std::vector<std::size_t> died;
};

Actor::~Actor() {
  in.at[number] = nullptr;
  in.died.push_back(number);
}

class Ephemerons : public BothDeaths {
 protected:
  void Run(std::uint32_t seed) {
    std::mt19937 random(seed);
    const auto below = [&](std::size_t n) { return random() % n; };
    World world;
    for (std::size_t n = 0; n < kObjects; ++n) {
      world.roots[n] = make<Actor>(world, n);
      world.at[n] = world.roots[n].get();
    }
    const auto bury = [&](const std::set<std::size_t>& reachable) {
      for (const std::size_t n : world.died) {
        ASSERT_FALSE(reachable.contains(n)) << "a live object died: " << n << ", seed " << seed;
        world.edges[n].clear();
        std::erase_if(world.entries,
                      [n](const auto& e) { return e.first.first == n || e.first.second == n; });
      }
      world.died.clear();
    };
    const auto reachable_one = [&]() -> std::optional<std::size_t> {
      const auto all = world.Reachable();
      if (all.empty()) return std::nullopt;
      return *std::next(all.begin(), static_cast<std::ptrdiff_t>(below(all.size())));
    };
    for (int step = 0; step < 150; ++step) {
      const auto a = reachable_one(), b = reachable_one(), c = reachable_one();
      if (!a) break;
      switch (below(8)) {
        case 0:
        case 1:
          world.at[*a]->edges.push_back(ref_from(world.at[*b]));
          world.edges[*a].insert(*b);
          break;
        case 2:
          if (!world.at[*a]->edges.empty()) {
            const std::size_t to = world.at[*a]->edges.back()->number;
            world.edges[*a].erase(world.edges[*a].find(to));
            world.at[*a]->edges.pop_back();
          }
          break;
        case 3:
        case 4:
          world.at[*a]->map.insert_or_assign(ref_from(world.at[*b]), ref_from(world.at[*c]));
          world.entries[{*a, *b}] = *c;
          break;
        case 5:
          world.at[*a]->map.erase(ref_from(world.at[*b]));
          world.entries.erase({*a, *b});
          break;
        case 6:
          world.roots[*a].reset();
          break;
        case 7:
          if (GetParam() == Death::InSlices)
            for (std::size_t n = below(20); n != 0; --n) static_cast<void>(collect_for(1ns));
          else
            tricycle::collect(static_cast<generation>(below(3)));
          break;
      }
      bury(world.Reachable());
      if (HasFatalFailure()) return;
    }
    // From the candidates alone, in every other program: not only because all there is was looked
    // at.
    if (seed % 2 == 0) Collect();
    for (int rounds = 0; rounds < 6; ++rounds)
      while (collect_for(1ns)) {
      }
    const auto reachable = world.Reachable();
    bury(reachable);
    for (std::size_t n = 0; n < kObjects; ++n)
      ASSERT_EQ(world.at[n] != nullptr, reachable.contains(n)) << n << ", seed " << seed;
    for (const auto& [where, value] : world.entries)
      ASSERT_EQ((*world.at[where.first]->map.get(ref_from(world.at[where.second])))->number, value);
    for (auto& root : world.roots) root.reset();
    Collect();
    ASSERT_EQ(world.at, std::vector<Actor*>(kObjects, nullptr)) << "seed " << seed;
  }
};
INSTANTIATE_TEST_SUITE_P(Weak, Ephemerons, ::testing::Values(Death::ByCollection, Death::InSlices),
                         DeathName);

TEST_P(Ephemerons, LiveAndDieAsHayesDefinedIt) {
  const std::uint32_t programs = static_cast<std::uint32_t>(Scaled(2000));
  for (std::uint32_t seed = 1; seed <= programs; ++seed) {
    Run(seed);
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace tricycle::testing
