#include "support/machine.h"

#include <chrono>
#include <stdexcept>
#include <utility>

#include "meter.h"

namespace model {

using namespace std::chrono_literals;

machine::machine() : root_(all_roots, none) {
  weak_target_.fill(none);
  for (std::unique_ptr<tricycle::heap>& heap : heaps_) {
    heap = std::make_unique<tricycle::heap>();
    heap->configure({.automatic = false});
  }
  outer_events_ = events;
  events = this;
  enter(0);
}

machine::~machine() {
  scope_.reset();
  events = outer_events_;
#ifdef TRICYCLE_HAS_FAULT_POINTS
  tricycle::gc::meter_stride = 256;
  tricycle::gc::edge_window = 256;
#endif
  if (failure_.empty()) return;
  // Whatever is wrong with them, a failed machine's objects are best left alone.
  for (std::unique_ptr<tricycle::heap>& heap : heaps_) static_cast<void>(heap.release());
  static_cast<void>(new std::vector<any_ref>(std::move(carried_)));
  for (any_ref& root : roots_) static_cast<void>(new any_ref(std::move(root)));
  for (auto& weak : weak_) static_cast<void>(new tricycle::weak_ref<void>(std::move(weak)));
}

std::string run(const program& p) {
  machine m;
  for (std::size_t i = 0; i < p.size() && m.failure().empty(); ++i) {
    m.step(p[i]);
    if (!m.failure().empty()) return "after instruction " + std::to_string(i) + ": " + m.failure();
  }
  m.finish();
  return m.failure();
}

void machine::step(const instruction& next) {
  const auto [code, a, b, c] = next;
  const id x = follow(a);
  switch (code) {
    case op::make:
      make_root(static_cast<kind>(a % kinds), b % all_roots, c % scripts);
      break;
    case op::make_edge: {
      const auto part = part_of(x, b);
      if (!part || !room()) break;
      id n = none;
      const any_ref made = make(static_cast<kind>(c % kinds), c / kinds % 2 * drops, &n);
      put_edge(x, *part, b >> 4, made, n);
      break;
    }
    case op::build:
      build(a, b % all_roots, c);
      break;
    case op::litter:
      litter(a % 64);
      break;
    case op::copy: {
      const std::uint32_t from = held_root(a, all_roots);
      set_root(b % all_roots, roots_[from], root_[from]);
      break;
    }
    case op::move: {
      if (a % all_roots == b % all_roots) break;
      const id n = std::exchange(root_[a % all_roots], none);
      set_root(b % all_roots, std::move(roots_[a % all_roots]), n);
      break;
    }
    case op::swap:
      std::swap(root_[a % all_roots], root_[b % all_roots]);
      swap(roots_[a % all_roots], roots_[b % all_roots]);
      break;
    case op::drop:
      set_root(a % all_roots, nullptr, none);
      break;
    case op::fetch:
      if (x != none) set_root(b % all_roots, tricycle::ref_from(shadow_[x].address), x);
      break;
    case op::put:
      if (const auto part = part_of(x, c)) {
        const std::uint32_t from = held_root(b, all_roots);
        put_edge(x, *part, c >> 4, roots_[from], root_[from]);
      }
      break;
    case op::take:
      if (const auto from = edge_of(x, c)) take_edge(*from, b % all_roots);
      break;
    case op::unset:
      if (const auto from = edge_of(x, b)) take_edge(*from, std::nullopt);
      break;
    case op::clear:
      if (const auto part = part_of(x, b)) clear_part(x, *part);
      break;
    case op::exchange: {
      const auto from = edge_of(x, c), to = edge_of(follow(b), c >> 4);
      if (from && to) exchange(*from, *to);
      break;
    }
    case op::shift: {
      const id y = follow(b);
      const auto from = part_of(x, c), to = part_of(y, c >> 4);
      if (from && to) shift(x, *from, y, *to);
      break;
    }
    case op::carry_out:
    case op::carry_in:
      if (const auto part = part_of(x, b)) carry(x, *part, code == op::carry_out);
      break;
    case op::watch: {
      const std::uint32_t from = held_root(a, all_roots);
      watch(b % weak_roots, roots_[from], root_[from]);
      break;
    }
    case op::watch_from:
      if (x != none && shadow_[x].is == kind::actor) {
        const std::uint32_t from = held_root(b, all_roots);
        static_cast<actor*>(shadow_[x].address)->watch = roots_[from];
        shadow_[x].watched = root_[from];
      }
      break;
    case op::lock:
      lock(a % weak_roots, b % all_roots);
      break;
    case op::unwatch:
      weak_target_[a % weak_roots] = none;
      weak_[a % weak_roots].reset();
      break;
    case op::collect:
      collect_one(static_cast<tricycle::generation>(a % 3));
      break;
    case op::collect_all:
      collect_all();
      break;
    case op::slice:
      for (std::uint32_t i = 0; i <= a % 4; ++i) tricycle::collect_for(0ns);
      break;
    case op::stride:
#ifdef TRICYCLE_HAS_FAULT_POINTS
      tricycle::gc::meter_stride = 1 + a % 64;
      tricycle::gc::edge_window = a % 3 == 0 ? 256 : 1 + a % 5;
#endif
      break;
    case op::configure:
      configure(a % 5);
      break;
    case op::enter:
      enter(a % 2);
      break;
    case op::end_heap:
      end_other_heap();
      break;
  }
  if (failure_.empty()) check();
}

/// A new object in the current heap, with its number. Throws what `make` throws.
any_ref machine::make(kind is, std::uint32_t script, id* n) {
  const id number = *n = shadow_.add(is, serial_[current_]);
  any_ref made;
  try {
    switch (is) {
      case kind::pair:
        made = tricycle::make<pair>(any_ref(), any_ref(), tag(number));
        break;
      case kind::fan:
        made = tricycle::make<fan>(std::vector<any_ref>(), tag(number));
        break;
      case kind::cabinet: {
        made = tricycle::make<cabinet>(cabinet::drawer(), std::optional<any_ref>(), ref_map(),
                                       tag(number));
        break;
      }
      case kind::actor:
        made = tricycle::make<actor>(tag(number), script);
        break;
      case kind::polygon:
        made = tricycle::make<polygon>(tag(number));
        break;
      case kind::leaf:
        made = tricycle::make<leaf>(std::array<char, 2000>(), tag(number));
        break;
    }
  } catch (...) {
    shadow_[number].husk = true;  // what its constructor let out leads nowhere
    throw;
  }
  shadow_[number].address = made.get();
  return made;
}

void machine::set_root(std::uint32_t root, any_ref value, id n) {
  root_[root] = n;
  roots_[root] = std::move(value);
}

std::uint32_t machine::held_root(std::uint32_t which, std::uint32_t among) const {
  which %= among;
  for (std::uint32_t i = 0; i < among; ++i)
    if (leads_on(root_[(which + i) % among])) return (which + i) % among;
  return which;
}

/// The object at the end of a path; `none` if all roots are null.
id machine::follow(std::uint32_t path) const {
  id n = root_[held_root(path, path_roots)];
  if (!leads_on(n)) return none;
  path /= path_roots;
  std::uint32_t hops = path % 4;
  path /= 4;
  for (; hops != 0; --hops, path /= 5) {
    std::vector<id> next;
    for (const std::vector<id>& part : shadow_[n].parts)
      for (const id to : part)
        if (leads_on(to)) next.push_back(to);
    if (next.empty()) break;
    n = next[path % next.size()];
  }
  return n;
}

std::optional<std::size_t> machine::part_of(id object, std::uint32_t which) const {
  if (object == none || shadow_[object].parts.empty()) return std::nullopt;
  return which % shadow_[object].parts.size();
}

/// One of the object's edges; none if it has none.
std::optional<machine::place> machine::edge_of(id object, std::uint32_t which) const {
  if (object == none) return std::nullopt;
  std::vector<place> edges;
  const auto& parts = shadow_[object].parts;
  for (std::size_t part = 0; part < parts.size(); ++part)
    for (std::size_t at = 0; at < parts[part].size(); ++at)
      if (parts[part][at] != none) edges.push_back({object, part, at});
  if (edges.empty()) return std::nullopt;
  return edges[which % edges.size()];
}

std::vector<id> machine::root_ids() const {
  std::vector<id> all = root_;
  all.insert(all.end(), carried_ids_.begin(), carried_ids_.end());
  return all;
}

std::uint64_t machine::candidates_lost() const {
  std::uint64_t lost = lost_before_;
  for (const auto& heap : heaps_) lost += heap->stats().candidates_lost;
  return lost;
}

}  // namespace model
