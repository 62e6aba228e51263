// What hangs on the side record of a few objects: those who are to be told of its death, and values
// that live as long as it does. An object that has none of this has no extension either.
//
// Thread safety: confined to the thread of the object's heap.
//
// Invariants
// I1. A *callback* is on its record's list from its attachment until it is told, or taken off. It
//     is told once, after its target has expired and before the target's memory goes back.
// I2. An *entry* is the target's place in a weak map or set. It leaves the map when its target's
//     weak references have expired, and is freed after the target's destructor: until then it
//     waits in a *limbo*, which belongs to whoever sees to that death.
// I3. An entry that can trace is an *ephemeron* (Hayes 1997): it holds its value as long as both
//     its key and its map are there. Each phase of a collection says who of the two hands over the
//     value's edges, so that they are seen once (ephemerons.h).
// I4. An attachment is on one list or on none; none means that its links point to itself.
#ifndef TRICYCLE_DETAIL_ATTACHMENT_H_
#define TRICYCLE_DETAIL_ATTACHMENT_H_

#include <cstdint>

#include "tricycle/detail/header.h"
#include "tricycle/detail/side_record.h"

namespace tricycle {
inline namespace v1 {

class edge_visitor;

namespace gc {

/// A place in a ring of links; a list is a ring with one link, the head, that is no element.
struct link {
  link* next = this;
  link* previous = this;

  link() noexcept = default;
  link(const link&) = delete;
  link& operator=(const link&) = delete;
  ~link() = default;

  [[nodiscard]] bool alone() const noexcept { return next == this; }
  void unlink() noexcept {
    next->previous = previous;
    previous->next = next;
    next = previous = this;
  }
  /// As the last of the list that `head` begins. The element must be on none.
  void append_to(link& head) noexcept {
    next = &head;
    previous = head.previous;
    head.previous->next = this;
    head.previous = this;
  }
  /// All elements of the list that begins here go to the end of another. O(1).
  void move_all_to(link& head) noexcept {
    if (alone()) return;
    previous->next = &head;
    next->previous = head.previous;
    head.previous->next = next;
    head.previous = previous;
    next = previous = this;
  }
};

struct attachment;

/// What is done to attachments of one kind. None of it throws, but for `trace`.
struct attachment_kind {
  /// Callbacks: tells it; it may be freed by this. May run user code.
  /// Entries: it leaves its map. O(1), no user code.
  void (*tell)(attachment& self) noexcept;
  /// Entries: the target has just expired, and others with it. O(1), no user code; for counts of
  /// the living. Null for callbacks.
  void (*expired)(attachment& self) noexcept = nullptr;
  /// Ephemerons: hands over the edges of the value. Null for all others.
  void (*trace)(attachment& self, edge_visitor& visit) = nullptr;
  /// Entries: frees it, with its key and value. May run user code. Null for callbacks.
  void (*destroy)(attachment& self) noexcept = nullptr;
};

struct attachment : link {
  explicit attachment(const attachment_kind& is) noexcept : kind(&is) {}
  const attachment_kind* kind;
  side_record* record = nullptr;  // of the target, with a share in it; null: not attached yet
};

struct ephemeron : attachment {
  explicit ephemeron(const attachment_kind& is) noexcept : attachment(is) {}
  header* map = nullptr;  // the map's object that leads to it, by `in_map`; null: it has left
  struct place : link {
    ephemeron* entry = nullptr;
  } in_map;
  /// Who handed it over to a search, and to which; one for each of a heap's two collectors.
  struct {
    std::uint64_t search = 0;
    bool by_key = false;
  } seen[2];
};

struct extension {
  link callbacks;
  link entries;
};

/// Hangs `what` on the record, whose target must not have expired, and gives it a share in the
/// record. The target of an ephemeron is looked at by the collector from now on, even if its class
/// has no edges. O(1). Throws std::bad_alloc: then nothing has changed.
void attach(side_record* record, attachment& what);

/// Something to be run at the end of an object's heap, the last one first, unless it was unlinked
/// before. May run user code.
struct exit_function : link {
  void (*run)(exit_function& self) noexcept = nullptr;
};
/// O(1).
void run_at_end(const header* h, exit_function& what) noexcept;

}  // namespace gc
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_DETAIL_ATTACHMENT_H_
