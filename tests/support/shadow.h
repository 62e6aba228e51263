// The oracle: a shadow of the object graph, kept with plain numbers and judged by a full
// mark-sweep.
//
// Invariants
// I1. A number is given to one object only and never reused.
// I2. The interpreter writes the shadow before it does the same to the real graph, so that whatever
//     runs inside the real operation (destructors) finds the shadow as the operation leaves it.
#ifndef TRICYCLE_TESTS_SUPPORT_SHADOW_H_
#define TRICYCLE_TESTS_SUPPORT_SHADOW_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "support/kinds.h"

namespace model {

struct shadow_object {
  kind is;
  unsigned heap;
  std::vector<std::vector<id>> parts;  // as kinds.h says
  id watched = none;                   // by the object's own weak reference
  void* address = nullptr;             // null: not (yet) born
  bool destroyed = false;
  /// Destroyed by the end of its heap, or by a constructor that threw after it had let references
  /// out: these may remain, and be copied and dropped, but lead nowhere.
  bool husk = false;

  [[nodiscard]] bool alive() const { return address != nullptr && !destroyed; }
};

/// A set of objects: one flag for each.
using object_set = std::vector<bool>;

class shadow {
 public:
  id add(kind is, unsigned heap);

  [[nodiscard]] shadow_object& operator[](id n) { return objects_[n]; }
  [[nodiscard]] const shadow_object& operator[](id n) const { return objects_[n]; }
  [[nodiscard]] id size() const { return static_cast<id>(objects_.size()); }
  [[nodiscard]] std::size_t alive() const;

  /// Everything that the roots lead to, themselves included; husks end a path.
  [[nodiscard]] object_set reached_from(const std::vector<id>& roots) const;
  /// Alive, and not in `reached`.
  [[nodiscard]] object_set garbage(const object_set& reached) const;
  /// Of `among`, what dead cycles across two heaps hold: no heap's collector can tell that they are
  /// dead, so these wait for the end of one of the heaps.
  [[nodiscard]] object_set held_across_heaps(const object_set& among) const;
  /// Into how many parts the set falls that nothing else of it leads to: the least number of
  /// forgotten candidates that explains why all of it is still there.
  [[nodiscard]] std::size_t doors(const object_set& among) const;
  /// References to each object from living objects, and from `roots`.
  [[nodiscard]] std::vector<std::uint32_t> counts(const std::vector<id>& roots) const;

 private:
  template <class Visit>
  void for_each_edge(id from, Visit&& visit) const {
    for (const std::vector<id>& part : objects_[from].parts)
      for (const id to : part)
        if (to != none) visit(to);
  }
  /// The strongly connected component of each of `among`, numbered from 1; 0 for all others.
  [[nodiscard]] std::vector<id> components(const object_set& among) const;

  std::vector<shadow_object> objects_;
};

}  // namespace model

#endif  // TRICYCLE_TESTS_SUPPORT_SHADOW_H_
