// What hangs on side records: attaching, telling, tracing. See detail/attachment.h.
#include "tricycle/detail/attachment.h"

#include <new>

#include "block_store.h"
#include "state.h"
#include "tricycle/trace.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

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
