// The end of shared objects: the last drop, deep structures, and where blocks come from and go.
//
// Order, the same as in gc/src/release.cc: weak pointers expire (they read the count), destructor
// or deleter, memory.
#include "block_store.h"
#include "notes.h"
#include "pending.h"
#include "spare_blocks.h"
#include "tricycle/detail/shared_pointer.h"

namespace tricycle {
inline namespace v1 {
namespace shared {
namespace {

/// An object's first owners are destroyed around it, as users of std::shared_ptr know it; deeper
/// ones wait, so that a chain of any length needs little stack.
constexpr unsigned release_depth = 32;

/// Of the thread that drops. Nothing here has a destructor: drops happen until a thread's very end.
struct releases {
  unsigned depth = 0;  // of destructors on the stack
  pending_list pending;
};
constinit thread_local releases releases_here [[gnu::tls_model("initial-exec")]];

/// The object is destroyed: the owners' share of the block goes.
inline void leave(header* h) noexcept {
  // Relaxed: a lock() that comes too late may look at the count now, but nobody changes it, and the
  // flag was seen with the decrement, or by the thread that set it.
  if ((atomics::load<relaxed>(h->count) & watched) != 0)
    drop_weak(h);
  else
    release_block(h);
}

[[gnu::noinline]] void destroy_pending(releases& here) noexcept {
  ++here.depth;
  while (header* h = here.pending.pop()) {
    type_of_block(h).destroy(object_of(h));
    leave(h);
  }
  --here.depth;
}

/// The count is 0, and this thread took it there.
inline void die(header* h) noexcept {
  const shared_type& type = type_of_block(h);
  if (type.destroy != nullptr) {
    releases& here = releases_here;
    // Out of memory for the list, destroying deeper on the stack is what is left.
    if (here.depth >= release_depth && here.pending.push(h)) [[unlikely]]
      return;
    ++here.depth;
    type.destroy(object_of(h));
    --here.depth;
    leave(h);
    if (here.depth == 0 && !here.pending.empty()) [[unlikely]]
      destroy_pending(here);
    return;
  }
  leave(h);
}

}  // namespace

void drop_only(header* h) noexcept {
  atomics::store_plain(h->count, 0);  // nobody else knows of the object (I3 of shared_header.h)
  die(h);
}

void drop_slow(header* h, std::uint32_t left) noexcept {
  // What is not 0 here made its object a candidate. Nothing sets that bit before there is a
  // collector of the shared heap to ask.
  if ((left & count_mask) == 0) die(h);
}

void release_block(header* h) noexcept {
  // Relaxed: see note_block.
  if (atomics::load<relaxed>(noting_blocks) == noting::on) [[unlikely]]
    forget_block(h);
  const shared_type& type = type_of_block(h);
  void* object = object_of(h);
  if (type.size_class != 0)
    give_block(h, type.size_class);
  else if (type.release != nullptr)
    type.release(object);
  else
    deallocate(static_cast<char*>(object) - type.object_offset);
}

void throw_bad_weak_ptr() { throw std::bad_weak_ptr(); }

}  // namespace shared
}  // namespace v1
}  // namespace tricycle
