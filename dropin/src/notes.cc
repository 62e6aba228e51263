// The notes, and the report that is printed from them when the process ends.
//
// Everything that still has an owner when all static objects are gone has leaked. What holds it is
// found from both ends: the edges that declared classes show, and, in the memory of the others, the
// addresses of noted blocks.
#include "notes.h"

#include <dirent.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>

#include "address_set.h"

namespace tricycle {
inline namespace v1 {
namespace shared {

constinit unsigned char noting_blocks = noting::unknown;

namespace {

constinit std::mutex notes_mutex;
constinit address_set notes;

/// What the report says of a type.
struct row {
  const shared_type* type;
  std::size_t alive;
  std::size_t hidden;  // of those: no edge that is known leads to them
  std::size_t holds;   // pointers found in their memory
};

/// The rows, in an array of a size that is known beforehand: one for each kind of block.
class table {
 public:
  explicit table(std::size_t most) noexcept
      : rows_(static_cast<row*>(alloc::raw_allocate(most * sizeof(row)))) {}
  table(const table&) = delete;
  table& operator=(const table&) = delete;
  ~table() {
    if (rows_ != nullptr) alloc::raw_free(rows_);
  }
  [[nodiscard]] bool usable() const noexcept { return rows_ != nullptr; }
  row& of(const shared_type& type) noexcept {
    // By name: the same object may have been made in several ways.
    row* found =
        std::find_if(begin(), end(), [&](const row& r) { return r.type->name == type.name; });
    if (found == end()) rows_[size_++] = {&type, 0, 0, 0};
    return *found;
  }
  [[nodiscard]] row* begin() const noexcept { return rows_; }
  [[nodiscard]] row* end() const noexcept { return rows_ + size_; }

 private:
  row* rows_;
  std::size_t size_ = 0;
};

[[nodiscard]] header* alive(const address_set::entry& note) noexcept {
  auto* h = static_cast<header*>(const_cast<void*>(note.address));
  return use_count(h) != 0 ? h : nullptr;
}

void note_edges(edge_visitor& visit, void*) {
  for (void** slot : visit)
    if (void* to = *edge_visitor::place_of(slot))
      if (address_set::entry* note = notes.find(header_of(to))) ++note->number;
}

/// Whether a word is the address of a noted payload. It may be anything: no arithmetic on pointers.
[[nodiscard]] bool is_noted(const void* word) noexcept {
  const auto header_at = reinterpret_cast<std::uintptr_t>(word) - sizeof(header);
  return word != nullptr && notes.find(reinterpret_cast<const void*>(header_at)) != nullptr;
}

/// Addresses of noted payloads in `bytes` of memory. Words that only look so do no harm here.
[[gnu::no_sanitize_address]] std::size_t count_addresses(const void* memory,
                                                         std::size_t bytes) noexcept {
  std::size_t found = 0;
  const auto* words = static_cast<void* const*>(memory);
  for (std::size_t i = 0; i < bytes / sizeof(void*); ++i) {
    if (!is_noted(words[i])) continue;
    ++found;
    // Both words of one shared_ptr.
    if (i + 1 < bytes / sizeof(void*) && words[i + 1] == words[i]) ++i;
  }
  return found;
}

[[nodiscard]] std::size_t count_held(header* h, const shared_type& type) noexcept {
  void* object = object_of(h);
  if (type.held_bytes == 0) return count_addresses(object, type.block_bytes - type.object_offset);
  const void* held = *static_cast<void**>(object);
  return held == nullptr ? 0 : count_addresses(held, type.held_bytes);
}

/// Other threads may be changing what would be traced.
[[nodiscard]] bool only_thread() noexcept {
  if (alone()) return true;
  DIR* tasks = ::opendir("/proc/self/task");
  if (tasks == nullptr) return false;
  int count = 0;
  while (const dirent* entry = ::readdir(tasks))
    if (entry->d_name[0] != '.') ++count;
  ::closedir(tasks);
  return count == 1;
}

void print_undeclared(const table& types) noexcept {
  const char* heading =
      "tricycle: these classes declare no edges, so what they own is not collected. One line "
      "in each, `void trace(auto& visit) { visit(member, ...); }`, changes that:\n";
  for (const row& r : types) {
    if (!r.type->hides) continue;
    std::fprintf(stderr, "%s%10zu  %.*s", heading, r.alive, static_cast<int>(r.type->name.size()),
                 r.type->name.data());
    if (r.holds != 0)
      std::fprintf(stderr, " (%zu pointers to shared objects seen in them)", r.holds);
    std::fputc('\n', stderr);
    heading = "";
  }
}

void print_report() noexcept {
  std::size_t all = 0;
  notes.for_each([&all](const address_set::entry& note) { all += alive(note) != nullptr; });
  if (all == 0) {
    std::fputs("tricycle: no shared object was alive at exit\n", stderr);
    return;
  }
  table types(all);
  if (!types.usable()) return;
  const bool traced = only_thread();
  if (traced) {
    edge_visitor visit(note_edges, nullptr);
    visit.follow_shared();
    notes.for_each([&](const address_set::entry& note) {
      header* h = alive(note);
      if (h == nullptr || type_of_block(h).trace == nullptr) return;
      try {
        type_of_block(h).trace(object_of(h), visit);
      } catch (...) {
        // Its other edges stay unknown.
      }
    });
    visit.flush();
  }
  std::size_t hidden = 0;
  notes.for_each([&](const address_set::entry& note) {
    header* h = alive(note);
    if (h == nullptr) return;
    const shared_type& type = type_of_block(h);
    row& r = types.of(type);
    ++r.alive;
    r.hidden += note.number == 0;
    hidden += note.number == 0;
    if (traced && type.hides) r.holds += count_held(h, type);
  });
  std::sort(types.begin(), types.end(),
            [](const row& a, const row& b) { return a.alive > b.alive; });

  std::fprintf(stderr, "tricycle: %zu shared objects were alive at exit", all);
  if (traced)
    std::fprintf(stderr, ", %zu of them held only from inside objects that declare no edges",
                 hidden);
  else
    std::fputs(" (other threads were running: who holds them was not looked at)", stderr);
  std::fprintf(stderr, "\n%10s%12s  type\n", "alive", traced ? "so held" : "");
  for (const row& r : types) {
    std::fprintf(stderr, "%10zu", r.alive);
    if (traced)
      std::fprintf(stderr, "%12zu", r.hidden);
    else
      std::fprintf(stderr, "%12s", "");
    std::fprintf(stderr, "  %.*s\n", static_cast<int>(r.type->name.size()), r.type->name.data());
  }
  print_undeclared(types);
}

/// After all static objects' destructors.
[[gnu::destructor]] void report_at_exit() noexcept {
  if (noting_blocks != noting::on) return;
  const std::lock_guard lock(notes_mutex);
  print_report();
}

}  // namespace

void note_block(header* h) noexcept {
  const std::lock_guard lock(notes_mutex);
  if (noting_blocks == noting::unknown) {
    const char* asked = std::getenv("TRICYCLE_REPORT");
    // Relaxed: who still reads `unknown` comes here, and finds the answer under the lock.
    atomics::store<relaxed>(
        noting_blocks, asked != nullptr && std::strcmp(asked, "1") == 0 ? noting::on : noting::off);
  }
  // Out of memory, the report misses a block, and nothing else.
  if (noting_blocks == noting::on) static_cast<void>(notes.add(h, 0));
}

void forget_block(const header* h) noexcept {
  const std::lock_guard lock(notes_mutex);
  notes.remove(h);
}

}  // namespace shared
}  // namespace v1
}  // namespace tricycle
