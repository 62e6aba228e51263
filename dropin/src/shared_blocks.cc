// The end of shared objects: the last drop, deep structures, and where blocks come from and go.
//
// Order, the same as in gc/src/release.cc: weak pointers expire (they read the count), finalizer,
// the question whether it is still dead, destructor or deleter, memory.
#include "block_store.h"
#include "heap_core.h"
#include "notes.h"
#include "pending.h"
#include "shared_core.h"
#include "spare_blocks.h"
#include "tricycle/detail/shared_pointer.h"
#include "tricycle/unraisable.h"

namespace tricycle {
inline namespace v1 {
namespace shared {
namespace {

/// An object's first owners are destroyed around it, as users of std::shared_ptr know it; deeper
/// ones wait, so that a chain of any length needs little stack.
constexpr unsigned release_depth = 32;

/// Of the thread that drops. It has no destructor: drops happen until a thread's very end.
constinit thread_local pending_list pending_here [[gnu::tls_model("initial-exec")]];

[[gnu::noinline]] void give_large_back(header* h, const shared_type& type) noexcept {
  void* object = object_of(h);
  if (type.trace != nullptr) unlink_block(h);
  if (type.release != nullptr)
    type.release(object);
  else
    deallocate(static_cast<char*>(object) - type.object_offset);
}

inline void give_back(header* h, const shared_type& type) noexcept {
  // Relaxed: see note_block.
  if (atomics::load<relaxed>(noting_blocks) == noting::on) [[unlikely]]
    forget_block(h);
  if (type.size_class != 0) return give_block(h, type.size_class);
  give_large_back(h, type);
}

[[gnu::noinline]] void leave_watched(header* h) noexcept { drop_weak(h); }

/// Whether a weak reference may know of an object that is dead: as was seen with its last drop.
enum class knowledge { nobody, perhaps };

/// The object is destroyed: the owners' share of the block goes.
template <knowledge who>
inline void leave(header* h, const shared_type& type) noexcept {
  // Relaxed: a lock() that comes too late may look at the count now, but nobody changes it, and the
  // flag was seen with the decrement, or by the thread that set it.
  if (who != knowledge::nobody && (atomics::load<relaxed>(h->count) & watched) != 0) [[unlikely]]
    leave_watched(h);
  else
    give_back(h, type);
}
inline void leave(header* h) noexcept { leave<knowledge::perhaps>(h, type_of_block(h)); }

[[nodiscard]] bool has_finalizer(const header* h) noexcept {
  // Relaxed: set before anybody knew of the object, and cleared by who runs its finalizer.
  return (atomics::load<relaxed>(h->word) & gc::finalizable_bit) != 0;
}
void die_with_last_words(header* h) noexcept;

[[gnu::noinline]] void destroy_pending() noexcept {
  ++gc::foreign_destructors;
  while (header* h = pending_here.pop()) {
    if (has_finalizer(h)) {
      die_with_last_words(h);
      continue;
    }
    type_of_block(h).destroy(object_of(h));
    leave(h);
  }
  --gc::foreign_destructors;
}

/// A tracked object has died, and may be on a list of the collector's that can be reached.
[[gnu::noinline]] void leave_lists(header* h) noexcept {
  if (local.me == nullptr) static_cast<void>(mutator_here());
  if (alone()) {
    if (gc::place_of(h) == gc::place::buffered) the_core().forget_candidate(h);
  } else if (local.me != nullptr && local.me->entries.take_back(h)) {
    drop_weak(h);
  }
}

/// Nested too deeply. Out of memory for the list, destroying deeper on the stack is what is left.
[[gnu::noinline]] void die_deep(header* h) noexcept {
  if (pending_here.push(h)) return;
  ++gc::foreign_destructors;
  type_of_block(h).destroy(object_of(h));
  --gc::foreign_destructors;
  leave(h);
}

/// The count is 0, and this thread took it there.
template <knowledge who>
inline void die(header* h) noexcept {
  const shared_type& type = type_of_block(h);
  if (who != knowledge::nobody && has_finalizer(h)) [[unlikely]]
    return die_with_last_words(h);
  if (type.trace != nullptr) {
    note_death(type);
    // Relaxed: set by the thread that added an entry, which is this one, or not of interest.
    if (local.me == nullptr || (who != knowledge::nobody &&
                                (atomics::load<relaxed>(h->count) & watched) != 0)) [[unlikely]]
      leave_lists(h);
  }
  if (type.destroy != nullptr) {
    const unsigned depth = gc::foreign_destructors;
    if (depth >= release_depth) [[unlikely]]
      return die_deep(h);
    gc::foreign_destructors = depth + 1;
    type.destroy(object_of(h));
    gc::foreign_destructors = depth;  // as it is again: no need to wait for what was stored
    leave<who>(h, type);
    if (depth == 0 && !pending_here.empty()) [[unlikely]]
      destroy_pending();
    return;
  }
  leave<who>(h, type);
}

/// The last reference is dropped by its holder, and nobody can know of the object (I3 of
/// shared_header.h).
inline void drop_only(header* h) noexcept {
  atomics::store_plain(h->count, 0);
  die<knowledge::nobody>(h);
}

/// The count is 0, and this thread took it there; a finalizer has not run.
[[gnu::noinline]] void die_with_last_words(header* h) noexcept {
  if (gc::foreign_destructors >= release_depth && pending_here.push(h)) return;
  // Nobody changes a count of 0, and nobody gets an owning reference from a held object but from
  // the object itself. Relaxed: locks fail, before and after.
  const bool tracked = type_of_block(h).trace != nullptr;
  atomics::store<relaxed>(h->count, held_bit | watched | (tracked ? gc::unwanted : 0));
  shared::run_finalizer(h);
  let_go(h);
}

/// No other thread: the candidate goes to its generation's buffer at once.
inline void become_candidate_alone(header* h, std::uint32_t seen) noexcept {
  h->count = (seen - 1) & ~gc::unwanted;
  if (gc::place_of(h) == gc::place::none) the_core().enqueue(h);
}

/// `h` is a candidate, and the caller has a weak reference to it, for the list.
void add_entry(header* h) noexcept {
  mutator* me = mutator_here();
  bool added = false;
  if (me != nullptr) {
    added = me->entries.push(h);
  } else {
    const std::lock_guard lock(mutators_mutex);
    added = orphans.push(h);
  }
  if (added) return;
  // Out of memory. The next drop asks again, if the object is still there.
  atomics::set<relaxed>(h->count, gc::unwanted);
  the_core().note_lost_candidate();
  drop_weak(h);
}

[[gnu::noinline]] void drop_or_become_candidate(header* h, std::uint32_t seen) noexcept {
  if (alone()) {
    if ((seen & count_mask) != 1) return become_candidate_alone(h, seen);
    h->count = seen & watched;
    return die<knowledge::perhaps>(h);
  }
  // Two steps, so that no other thread can free the object between its last drop and its entry: the
  // weak reference first; then one exchange drops ours and decides.
  bool holds_weak = false;
  for (;;) {
    const bool last = (seen & count_mask) == 1;
    const bool candidate = !last && (seen & gc::unwanted) != 0;
    if (candidate && !holds_weak) {
      watch(h);
      holds_weak = true;
      seen = atomics::load<relaxed>(h->count);
      continue;
    }
    const std::uint32_t left = last ? seen & watched : (seen - 1) & ~gc::unwanted;
    // Acquire and release as in drop(). Relaxed when it fails: one more guess.
    if (!atomics::replace<acq_rel, relaxed>(h->count, seen, left)) continue;
    if (candidate) return add_entry(h);
    if (last) die<knowledge::perhaps>(h);
    if (holds_weak) drop_weak(h);  // somebody else was first
    return;
  }
}

}  // namespace

bool is_destroying_here() noexcept { return gc::foreign_destructors != 0; }

void destroy_object(header* h) noexcept {
  auto* end = type_of_block(h).destroy;
  if (end == nullptr) return;
  ++gc::foreign_destructors;
  end(object_of(h));
  if (--gc::foreign_destructors == 0 && !pending_here.empty()) destroy_pending();
}

void run_finalizer(header* h) noexcept {
  const shared_type& type = type_of_block(h);
  // Relaxed: as in has_finalizer.
  if (alone())
    h->word &= ~gc::finalizable_bit;
  else
    atomics::clear<relaxed>(h->word, gc::finalizable_bit);
  ++gc::foreign_destructors;
  try {
    type.finalize(object_of(h));
  } catch (...) {
    gc::report_unraisable(unraisable::source::finalize, type.name);
  }
  note_finalizer();
  if (--gc::foreign_destructors == 0 && !pending_here.empty()) destroy_pending();
}

void let_go(header* h) noexcept {
  // Acquire: as in drop(), if the last owner has dropped it since.
  const std::uint32_t seen = atomics::load<acquire>(h->count);
  if ((seen & owners_mask) == 0) {
    atomics::store<relaxed>(h->count, seen & watched);  // nobody else changes it
    return die<knowledge::perhaps>(h);
  }
  // A reference of this thread's own takes the place of the hold, and is dropped as any is.
  // Relaxed: it is taken while the object is held.
  static_cast<void>(atomics::subtract<relaxed>(h->count, held_bit - 1));
  note_resurrected();
  shared::drop(h);
}

void drop_last(header* h) noexcept { die<knowledge::perhaps>(h); }

void drop_rare(header* h, std::uint32_t seen) noexcept {
  if ((seen & ~gc::unwanted) == 1) [[likely]]
    return drop_only(h);
  drop_or_become_candidate(h, seen);
}

void release_block(header* h) noexcept { give_back(h, type_of_block(h)); }

void throw_bad_weak_ptr() { throw std::bad_weak_ptr(); }

}  // namespace shared
}  // namespace v1
}  // namespace tricycle
