// What hangs on side records: attaching, expiry, telling, tracing. See detail/attachment.h.
#include "tricycle/detail/attachment.h"

#include "state.h"
#include "tricycle/trace.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

/// Calls what(entry) for the places in maps until it returns false.
template <class What>
static void each_entry(const side_record& record, const What& what) {
  attachment* at = record.attached;
  if (at == nullptr) return;
  do {
    if (!at->is_callback()) {
      if (!what(*at)) return;
    } else if (record.target != nullptr) {
      return;  // the entries come first
    }
    at = static_cast<attachment*>(at->next);
  } while (at != record.attached);
}

void expire(header* h) noexcept {
  side_record* record = side_record_of(h);
  record->target = nullptr;
  if (record->attached == nullptr) [[likely]]
    return leave_record(h, record);
  if (record->attached->is_callback()) return;
  // The entries, which come first, are told last: the ring begins with the callbacks from here on.
  attachment* entry = record->attached;
  do {
    entry->kind->expired(*entry);
    entry = static_cast<attachment*>(entry->next);
  } while (entry != record->attached && !entry->is_callback());
  record->attached = entry;
}

bool tell_next(header* h, link& limbo) noexcept {
  side_record* record = side_record_of(h);
  if (record->attached == nullptr) {
    leave_record(h, record);
    return false;
  }
  attachment& told = *record->attached;
  const bool callback = told.is_callback();
  detach(told);
  if (!callback) told.append_to(limbo);
  told.kind->tell(told);
  return callback;
}

void attach(side_record* record, attachment& what) noexcept {
  what.record = record;
  retain_weak(record);
  if (record->attached != nullptr) what.append_to(*record->attached);
  if (record->attached == nullptr || !what.is_callback()) record->attached = &what;
  // The key of an ephemeron has an edge now. (One under construction is seen to when it is done.)
  header* h = record->target;
  if (what.kind->trace != nullptr && record->type != nullptr && record->type->trace == nullptr)
    track(h);
}

void detach(attachment& what) noexcept {
  if (what.record->attached == &what)
    what.record->attached = what.alone() ? nullptr : static_cast<attachment*>(what.next);
  what.unlink();
}

bool has_ephemerons(const header* h) noexcept {
  bool found = false;
  if (is_weak(h))
    each_entry(*side_record_of(h), [&](attachment& e) {
      found = e.kind->trace != nullptr;
      return !found;
    });
  return found;
}

static bool trace_entry(attachment& entry, edge_visitor& visit) {
  if (entry.kind->trace != nullptr && visit.wants(static_cast<ephemeron&>(entry), /*by_key=*/true))
    entry.kind->trace(entry, visit);
  return !visit.is_cut();
}

void trace_watched(header* h, edge_visitor& visit) {
  const side_record& record = *side_record_of(h);
  if (record.type->trace != nullptr) record.type->trace(object_of(h), visit);
  if (!visit.is_cut()) each_entry(record, [&](attachment& e) { return trace_entry(e, visit); });
}

void trace_entries(const link& entries, edge_visitor& visit) {
  for (link* l = entries.next; l != &entries; l = l->next)
    if (!trace_entry(static_cast<attachment&>(*l), visit)) return;
}

}  // namespace gc
}  // namespace v1
}  // namespace tricycle
