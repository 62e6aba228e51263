// Making and freeing side records, and what hangs on them; see detail/side_record.h and
// detail/attachment.h for what they are.
#include <new>

#include "block_store.h"
#include "state.h"
#include "tricycle/detail/attachment.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

namespace {

#ifdef TRICYCLE_USE_MIMALLOC
/// Some records at hand: an aligned block from mimalloc and back costs more than all the rest that
/// a first weak reference does. Of the thread, not of a heap: records outlive heaps.
struct records_at_hand {
  struct free_record {
    free_record* next;
  };
  static constexpr unsigned most = 256;

  free_record* first = nullptr;
  unsigned count = 0;
  bool open = false;  // `at_exit` is going to see to them
  bool closed = false;
};
constinit thread_local records_at_hand at_hand [[gnu::tls_model("initial-exec")]];

struct records_at_exit {
  ~records_at_exit() {
    at_hand.closed = true;
    while (auto* record = at_hand.first) {
      at_hand.first = record->next;
      mi_free(record);
    }
  }
};

[[gnu::noinline]] void open_at_hand() {
  static thread_local records_at_exit at_exit;
  static_cast<void>(&at_exit);
  at_hand.open = true;
}

void* allocate_record() noexcept {
  if (auto* record = at_hand.first) [[likely]] {
    at_hand.first = record->next;
    --at_hand.count;
    return record;
  }
  return mi_malloc_aligned(sizeof(side_record), alignof(side_record));
}

void release_record(void* memory) noexcept {
  if (at_hand.count == records_at_hand::most || at_hand.closed) [[unlikely]]
    return mi_free(memory);
  if (!at_hand.open) [[unlikely]]
    open_at_hand();
  at_hand.first = ::new (memory) records_at_hand::free_record{at_hand.first};
  ++at_hand.count;
}
#else
void* allocate_record() noexcept {
  return std::aligned_alloc(alignof(side_record), sizeof(side_record));
}
void release_record(void* memory) noexcept { std::free(memory); }
#endif

}  // namespace

side_record* add_weak_slow(header* h) {
  static_assert(sizeof(side_record) == alignof(side_record));
  if (alloc::fault_point()) throw std::bad_alloc();
  void* memory = allocate_record();
  if (memory == nullptr) throw std::bad_alloc();
  const bool dying = is_dead(h);  // a weak reference made by a destructor is born expired
  auto* record =
      ::new (memory) side_record{dying ? nullptr : h, type_of_object(h), dying ? 1U : 2U, nullptr};
  if (!dying)
    h->word = (h->word & ~pointer_mask) | weak_bit | reinterpret_cast<std::uint64_t>(record);
  return record;
}

void free_side_record(side_record* record) noexcept { release_record(record); }

/// The header gets its type back; the record loses the object's share.
static void leave_record(header* h, side_record* record) noexcept {
  h->word = (h->word & ~(pointer_mask | weak_bit)) | reinterpret_cast<std::uint64_t>(record->type);
  drop_weak(record);
}

void expire(header* h) noexcept {
  side_record* record = side_record_of(h);
  record->target = nullptr;
  if (record->more == nullptr) [[likely]]
    return leave_record(h, record);
  link& entries = record->more->entries;
  for (link* l = entries.next; l != &entries; l = l->next) {
    auto& entry = static_cast<attachment&>(*l);
    entry.kind->expired(entry);
  }
}

bool tell_next(header* h, link& limbo) noexcept {
  side_record* record = side_record_of(h);
  extension& more = *record->more;
  const bool callback = !more.callbacks.alone();
  link* first = callback ? more.callbacks.next : more.entries.next;
  if (first == &more.entries) {
    record->more = nullptr;
    alloc::raw_free(&more);
    leave_record(h, record);
    return false;
  }
  auto& told = static_cast<attachment&>(*first);
  told.unlink();
  if (!callback) told.append_to(limbo);
  told.kind->tell(told);
  return callback;
}

void attach(side_record* record, attachment& what) {
  if (record->more == nullptr) {
    void* memory = alloc::raw_allocate(sizeof(extension));
    if (memory == nullptr) throw std::bad_alloc();
    record->more = ::new (memory) extension;
  }
  what.record = record;
  retain_weak(record);
  what.append_to(what.kind->destroy == nullptr ? record->more->callbacks : record->more->entries);
  // The key of an ephemeron has an edge now. (One under construction is seen to when it is done.)
  header* h = record->target;
  if (what.kind->trace != nullptr && record->type != nullptr && record->type->trace == nullptr)
    track(h);
}

bool has_ephemerons(const header* h) noexcept {
  if (!is_weak(h) || side_record_of(h)->more == nullptr) return false;
  const link& entries = side_record_of(h)->more->entries;
  for (const link* l = entries.next; l != &entries; l = l->next)
    if (static_cast<const attachment*>(l)->kind->trace != nullptr) return true;
  return false;
}

void trace_watched(header* h, edge_visitor& visit) {
  const side_record& record = *side_record_of(h);
  if (record.type->trace != nullptr) record.type->trace(object_of(h), visit);
  if (record.more != nullptr) trace_entries(record.more->entries, visit);
}

void trace_entries(const link& entries, edge_visitor& visit) {
  for (link* l = entries.next; l != &entries; l = l->next) {
    auto& entry = static_cast<attachment&>(*l);
    if (visit.is_cut()) return;
    if (entry.kind->trace == nullptr) continue;
    if (visit.wants(static_cast<ephemeron&>(entry), /*by_key=*/true))
      entry.kind->trace(entry, visit);
  }
}

}  // namespace gc
}  // namespace v1
}  // namespace tricycle
