// The machine: runs a program on the library and on the oracle, and compares the two after every
// instruction.
//
// What it checks (check.cc):
// C1. What the roots lead to is alive, and holds what it was given.
// C2. A weak reference has expired if its target is destroyed, and has not if the roots lead there.
// C3. While no collection is under way: every count is the number of references there are; so who
//     has none was destroyed at once; and the heaps' own numbers agree.
// C4. After a full collection of one heap: what was dead before it is gone, unless garbage of the
//     other heap holds it. After those of all heaps, until nothing dies: all garbage is gone. The
//     exception: a dead cycle across two heaps, and what it holds, waits for the end of a heap.
// C5. At the end of its heap every object has been destroyed; and none ever twice.
#ifndef TRICYCLE_TESTS_SUPPORT_MACHINE_H_
#define TRICYCLE_TESTS_SUPPORT_MACHINE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "support/nodes.h"
#include "support/parts.h"
#include "support/program.h"
#include "support/shadow.h"
#include "tricycle/tricycle.h"

namespace model {

/// The failure, in words; empty: all is well.
std::string run(const program& p);

class machine final : node_events {
 public:
  machine();
  ~machine();
  machine(const machine&) = delete;
  machine& operator=(const machine&) = delete;

  /// One instruction and the comparison after it. Throws what allocations and constructors throw:
  /// then the instruction was not carried out, or in part, and the two still agree.
  void step(const instruction& next);
  /// Compares (C1 to C3).
  void check();
  /// Collects until nothing dies, and demands C4.
  void collect_all();
  /// Collects until nothing dies; returns what is left of what C4 says is gone.
  object_set collect_and_list_garbage();
  /// Drops all roots, collects, ends the heaps; demands C4 and C5.
  void finish();

  [[nodiscard]] const std::string& failure() const { return failure_; }
  /// Objects that were not put on a candidate list because memory was out, over all heaps.
  [[nodiscard]] std::uint64_t candidates_lost() const;
  [[nodiscard]] const shadow& oracle() const { return shadow_; }
  /// Whether C4 is; it is not of a collection that a fault hits.
  void demand_exact_collections(bool exact) { exact_ = exact; }

 private:
  static constexpr std::size_t most_objects = 3000;  // alive; beyond, nothing is made

  struct place {  // of an edge
    id object = none;
    std::size_t part = 0;
    std::size_t at = 0;
  };

  // node_events (acts.cc)
  void destroyed(id n) noexcept override;
  void constructed(actor& self) override;
  void dying(actor& self) noexcept override;
  void check_neighbours(const actor& self) noexcept;

  // what instructions do (acts.cc, mutate.cc)
  void make_root(kind is, std::uint32_t root, std::uint32_t script);
  void build(std::uint32_t shape, std::uint32_t root, std::uint32_t size);
  void build_web(std::uint64_t seed, std::uint32_t root, std::uint32_t size);
  void litter(std::uint32_t n);
  void put_edge(id object, std::size_t part, std::uint32_t which, const any_ref& value, id target);
  void take_edge(const place& from, std::optional<std::uint32_t> root);
  void clear_part(id object, std::size_t part);
  void exchange(const place& a, const place& b);
  void shift(id from, std::size_t from_part, id to, std::size_t to_part);
  void carry(id object, std::size_t part, bool out);
  void watch(std::uint32_t weak, const any_ref& target, id n);
  void lock(std::uint32_t weak, std::uint32_t root);
  void collect_one(tricycle::generation oldest);
  void configure(std::uint32_t which);
  void enter(unsigned heap);
  void end_other_heap();

  // naming (machine.cc)
  [[nodiscard]] any_ref make(kind is, std::uint32_t script, id* n);
  void set_root(std::uint32_t root, any_ref value, id n);
  /// One of the first `among` roots that is not null, while there is one.
  [[nodiscard]] std::uint32_t held_root(std::uint32_t which, std::uint32_t among) const;
  [[nodiscard]] id follow(std::uint32_t path) const;
  [[nodiscard]] std::optional<std::size_t> part_of(id object, std::uint32_t which) const;
  [[nodiscard]] std::optional<place> edge_of(id object, std::uint32_t which) const;
  [[nodiscard]] std::vector<id> root_ids() const;
  [[nodiscard]] bool room() const { return shadow_.alive() < most_objects; }
  [[nodiscard]] bool leads_on(id n) const { return n != none && shadow_[n].alive(); }
  template <class F>
  decltype(auto) real_part(const place& at, F&& f) {
    const shadow_object& object = shadow_[at.object];
    return with_part(object.is, object.address, at.part, std::forward<F>(f));
  }

  // comparing (check.cc)
  void check_object(id n, const object_set& reached);
  void check_weak(const tricycle::weak_ref<void>& real, id target, const object_set& reached,
                  const char* whose);
  void check_counts(const object_set& reached);
  [[nodiscard]] bool quiet() const;
  void fail(std::string what) noexcept;

  shadow shadow_;
  std::vector<id> root_;
  std::array<id, weak_roots> weak_target_;
  std::vector<id> carried_ids_;

  std::array<std::unique_ptr<tricycle::heap>, 2> heaps_;
  std::array<unsigned, 2> serial_{0, 1};  // shadow_object::heap of their objects; never reused
  std::uint64_t lost_before_ = 0;         // candidates lost by heaps that have ended
  std::optional<tricycle::heap::scope> scope_;
  unsigned current_ = 0;
  std::array<any_ref, all_roots> roots_;
  std::array<tricycle::weak_ref<void>, weak_roots> weak_;
  std::vector<any_ref> carried_;

  std::size_t deaths_ = 0;
  bool exact_ = true;
  bool acting_ = true;  // destructors do what their scripts say
  node_events* outer_events_ = nullptr;
  std::string failure_;
};

}  // namespace model

#endif  // TRICYCLE_TESTS_SUPPORT_MACHINE_H_
