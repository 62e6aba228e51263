// A heap from its making to its end, and the blocks between.
#include "heap_core.h"

#include <cxxabi.h>

#include <mutex>
#include <new>
#include <stdexcept>

#include "pacing.h"
#include "tricycle/make.h"

// The C++ ABI's hook for the end of a thread, and this library's handle for it.
extern "C" void* __dso_handle;
namespace __cxxabiv1 {
extern "C" int __cxa_thread_atexit(void (*)(void*), void*, void*) noexcept;
}

namespace tricycle {
inline namespace v1 {
namespace gc {

constinit std::array<heap_core*, max_heaps + 1> heap_table{};
namespace {

/// Every thread's heap before it has one: no block is ever at hand in it.
constinit hot_heap no_heap{};

constinit std::mutex numbers_mutex;

/// Numbers start at 1: a header of zeros belongs to no heap.
unsigned take_number(heap_core* heap) {
  static constinit unsigned next = 0;
  const std::lock_guard lock(numbers_mutex);
  for (unsigned tries = 0; tries < max_heaps; ++tries) {
    next = next % max_heaps + 1;
    if (heap_table[next] == nullptr) {
      heap_table[next] = heap;
      return next;
    }
  }
  throw std::length_error("tricycle: there are 4095 heaps already, no more can be made");
}

void give_number_back(unsigned number) {
  const std::lock_guard lock(numbers_mutex);
  heap_table[number] = nullptr;
}

constinit thread_local heap_core* default_heap = nullptr;
constinit thread_local heap_core* heaps_here = nullptr;  // all of this thread, by next_here_

void end_default_heap(void* heap) noexcept {
  default_heap = nullptr;
  static_cast<heap_core*>(heap)->orphan();
}

}  // namespace

constinit thread_local hot_heap* current_heap = &no_heap;

std::uintptr_t this_thread() noexcept {
  static thread_local char here;
  return reinterpret_cast<std::uintptr_t>(&here);
}

heap_core* heap_if_any() noexcept {
  return current_heap == &no_heap ? default_heap : static_cast<heap_core*>(current_heap);
}

heap_core& heap_here() {
  if (current_heap != &no_heap) return static_cast<heap_core&>(*current_heap);
  if (default_heap == nullptr) {
    heap_core* heap = heap_core::create();
    // Not a thread_local object: a destructor that runs later still than the end of the heap gets
    // another one, which ends with the thread, too.
    if (abi::__cxa_thread_atexit(&end_default_heap, heap, &__dso_handle) != 0) {
      heap_core::end(heap);
      throw std::bad_alloc();
    }
    default_heap = heap;
  }
  current_heap = default_heap;
  return *default_heap;
}

heap_core::heap_core(unsigned number)
    : hot_heap{.classes = {},
               .credit = 0,
               .fresh_word = (std::uint64_t{number} << heap_shift) | untracked},
      schedule(number),
      blocks_(dead_bit),
      owner_(this_thread()) {
  for (std::size_t i = 1; i < size_classes; ++i) classes[i].room = limit_at_hand(i);
}

heap_core* heap_core::create() {
  void* memory = alloc::raw_allocate(sizeof(heap_core));
  if (memory == nullptr) throw std::bad_alloc();
  unsigned number = 0;
  try {
    number = take_number(static_cast<heap_core*>(memory));
    auto* heap = ::new (memory) heap_core(number);
    heap->next_here_ = std::exchange(heaps_here, heap);
    return heap;
  } catch (...) {
    if (number != 0) give_number_back(number);
    alloc::raw_free(memory);
    throw;
  }
}

bool heap_core::may_trace() const noexcept { return may_trace_here() && !is_busy(); }

constinit thread_local unsigned foreign_destructors = 0;
constinit std::atomic<collection (*)(unsigned oldest)> collect_shared{nullptr};

bool may_trace_here() noexcept {
  for (const heap_core* h = heaps_here; h != nullptr; h = h->next_here())
    if (h->is_busy()) return false;
  return foreign_destructors == 0;
}

/// How many blocks of a class are kept at hand, at most.
std::uint32_t heap_core::limit_at_hand(std::size_t which) const noexcept {
  return ended_ ? 0 : limits_at_hand[which];
}

std::size_t heap_core::in_use(std::size_t which) const noexcept {
  const size_class& c = classes[which];
  return c.held - (limit_at_hand(which) - c.room);
}

std::size_t heap_core::live_objects() const noexcept {
  std::size_t n = large_objects_;
  for_each_class([&](std::size_t which) { n += in_use(which); });
  return n;
}

std::size_t heap_core::live_bytes() const noexcept {
  std::size_t bytes = large_bytes_;
  for_each_class([&](std::size_t which) { bytes += which * size_class_bytes * in_use(which); });
  return bytes;
}

/// Where in a large block the store's link is: directly in front of the header.
static std::size_t link_at(const object_type& type) noexcept {
  return type.object_offset - sizeof(header) - large_link_bytes;
}

/// A block from the store; for small ones, some more, which are then at hand. Null: out of memory.
header* heap_core::take_block(const object_type& type) noexcept {
  if (type.size_class == 0) {
    void* block =
        blocks_.take_large(type.block_bytes, std::size_t{1} << type.align_shift, link_at(type));
    if (block == nullptr) return nullptr;
    ++large_objects_;
    large_bytes_ += type.block_bytes;
    return header_of(static_cast<char*>(block) + type.object_offset);
  }
  const std::size_t bytes = type.size_class * size_class_bytes;
  size_class& c = classes[type.size_class];
  classes_used_ |= std::uint64_t{1} << type.size_class;
  free_block** last = &c.blocks;  // in the order of their addresses
  for (std::size_t taken = 0; taken < refill_bytes && *last == nullptr; taken += bytes) {
    auto* block = reinterpret_cast<free_block*>(blocks_.take_small(type.size_class));
    if (block == nullptr) break;
    block->next = nullptr;
    *last = block;
    last = &block->next;
    ++c.held;
    --c.room;
  }
  free_block* block = c.blocks;
  if (block == nullptr) return nullptr;
  c.blocks = block->next;
  ++c.room;
  return reinterpret_cast<header*>(block);
}

header* heap_core::allocate(const object_type& type) {
  if (type.size_class == 0 || classes[type.size_class].blocks == nullptr)
    credit -= static_cast<std::int64_t>(type.block_bytes);  // else `take` has done it
  if (credit < 0) pace();
  header* h = take_block(type);
  if (h == nullptr) [[unlikely]] {
    if (config.automatic) collect(2);  // what is dead may be what is missing
    h = take_block(type);
    if (h == nullptr) {
      credit += static_cast<std::int64_t>(type.block_bytes);
      throw std::bad_alloc();
    }
  }
  h->count = 1;
  h->trial = 0;
  h->word = fresh_word;
  return h;
}

/// There are enough blocks of this size at hand, or it has no size class, or the heap has ended.
void heap_core::release_slow(header* h, const object_type& type) noexcept {
  if (type.size_class != 0) {
    --classes[type.size_class].held;
    blocks_.release_small(h);
  } else {
    --large_objects_;
    large_bytes_ -= type.block_bytes;
    blocks_.release_large(static_cast<char*>(object_of(h)) - type.object_offset, link_at(type));
  }
}

void heap_core::give_blocks_back(std::size_t keep_bytes) noexcept {
  for (std::size_t i = 1; i < size_classes; ++i) {
    size_class& c = classes[i];
    const auto keep = static_cast<std::uint32_t>(keep_bytes / (i * size_class_bytes));
    for (std::uint32_t at_hand = limit_at_hand(i) - c.room; at_hand > keep; --at_hand) {
      free_block* block = c.blocks;
      c.blocks = block->next;
      blocks_.release_small(block);
      --c.held;
      ++c.room;
    }
  }
  blocks_.give_slabs_back();
}

void heap_core::abandon(header* h, const object_type& type) noexcept {
  if (is_weak(h)) expire(h);
  h->word |= dead_bit;
  link limbo;
  while (is_expired(h)) tell_next(h, limbo);
  destroy_entries(limbo);
  h->word = (h->word & ~pointer_mask) | reinterpret_cast<std::uint64_t>(&type);
  --h->count;  // the constructor's own; what it let out keeps the block
  bury(h);
}

void heap_core::orphan() {
  run_exit_functions();
  if (config.automatic) collect(2);
  config.release_budget = {};
  end_timed_releases();
  meter unlimited;
  release_deferred(unlimited);
  cancel();
  if (current_heap == this) current_heap = &no_heap;
  config.automatic = false;
  leave();
}

void heap_core::end(heap_core* heap) {
  heap->run_exit_functions();
  heap->destroy_all();
  heap->leave();
}

/// From here on the heap is there only for blocks that are still referenced.
void heap_core::leave() noexcept {
  give_blocks_back(0);
  for (size_class& c : classes) c.room = 0;
  for (heap_core** at = &heaps_here; *at != nullptr; at = &(*at)->next_here_) {
    if (*at != this) continue;
    *at = next_here_;
    break;
  }
  ended_ = true;
  depth_limit_ = 0;  // every death goes through die_slow, which looks whether it was the last
  owner_ = 0;
  if (live_objects() != 0) blocks_.abandon();
  end_if_empty();
}

void heap_core::end_if_empty() noexcept {
  if (live_objects() != 0 || depth_ != 0 || collecting) return;
  give_number_back(number());
  this->~heap_core();
  alloc::raw_free(this);
}

/// All that is left is one component, and dead by decree: a finalizer can't save it. Destructors
/// may make new objects here: then again, until none is left.
void heap_core::destroy_all() {
  meter unlimited;
  cancel();
  config.automatic = false;
  collecting = true;
  release_deferred(unlimited);
  pile all(chunks);
  link limbo;
  unsigned rounds = 0;
  do {
    all.clear();
    // Without memory for the whole list, its begin is destroyed first; and the rest in another
    // round.
    bool room = true;
    for_each_object([&](header* h) { room = room && all.push(h); });
    finalize_all(all, limbo, rounds++ < most_talks);
    edge_visitor visit(
        [](edge_visitor& slots, void* self) {
          for (void** slot : slots) {
            if (*slot == nullptr) continue;
            header* h = header_of(*slot);
            if (heap_number(h) != static_cast<heap_core*>(self)->number()) continue;
            *slot = nullptr;
            --h->count;
          }
        },
        this);
    for (pile::cursor c; !all.at_end(c);) {
      header* h = all.read(c).object();
      try {
        trace_edges(h, visit);
        visit.flush();
      } catch (...) {
        visit.clear();  // the edges not seen are dropped by the destructor
      }
    }
    try {
      trace_entries(limbo, visit);
      visit.flush();
    } catch (...) {
      visit.clear();
    }
    // Destructors first, then memory: what one of them still reaches is destroyed, but there.
    for (pile::cursor c; !all.at_end(c);) {
      header* h = all.read(c).object();
      set_place(h, place::one);
      ++depth_;
      type_of_object(h)->destroy(object_of(h));
      --depth_;
    }
    destroy_entries(limbo);
    after_outermost();
    release_deferred(unlimited);
    for (pile::cursor c; !all.at_end(c);) {
      header* h = all.read(c).object();
      set_place(h, place::none);
      bury(h);
    }
  } while (!all.empty());
  collecting = false;
}

template class schedule<counting::confined>;

header* allocate_slow(const object_type& type) { return heap_here().allocate(type); }

void abandon(header* h, const object_type& type) noexcept { heap_of(h).abandon(h, type); }

void publish_slow(header* h, const object_type& type) noexcept {
  side_record_of(h)->type = &type;
  if (type.finalize != nullptr) h->word |= finalizable_bit;
  if (type.trace != nullptr || has_ephemerons(h)) track(h);
}

}  // namespace gc
}  // namespace v1
}  // namespace tricycle
