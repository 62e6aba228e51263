// A heap from its making to its end, and the blocks between.
#include "heap_core.h"

#include <mutex>
#include <new>
#include <stdexcept>

#include "tricycle/make.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

constinit std::array<heap_core*, max_heaps + 1> heap_table{};
constinit thread_local heap_core* current_heap = nullptr;

namespace {

/// What an object is until its constructor has returned: held from outside, with no edges.
constexpr object_type under_construction = {.trace = nullptr,
                                            .destroy = nullptr,
                                            .block_bytes = 0,
                                            .object_offset = 0,
                                            .align = 0,
                                            .name = "object under construction"};

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

/// Ends the thread's default heap with the thread.
struct default_heap {
  heap_core* heap = nullptr;
  ~default_heap() {
    if (heap != nullptr) heap->orphan();
  }
};
constinit thread_local bool default_heap_ended = false;

}  // namespace

std::uintptr_t this_thread() noexcept {
  static thread_local char here;
  return reinterpret_cast<std::uintptr_t>(&here);
}

heap_core& heap_here() {
  if (current_heap != nullptr) return *current_heap;
  if (default_heap_ended) {  // a destructor that runs later still than the end of the heap
    current_heap = heap_core::create();
  } else {
    static thread_local default_heap mine;
    if (mine.heap == nullptr) mine.heap = heap_core::create();
    current_heap = mine.heap;
  }
  return *current_heap;
}

heap_core::heap_core(unsigned number)
    : candidates{candidate_buffer(chunks, directory), candidate_buffer(chunks, directory),
                 candidate_buffer(chunks, directory)},
      blocks_(static_cast<std::uint16_t>(number)),
      number_(number),
      owner_(this_thread()),
      minor_(*this, place::minor),
      major_(*this, place::major) {
  chunks.refill();
  directory.refill();
}

heap_core* heap_core::create() {
  void* memory = alloc::raw_allocate(sizeof(heap_core));
  if (memory == nullptr) throw std::bad_alloc();
  unsigned number = 0;
  try {
    number = take_number(static_cast<heap_core*>(memory));
    return ::new (memory) heap_core(number);
  } catch (...) {
    if (number != 0) heap_table[number] = nullptr;
    alloc::raw_free(memory);
    throw;
  }
}

void* heap_core::allocate(const object_type& type) {
  const std::size_t bytes = type.block_bytes;
  allocated_bytes_ += bytes;
  if (allocated_bytes_ >= pace_at_) [[unlikely]] pace();
  const std::size_t header_at = type.object_offset - sizeof(header);
  void* block = blocks_.allocate(bytes, type.align, header_at);
  if (block == nullptr) [[unlikely]] {
    if (config.automatic) collect(2);  // what is dead may be what is missing
    block = blocks_.allocate(bytes, type.align, header_at);
    if (block == nullptr) {
      allocated_bytes_ -= bytes;
      throw std::bad_alloc();
    }
  }
  ++made_objects_;
  auto* h = reinterpret_cast<header*>(static_cast<char*>(block) + header_at);
  h->count = 1;
  h->trial = 0;
  h->word = (std::uint64_t{number_} << heap_shift) | untracked |
            reinterpret_cast<std::uint64_t>(&under_construction);
  return object_of(h);
}

void heap_core::release_block(header* h, const object_type& type) noexcept {
  released_bytes_ += type.block_bytes;
  ++released_objects_;
  h->word &= ~pointer_mask;  // a use after this is easier to see
  blocks_.release(static_cast<char*>(object_of(h)) - type.object_offset,
                  type.object_offset - sizeof(header));
  if (ended_) [[unlikely]] end_if_empty();
}

void heap_core::abandon(header* h, const object_type& type) noexcept {
  if (is_weak(h)) expire(h);
  h->word = (h->word & ~pointer_mask) | reinterpret_cast<std::uint64_t>(&type) | dead_bit;
  --h->count;  // the constructor's own; what it let out keeps the block
  bury(h);
}

void heap_core::orphan() {
  default_heap_ended = true;
  if (config.automatic) collect(2);
  if (current_heap == this) current_heap = nullptr;
  owner_ = 0;
  config.automatic = false;
  ended_ = true;
  end_if_empty();
}

void heap_core::end(heap_core* heap) {
  heap->destroy_all();
  heap->owner_ = 0;
  heap->ended_ = true;
  heap->end_if_empty();
}

void heap_core::end_if_empty() noexcept {
  if (live_objects() != 0 || depth_ != 0 || collecting) return;
  heap_table[number_] = nullptr;
  this->~heap_core();
  alloc::raw_free(this);
}

/// All that is left is one component, and dead by decree. Destructors may make new objects here: then
/// again, until none is left.
void heap_core::destroy_all() {
  meter unlimited;
  minor_.cancel();
  major_.cancel();
  config.automatic = false;
  collecting = true;
  pile all(chunks);
  do {
    all.clear();
    blocks_.for_each_header([&](void* at) {
      auto* h = static_cast<header*>(at);
      if (heap_number(h) != number_ || is_dead(h)) return;
      // Without memory for the list, the object is destroyed where it is met.
      if (!all.push(h)) {
        if (is_weak(h)) expire(h);
        h->word |= dead_bit;
        h->count &= ~unwanted;
        destroy_one(h);
      }
    });
    for (pile::cursor c; !all.at_end(c);) {
      header* h = all.read(c).object();
      if (place_of(h) == place::buffered) forget_candidate(h);
      if (is_weak(h)) expire(h);
      h->word |= dead_bit;
      h->count &= ~unwanted;
    }
    edge_visitor visit(
        [](edge_visitor& slots, void* self) {
          for (void** slot : slots) {
            if (*slot == nullptr) continue;
            header* h = header_of(*slot);
            if (heap_number(h) != static_cast<heap_core*>(self)->number_) continue;
            *slot = nullptr;
            --h->count;
          }
        },
        this);
    for (pile::cursor c; !all.at_end(c);) {
      header* h = all.read(c).object();
      const object_type& type = type_of_object(h);
      if (type.trace == nullptr) continue;
      try {
        type.trace(object_of(h), visit);
        visit.flush();
      } catch (...) {
        visit.clear();  // the edges not seen are dropped by the destructor
      }
    }
    // Destructors first, then memory: what one of them still reaches is destroyed, but there.
    for (pile::cursor c; !all.at_end(c);) {
      header* h = all.read(c).object();
      set_place(h, place::major);
      ++depth_;
      type_of_object(h).destroy(object_of(h));
      --depth_;
    }
    release_pending(unlimited);
    for (pile::cursor c; !all.at_end(c);) {
      header* h = all.read(c).object();
      set_place(h, place::none);
      bury(h);
    }
  } while (!all.empty());
  collecting = false;
}

void* allocate(const object_type& type) {
  heap_core* heap = current_heap;
  if (heap == nullptr) [[unlikely]] heap = &heap_here();
  return heap->allocate(type);
}

void abandon(void* object, const object_type& type) noexcept {
  header* h = header_of(object);
  heap_of(h).abandon(h, type);
}

void publish_slow(header* h, const object_type& type) noexcept {
  side_record_of(h)->type = &type;
  if (type.trace == nullptr) return;
  h->count |= unwanted;
  h->word &= ~generation_mask;
}

}  // namespace gc
}  // namespace v1
}  // namespace tricycle
