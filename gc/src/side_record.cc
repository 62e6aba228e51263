// Making and freeing side records, and the expiry of weak references; see detail/side_record.h for
// what they are.
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

void leave_record(header* h, side_record* record) noexcept {
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

}  // namespace gc
}  // namespace v1
}  // namespace tricycle
