#include "support/shadow.h"

#include <algorithm>

namespace model {

id shadow::add(kind is, unsigned heap) {
  shadow_object object{.is = is, .heap = heap, .parts = {}};
  for (const part p : parts_of(is)) {
    std::vector<id> empty;
    if (p == part::slot || p == part::kin) empty.assign(1, none);
    if (p == part::named) empty.assign(keys, none);
    object.parts.push_back(std::move(empty));
  }
  objects_.push_back(std::move(object));
  return size() - 1;
}

std::size_t shadow::alive() const {
  return static_cast<std::size_t>(
      std::count_if(objects_.begin(), objects_.end(), [](const auto& o) { return o.alive(); }));
}

object_set shadow::reached_from(const std::vector<id>& roots) const {
  object_set reached(size());
  std::vector<id> queue;
  const auto reach = [&](id n) {
    if (n == none || reached[n]) return;
    reached[n] = true;
    if (!objects_[n].husk) queue.push_back(n);
  };
  for (const id root : roots) reach(root);
  while (!queue.empty()) {
    const id n = queue.back();
    queue.pop_back();
    for_each_edge(n, reach);
  }
  return reached;
}

object_set shadow::garbage(const object_set& reached) const {
  object_set result(size());
  for (id n = 0; n < size(); ++n) result[n] = objects_[n].alive() && !reached[n];
  return result;
}

/// Tarjan 1972, with the recursion on a list.
std::vector<id> shadow::components(const object_set& among) const {
  struct frame {
    id object;
    std::vector<id> edges;
  };
  std::vector<id> order(size()), low(size()), component(size());
  std::vector<id> open;
  std::vector<frame> path;
  id discovered = 0, found = 0;
  const auto enter = [&](id n) {
    order[n] = low[n] = ++discovered;
    open.push_back(n);
    path.push_back({n, {}});
    for_each_edge(n, [&](id to) {
      if (among[to]) path.back().edges.push_back(to);
    });
  };
  for (id start = 0; start < size(); ++start) {
    if (!among[start] || order[start] != 0) continue;
    enter(start);
    while (!path.empty()) {
      const id n = path.back().object;
      if (!path.back().edges.empty()) {
        const id to = path.back().edges.back();
        path.back().edges.pop_back();
        if (order[to] == 0)
          enter(to);
        else if (component[to] == 0)
          low[n] = std::min(low[n], order[to]);
        continue;
      }
      path.pop_back();
      if (!path.empty()) low[path.back().object] = std::min(low[path.back().object], low[n]);
      if (low[n] != order[n]) continue;
      ++found;
      for (id member = none; member != n;) {
        member = open.back();
        open.pop_back();
        component[member] = found;
      }
    }
  }
  return component;
}

object_set shadow::held_across_heaps(const object_set& among) const {
  const std::vector<id> component = components(among);
  std::vector<unsigned> heap_of(size() + 1, ~0U);
  std::vector<bool> across(size() + 1);
  for (id n = 0; n < size(); ++n) {
    if (!among[n]) continue;
    unsigned& heap = heap_of[component[n]];
    if (heap == ~0U) heap = objects_[n].heap;
    if (heap != objects_[n].heap) across[component[n]] = true;
  }
  std::vector<id> held;
  for (id n = 0; n < size(); ++n)
    if (among[n] && across[component[n]]) held.push_back(n);
  return reached_from(held);
}

std::size_t shadow::doors(const object_set& among) const {
  const std::vector<id> component = components(among);
  std::vector<bool> entered(size() + 1);
  id last = 0;
  for (id n = 0; n < size(); ++n) {
    if (!among[n]) continue;
    last = std::max(last, component[n]);
    for_each_edge(n, [&](id to) {
      if (among[to] && component[to] != component[n]) entered[component[to]] = true;
    });
  }
  return last -
         static_cast<std::size_t>(std::count(entered.begin(), entered.begin() + last + 1, true));
}

std::vector<std::uint32_t> shadow::counts(const std::vector<id>& roots) const {
  std::vector<std::uint32_t> result(size());
  for (const id root : roots)
    if (root != none) ++result[root];
  for (id n = 0; n < size(); ++n)
    if (objects_[n].alive()) for_each_edge(n, [&](id to) { ++result[to]; });
  return result;
}

}  // namespace model
