// What objects do in their constructors and destructors: the same, to the shadow and to the graph.
#include <chrono>
#include <new>

#include "support/machine.h"

namespace model {

using namespace std::chrono_literals;

void machine::destroyed(id n) noexcept {
  if (shadow_[n].destroyed) fail("object " + std::to_string(n) + " was destroyed twice");
  shadow_[n].destroyed = true;
  ++deaths_;
}

void machine::constructed(actor& self) {
  const id n = self.self.number();
  shadow_[n].address = &self;
  if ((self.script & shows_itself) != 0)
    set_root(path_roots + n % shelf_roots, tricycle::ref_from(static_cast<void*>(&self)), n);
}

/// A fellow is null, or the very object it was, and intact (TRAPS 12).
void machine::check_neighbours(const actor& self) noexcept {
  const id n = self.self.number();
  const auto& parts = shadow_[n].parts;
  const std::vector<const void*> real[] = {contents(self.fellow), contents(self.spare),
                                           contents(self.crowd)};
  for (std::size_t part = 0; part < parts.size(); ++part) {
    for (std::size_t at = 0; at < real[part].size(); ++at) {
      if (real[part][at] == nullptr) continue;
      const id to = at < parts[part].size() ? parts[part][at] : none;
      if (to == none || shadow_[to].address != real[part][at])
        return fail("the dying actor " + std::to_string(n) + " has an edge that it was not given");
      if (shadow_[to].husk) continue;
      if (shadow_[to].destroyed ||
          !as_its_kind(shadow_[to].is, shadow_[to].address,
                       [&](const auto& object) { return object.self.intact_as(to); }))
        return fail("the dying actor " + std::to_string(n) + " sees the destroyed object " +
                    std::to_string(to));
    }
  }
}

void machine::dying(actor& self) noexcept {
  check_neighbours(self);
  if (!acting_ || !failure_.empty()) return;
  const id n = self.self.number();
  const auto shelf = [n](std::uint32_t i) { return path_roots + (n + i) % shelf_roots; };
  const std::uint32_t script = self.script;
  if ((script & keeps_fellow) != 0 && self.fellow) {
    const id fellow = std::exchange(shadow_[n].parts[0][0], none);
    set_root(shelf(0), std::move(self.fellow), fellow);
  }
  if ((script & makes) != 0 && room()) {
    try {
      id ring = none, made = none;
      {
        const any_ref one = make(kind::pair, 0, &ring);
        put_edge(ring, 0, 0, one, ring);  // dead from here on
      }
      any_ref other = make(kind::fan, 0, &made);
      set_root(shelf(1), std::move(other), made);
    } catch (const std::bad_alloc&) {  // then not
    } catch (const planned_exception&) {
    }
  }
  if ((script & drops) != 0) set_root(shelf(2), nullptr, none);
  if ((script & locks) != 0) lock(n % weak_roots, shelf(3));
  if ((script & collects) != 0) tricycle::collect();
  if ((script & slices) != 0) tricycle::collect_for(0ns);
}

}  // namespace model
