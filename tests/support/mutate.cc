// What instructions do, to the shadow first and then to the real graph.
#include <chrono>
#include <memory>
#include <type_traits>
#include <utility>

#include "support/machine.h"
#include "support/random.h"

namespace model {

using namespace std::chrono_literals;

namespace {

/// Large, without edges, and unknown to the oracle: it dies where it is made, and only moves the
/// allocator's clock on, by which automatic slices run.
struct scrap {
  std::array<char, 2000> bytes;
};

constexpr bool is_vector(kind is, part p) { return p == part::list && is != kind::polygon; }

}  // namespace

void machine::make_root(kind is, std::uint32_t root, std::uint32_t script) {
  if (!room()) return;
  id n = none;
  any_ref made = make(is, script, &n);
  set_root(root, std::move(made), n);
}

/// Rings, chains, doubly linked chains, stars with a hub, trees, bundles of small rings: of pairs,
/// and of fans where an object needs more than two edges; and webs. One object becomes the root.
void machine::build(std::uint32_t shape, std::uint32_t root, std::uint32_t size) {
  size = size % 1024 + 1;
  if (shadow_.alive() + size > most_objects) return;
  if (shape % 8 >= 6) return build_web(shape, root, size);
  std::vector<any_ref> made;
  std::vector<id> ids;
  const auto grow = [&](kind is) {
    id n = none;
    made.push_back(make(is, 0, &n));
    ids.push_back(n);
  };
  const auto link = [&](std::size_t from, std::size_t part, std::size_t to) {
    put_edge(ids[from], part, ~0U, made[to], ids[to]);
  };
  shape %= 8;
  grow(shape == 3 || shape == 5 ? kind::fan : kind::pair);
  for (std::uint32_t i = 1; i < size; ++i) {
    grow(kind::pair);
    switch (shape) {
      case 0:  // ring
      case 1:  // chain
        link(i - 1, 0, i);
        break;
      case 2:  // doubly linked
        link(i - 1, 0, i);
        link(i, 1, i - 1);
        break;
      case 3:  // star: all know the hub, and the hub knows all
        link(0, 0, i);
        link(i, 0, 0);
        break;
      case 4:  // tree
        link((i - 1) / 2, i % 2, i);
        break;
      case 5:  // rings of two, which only the hub holds
        if (i % 2 == 0) {
          link(i - 1, 0, i);
          link(i, 0, i - 1);
          link(0, 0, i);
        }
        break;
    }
  }
  if (shape == 0) link(size - 1, 0, 0);
  set_root(root, made.front(), ids.front());
}

/// Objects of all kinds, with two edges each on the average, from anywhere to anywhere.
void machine::build_web(std::uint64_t seed, std::uint32_t root, std::uint32_t size) {
  random_source random(seed);
  std::vector<any_ref> made;
  std::vector<id> ids;
  for (std::uint32_t i = 0; i < size; ++i) {
    id n = none;
    made.push_back(make(static_cast<kind>(random.below(kinds)), random.below(8), &n));
    ids.push_back(n);
  }
  for (std::uint32_t i = 0; i < 2 * size; ++i) {
    const std::uint32_t from = random.below(size), to = random.below(size),
                        which = random.below(64);
    if (const auto part = part_of(ids[from], which))
      put_edge(ids[from], *part, which >> 2, made[to], ids[to]);
  }
  set_root(root, made.front(), ids.front());
}

void machine::litter(std::uint32_t n) {
  for (std::uint32_t i = 0; i < n; ++i) static_cast<void>(tricycle::make<scrap>());
}

void machine::put_edge(id object, std::size_t part, std::uint32_t which, const any_ref& value,
                       id target) {
  shadow_object& it = shadow_[object];
  const enum part is = parts_of(it.is)[part];
  if (is == part::kin && target != none &&
      (shadow_[target].is != kind::polygon || !leads_on(target)))
    return;
  put_shadow(is, it.parts[part], which, target);
  real_part({object, part, 0}, [&](auto& member) { put(member, which, value); });
}

void machine::take_edge(const place& from, std::optional<std::uint32_t> root) {
  shadow_object& it = shadow_[from.object];
  const id n = take_shadow(parts_of(it.is)[from.part], it.parts[from.part], from.at);
  any_ref taken = real_part(from, [&](auto& member) { return take(member, from.at); });
  if (root) set_root(*root, std::move(taken), n);
}

void machine::clear_part(id object, std::size_t part) {
  shadow_object& it = shadow_[object];
  clear_shadow(parts_of(it.is)[part], it.parts[part]);
  real_part({object, part, 0}, [](auto& member) { model::clear(member); });
}

void machine::exchange(const place& a, const place& b) {
  const auto slot = [&](const place& at) {
    return real_part(at, [&](auto& member) { return slot_in(member, at.at); });
  };
  any_ref* const first = slot(a);
  any_ref* const second = slot(b);
  if (first == nullptr || second == nullptr) return;
  id &x = shadow_[a.object].parts[a.part][a.at], &y = shadow_[b.object].parts[b.part][b.at];
  std::swap(x, y);
  first->swap(*second);
}

/// A whole member to another object: references move, no count changes (TRAPS 8).
void machine::shift(id from, std::size_t from_part, id to, std::size_t to_part) {
  if (from == to && from_part == to_part) return;
  shadow_object &x = shadow_[from], &y = shadow_[to];
  const part is = parts_of(x.is)[from_part];
  if (is != parts_of(y.is)[to_part] ||
      (is == part::list && is_vector(x.is, is) != is_vector(y.is, is)))
    return;
  // Each may be held by what is moved.
  const any_ref pins[] = {tricycle::ref_from(x.address), tricycle::ref_from(y.address)};
  y.parts[to_part] = x.parts[from_part];
  clear_shadow(is, x.parts[from_part]);
  real_part({from, from_part, 0}, [&](auto& source) {
    real_part({to, to_part, 0}, [&](auto& target) {
      if constexpr (std::is_same_v<decltype(source), decltype(target)>) {
        target = std::move(source);
        model::clear(source);  // an optional or variant keeps its moved-from element
      }
    });
  });
}

/// A whole vector to the stack, where the collector sees nothing of it, or back.
void machine::carry(id object, std::size_t part, bool out) {
  shadow_object& it = shadow_[object];
  if (!is_vector(it.is, parts_of(it.is)[part])) return;
  if (out && !carried_.empty()) return;
  const any_ref pin = tricycle::ref_from(it.address);
  real_part({object, part, 0}, [&](auto& member) {
    if constexpr (std::is_same_v<decltype(member), std::vector<any_ref>&>) {
      if (out) {
        carried_ids_ = std::exchange(it.parts[part], {});
        carried_ = std::move(member);
      } else {
        it.parts[part] = std::exchange(carried_ids_, {});
        member = std::move(carried_);
      }
    }
  });
}

void machine::watch(std::uint32_t weak, const any_ref& target, id n) {
  tricycle::weak_ref<void> watcher = target;
  weak_target_[weak] = n;
  weak_[weak] = std::move(watcher);
}

void machine::lock(std::uint32_t weak, std::uint32_t root) {
  any_ref locked = weak_[weak].lock();
  const id n = locked ? weak_target_[weak] : none;
  if (locked && (!leads_on(n) || shadow_[n].address != locked.get()))
    return fail("weak root " + std::to_string(weak) + " gave an object that is not alive");
  set_root(root, std::move(locked), n);
}

void machine::configure(std::uint32_t which) {
  tricycle::settings with;
  if (which == 0) with.automatic = false;
  if (which >= 2) {  // at every chance
    with.pause_target = which == 2 ? 0us : 1us;
    with.trash_floor = 0;
    with.trash_fraction = 0;
  }
  if (which == 4) with.release_budget = 1us;
  heaps_[current_]->configure(with);
}

void machine::enter(unsigned heap) {
  scope_.reset();
  current_ = heap;
  scope_.emplace(*heaps_[heap]);
}

void machine::end_other_heap() {
  const unsigned other = 1 - current_;
  auto fresh = std::make_unique<tricycle::heap>();
  fresh->configure({.automatic = false});
  lost_before_ += heaps_[other]->stats().candidates_lost;
  const unsigned ending = serial_[other];
  for (id n = 0; n < shadow_.size(); ++n)
    if (shadow_[n].heap == ending && shadow_[n].alive()) shadow_[n].husk = true;
  std::swap(heaps_[other], fresh);
  serial_[other] = std::max(serial_[0], serial_[1]) + 1;
  fresh.reset();
  for (id n = 0; n < shadow_.size(); ++n) {
    if (shadow_[n].heap != ending || shadow_[n].address == nullptr) continue;
    if (!shadow_[n].destroyed) fail("an object outlived its heap");
    shadow_[n].parts.clear();
  }
}

}  // namespace model
