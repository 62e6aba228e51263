// The comparison of the two graphs; C1 to C5 are listed in machine.h.
#include <cstdio>
#include <utility>

#include "support/machine.h"
#include "tricycle/detail/header.h"

namespace model {
namespace {

/// Read without a ref, whose end would make the object a candidate.
std::uint32_t count_of(const void* object) {
  return tricycle::gc::header_of(object)->count & ~tricycle::gc::unwanted;
}

}  // namespace

void machine::fail(std::string what) noexcept {
  if (failure_.empty()) failure_ = std::move(what);
}

bool machine::quiet() const {
  return !heaps_[0]->stats().collecting && !heaps_[1]->stats().collecting;
}

void machine::check() {
  const object_set reached = shadow_.reached_from(root_ids());
  const bool all = quiet();  // else the collector may be taking garbage apart
  for (id n = 0; n < shadow_.size() && failure_.empty(); ++n)
    if (reached[n] || (all && shadow_[n].alive())) check_object(n, reached);
  for (std::size_t i = 0; i < weak_.size() && failure_.empty(); ++i)
    check_weak(weak_[i], weak_target_[i], reached, "a weak root");
  if (all && failure_.empty()) check_counts(reached);
}

void machine::check_object(id n, const object_set& reached) {
  const shadow_object& it = shadow_[n];
  const auto who = [&] { return std::string(name_of(it.is)) + ' ' + std::to_string(n); };
  if (it.husk) return;
  if (it.destroyed) return fail(who() + " was destroyed while the roots lead to it (C1)");
  const bool intact =
      as_its_kind(it.is, it.address, [&](const auto& object) { return object.self.intact_as(n); });
  if (!intact) return fail(who() + " was overwritten (C1)");
  for (std::size_t part = 0; part < it.parts.size(); ++part) {
    std::vector<const void*> expected;
    for (const id to : it.parts[part])
      expected.push_back(to == none ? nullptr : shadow_[to].address);
    if (real_part({n, part, 0}, [](const auto& member) { return contents(member); }) != expected)
      return fail(who() + " does not hold what it was given (C1)");
  }
  if (it.is == kind::actor)
    check_weak(static_cast<actor*>(it.address)->watch, it.watched, reached, "an actor");
}

void machine::check_weak(const tricycle::weak_ref<void>& real, id target, const object_set& reached,
                         const char* whose) {
  if (target == none || shadow_[target].destroyed) {
    if (!real.expired())
      fail(std::string("the weak reference of ") + whose + " outlived its target (C2)");
  } else if (reached[target] && real.expired()) {
    fail(std::string("the weak reference of ") + whose + " expired too early (C2)");
  }
}

void machine::check_counts(const object_set& reached) {
  const std::vector<std::uint32_t> counts = shadow_.counts(root_ids());
  std::array<std::size_t, 2> living{};
  for (id n = 0; n < shadow_.size(); ++n) {
    const shadow_object& it = shadow_[n];
    if (!it.alive() && !(it.husk && counts[n] != 0)) continue;
    for (std::size_t h = 0; h < heaps_.size(); ++h)
      if (it.heap == serial_[h]) ++living[h];
    if (!it.alive()) continue;
    const auto who = [&] { return std::string(name_of(it.is)) + ' ' + std::to_string(n); };
    if (counts[n] == 0) return fail(who() + " has no reference and is still there (C3)");
    if (counts[n] != count_of(it.address))
      return fail(who() + (reached[n] ? ", alive," : ", dead,") + " has " +
                  std::to_string(counts[n]) + " references and the count " +
                  std::to_string(count_of(it.address)) + " (C3)");
  }
  for (std::size_t h = 0; h < heaps_.size(); ++h) {
    const std::size_t said = heaps_[h]->stats().live_objects;
    if (said != living[h])
      return fail("a heap says that it has " + std::to_string(said) + " objects, and has " +
                  std::to_string(living[h]) + " (C3)");
  }
}

void machine::collect_one(tricycle::generation oldest) {
  object_set doomed = shadow_.garbage(shadow_.reached_from(root_ids()));
  std::vector<id> elsewhere;
  for (id n = 0; n < shadow_.size(); ++n)
    if (doomed[n] && shadow_[n].heap != serial_[current_]) elsewhere.push_back(n);
  const object_set held = shadow_.reached_from(elsewhere);
  tricycle::collect(oldest);
  if (oldest != tricycle::generation::old || !exact_ || !failure_.empty()) return;
  doomed.resize(
      shadow_.size());  // destructors made more; that may be garbage of the next collection
  const object_set reached = shadow_.reached_from(root_ids());
  for (id n = 0; n < held.size(); ++n)
    if (doomed[n] && !held[n] && shadow_[n].alive() && !reached[n])
      return fail(std::string(name_of(shadow_[n].is)) + ' ' + std::to_string(n) +
                  " was dead before a full collection and is there after it (C4)");
}

object_set machine::collect_and_list_garbage() {
  for (std::size_t deaths = deaths_ + 1; deaths != deaths_ && failure_.empty();) {
    deaths = deaths_;
    for (const auto& heap : heaps_) heap->collect();
  }
  object_set garbage = shadow_.garbage(shadow_.reached_from(root_ids()));
  const object_set held = shadow_.held_across_heaps(garbage);
  for (id n = 0; n < shadow_.size(); ++n)
    if (held[n]) garbage[n] = false;
  return garbage;
}

void machine::collect_all() {
  const object_set garbage = collect_and_list_garbage();
  if (!exact_) return;
  for (id n = 0; n < shadow_.size(); ++n)
    if (garbage[n])
      return fail(std::string(name_of(shadow_[n].is)) + ' ' + std::to_string(n) +
                  " is garbage and no collection finds it (C4)");
}

void machine::finish() {
  for (std::uint32_t i = 0; i < all_roots; ++i) set_root(i, nullptr, none);
  carried_ids_.clear();
  carried_.clear();
  check();
  // What destructors leave on the shelf lives on; in the end they only look around.
  acting_ = false;
  for (std::uint32_t i = 0; i < all_roots; ++i) set_root(i, nullptr, none);
  collect_all();
  if (!failure_.empty()) return;
  check();
  enter(1);
  end_other_heap();
  enter(0);
  end_other_heap();
  for (id n = 0; n < shadow_.size(); ++n)
    if (shadow_[n].alive()) return fail("an object outlived its heap (C5)");
}

}  // namespace model
