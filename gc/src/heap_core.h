// What a heap is inside: its blocks, its candidates, its two collectors, its books.
//
// Thread safety: confined to the thread that made it. When that thread has ended, to whichever
// thread still holds references to its objects; they are counted and freed, and no more searched.
//
// Invariants
// I1. heap_table[number] is the heap for as long as an object carries its number.
// I2. No collection runs inside another one of the same heap, nor inside its own destructors:
//     `collecting` is set while a collector runs, and every entry looks at it.
// I3. live_objects and live_bytes count objects from the time their block is taken to the time it
//     could be given back.
#ifndef TRICYCLE_GC_HEAP_CORE_H_
#define TRICYCLE_GC_HEAP_CORE_H_

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "ageing.h"
#include "block_store.h"
#include "schedule.h"
#include "state.h"
#include "tricycle/detail/hot_heap.h"
#include "tricycle/heap.h"

namespace tricycle {
inline namespace v1 {
namespace gc {

extern std::array<heap_core*, max_heaps + 1> heap_table;

/// The calling thread's current heap, made if there is none. Throws std::bad_alloc,
/// std::length_error.
heap_core& heap_here();
/// The same; null if there is none.
heap_core* heap_if_any() noexcept;
/// Tells threads apart; never 0.
[[nodiscard]] std::uintptr_t this_thread() noexcept;

/// Destructors on the calling thread's stack, of objects that are in no confined heap.
extern constinit thread_local unsigned foreign_destructors [[gnu::tls_model("initial-exec")]];
/// Whether none is, of whichever heap of this thread.
[[nodiscard]] bool may_trace_here() noexcept;
/// Collects the heap that all threads share; null while there is none.
extern constinit std::atomic<collection (*)(unsigned oldest)> collect_shared;

class heap_core : public hot_heap, public schedule<counting::confined> {
 public:
  heap_core(const heap_core&) = delete;
  heap_core& operator=(const heap_core&) = delete;
  /// Throws std::bad_alloc, std::length_error.
  static heap_core* create();
  /// Destroys every object, then the heap, once no block is referenced from outside.
  static void end(heap_core* heap);
  /// The thread ends: collects, and leaves what is still referenced to its holders.
  void orphan();

  // allocation (heap_core.cc)
  [[nodiscard]] header* allocate(const object_type& type);
  void abandon(header* h, const object_type& type) noexcept;
  /// The block of a dead object: to those at hand, or back to mimalloc. Its header keeps the type,
  /// for debugging.
  void release_block(header* h, const object_type& type) noexcept {
    ++released_objects_;
    size_class& c = classes[type.size_class];
    if (c.room == 0) [[unlikely]]
      return release_slow(h, type);
    --c.room;
    auto* block = reinterpret_cast<free_block*>(h);
    block->next = c.blocks;
    c.blocks = block;
  }

  // death by counting, and candidates (release.cc)
  static void die(header* h, heap_core& in, std::uint64_t word) noexcept;
  /// After its destructor: gives the block back, unless references or a list still hold it.
  void bury(header* h, const object_type& type) noexcept {
    if (h->count == 0 && place_of(h) == place::none) [[likely]]
      release_block(h, type);
    else
      h->word |= gone_bit;
  }
  void bury(header* h) noexcept { bury(h, *type_of_object(h)); }
  /// The same of the members of a small dead cycle, which no weak reference knows and no list has.
  /// Most often they are of one type: what depends on it is looked up once.
  void bury_members(std::span<header* const> all) noexcept {
    const object_type* type = nullptr;
    size_class* c = &classes[0];
    free_block* blocks = c->blocks;  // of c, as long as the type stays the same
    std::uint32_t room = c->room;
    for (header* h : all) {
      if (h->count != 0) [[unlikely]] {
        h->word |= gone_bit;
        continue;
      }
      const auto* its_type = reinterpret_cast<const object_type*>(h->word & pointer_mask);
      if (its_type != type) {
        c->blocks = blocks;
        c->room = room;
        type = its_type;
        c = &classes[type->size_class];
        blocks = c->blocks;
        room = c->room;
      }
      ++released_objects_;
      if (room == 0) [[unlikely]] {
        release_slow(h, *type);
        continue;
      }
      --room;
      auto* block = reinterpret_cast<free_block*>(h);
      block->next = blocks;
      blocks = block;
    }
    c->blocks = blocks;
    c->room = room;
  }
  /// Destroys what was deferred, until the time is up. True: nothing is left.
  bool release_deferred(meter& time) noexcept;
  void do_in_time(chore& what) noexcept;
  /// What stands between an object that counting has found dead and its destructor (finalize.cc).
  void finish_life(header* h) noexcept;
  /// Runs what waits for the end of the heap, the last one first.
  void run_exit_functions() noexcept;
  /// A list of the collector lets go of an object that died meanwhile.
  void leave_list_dead(header* h) noexcept;
  /// While a slice runs its destructors: what hangs off a dead cycle is destroyed in its time, too.
  void time_releases(const meter& slice) noexcept;
  void end_timed_releases() noexcept;

  // out of the collector's sight, and back (freeze.cc)
  std::size_t freeze();
  std::size_t unfreeze();
  [[nodiscard]] std::size_t frozen();

  // what the schedule and the collectors ask (schedule.h)
  bool run(collector<counting::confined>& c, meter& time) { return c.run(time); }
  void look_again_after(std::int64_t bytes) noexcept {
    credited_bytes_ += static_cast<std::size_t>(bytes - credit);
    credit = bytes;
  }
  bool run_deferred(meter& time);
  /// No tracing while a destructor is on the stack, of whichever heap of this thread: the container
  /// that dropped its object is changing, and may still show elements that it has destroyed
  /// (std::vector::clear does). O(heaps of the thread).
  [[nodiscard]] bool may_trace() const noexcept;
  [[nodiscard]] bool is_busy() const noexcept { return collecting || depth_ != 0; }
  [[nodiscard]] const heap_core* next_here() const noexcept { return next_here_; }
  [[nodiscard]] bool has_deferred() const noexcept {
    return !deferred_.empty() || !chores_.alone();
  }
  /// Bytes allocated since the oldest candidate came that is in no buffer yet: there are none.
  [[nodiscard]] static std::size_t waiting_age() noexcept { return 0; }
  /// Of a pause that has begun already: all of it.
  [[nodiscard]] static clock::duration left_of(clock::duration pause) noexcept { return pause; }
  void tidy() noexcept { blocks_.tidy(); }
  void age_what_stayed(std::size_t live) noexcept { ageing_.age_what_stayed(blocks_, live); }
  void after_collect() noexcept { give_blocks_back(at_hand_bytes_after_collect); }
  /// What was given back so far, and since then.
  struct totals {
    std::size_t objects;
    std::size_t bytes;
  };
  [[nodiscard]] totals released() const noexcept {
    return {released_objects_, allocated_bytes() - live_bytes()};
  }
  void add_released_since(const totals& before, collector_counts& to) const noexcept {
    const totals now = released();
    to.objects += now.objects - before.objects;
    to.bytes += now.bytes - before.bytes;
  }

  void add_pressure(std::size_t bytes) noexcept {
    bytes = std::min(bytes, std::size_t{1} << 40);
    credit -= static_cast<std::int64_t>(bytes);
    beside_bytes_ += bytes;
  }
  /// What the heap was told of, ever.
  [[nodiscard]] std::size_t beside_bytes() const noexcept { return beside_bytes_; }
  void configure(const settings& with) noexcept;

  /// A walk over all headers, also those of free blocks (dead) and of objects under construction.
  /// It can stop after `most` of them and go on later; what is made meanwhile may be missed. True:
  /// there are more.
  void start_walk() noexcept { blocks_.start_walk(); }
  template <class Visit>
  bool walk_some(std::size_t most, Visit&& visit) {
    return blocks_.walk_some(
        most, [&visit](void* small) { visit(static_cast<header*>(small)); },
        [&visit](alloc::large_link* link) { visit(reinterpret_cast<header*>(link + 1)); });
  }

  /// Objects whose block is taken and not given back, and the bytes of the blocks. O(size classes).
  [[nodiscard]] std::size_t live_objects() const noexcept;
  [[nodiscard]] std::size_t live_bytes() const noexcept;
  /// Objects whose block was ever given back. O(1).
  [[nodiscard]] std::size_t released_objects() const noexcept { return released_objects_; }
  /// Bytes ever allocated. O(1).
  [[nodiscard]] std::size_t allocated_bytes() const noexcept {
    return credited_bytes_ - static_cast<std::size_t>(credit);
  }
  /// The thread whose heap this is; 0 once that thread has ended.
  [[nodiscard]] std::uintptr_t owner() const noexcept { return owner_; }

  link exit_functions;

 private:
  explicit heap_core(unsigned number);
  ~heap_core() = default;
  /// Calls visit(header*) for every object that is neither dead nor under construction; a walk that
  /// is under way goes on as if nothing had been. No block may be taken or released meanwhile.
  template <class Visit>
  void for_each_object(Visit&& visit) {
    const auto before = blocks_.walk();
    start_walk();
    walk_some(~std::size_t{0}, [&visit](header* h) {
      if (!is_dead(h) && type_of_object(h) != nullptr) visit(h);
    });
    blocks_.resume_walk(before);
  }
  void destroy_all();
  void finalize_all(const pile& all, link& limbo, bool with_finalizers) noexcept;
  void leave() noexcept;
  [[gnu::noinline]] void die_slow(header* h) noexcept;
  void die_in_time(header* h) noexcept;
  void start_timed_release() noexcept;
  [[nodiscard]] bool says_more_later(header* h) noexcept;
  [[gnu::noinline]] void after_outermost() noexcept;
  void destroy_one(header* h) noexcept;
  void end_if_empty() noexcept;
  [[nodiscard]] header* take_block(const object_type& type) noexcept;
  /// All but `keep_bytes` of each class.
  void give_blocks_back(std::size_t keep_bytes) noexcept;
  [[gnu::noinline]] void release_slow(header* h, const object_type& type) noexcept;
  [[nodiscard]] std::uint32_t limit_at_hand(std::size_t which) const noexcept;
  [[nodiscard]] std::size_t in_use(std::size_t which) const noexcept;
  /// Of the classes that ever had a block.
  template <class Visit>
  void for_each_class(const Visit& visit) const {
    for (std::uint64_t left = classes_used_; left != 0; left &= left - 1)
      visit(static_cast<std::size_t>(std::countr_zero(left)));
  }

  // An object's first `release_depth` owners are destroyed around it, as users of shared_ptr know
  // it; deeper ones wait on a list, so that a chain of any length needs little stack.
  static constexpr unsigned release_depth = 32;

  // Free blocks kept at hand, at most, of a class: a block that goes through its slab costs twice
  // as much. An explicit collection leaves only the smaller part.
  static constexpr std::size_t at_hand_bytes = std::size_t{4} << 20;
  static constexpr auto limits_at_hand = [] {
    std::array<std::uint32_t, size_classes> limits{};
    for (std::size_t i = 1; i < size_classes; ++i)
      limits[i] = static_cast<std::uint32_t>(at_hand_bytes / (i * size_class_bytes));
    return limits;
  }();
  static constexpr std::size_t at_hand_bytes_after_collect = std::size_t{32} << 10;
  static constexpr std::size_t refill_bytes = std::size_t{1} << 10;  // taken at once

  unsigned depth_ = 0;                    // of destructors on the stack
  unsigned depth_limit_ = release_depth;  // 0 while releases are timed: all go through die_slow
  std::size_t credited_bytes_ = 0;        // allocated, or allowed to be before the next pace()
  std::size_t released_objects_ = 0;
  std::size_t beside_bytes_ = 0;  // told by add_pressure
  ageing<counting::confined> ageing_;
  std::uint64_t classes_used_ = 0;  // bits
  std::size_t large_objects_ = 0;   // in use, of class 0
  std::size_t large_bytes_ = 0;
  pile pending_{chunks};       // dead, not yet destroyed: nested too deeply
  pile deferred_{chunks};      // the same: the time did not suffice, slices go on
  link chores_;                // the same, of what is no object
  meter release_time_;         // of the release, or the slice, under way
  bool release_late_ = false;  // its time is up
  alloc::block_store blocks_;
  std::uintptr_t owner_;
  heap_core* next_here_ = nullptr;  // the thread's other heaps
  bool ended_ = false;
};

[[nodiscard]] inline heap_core& heap_of(const header* h) noexcept {
  return *heap_table[heap_number(h)];
}

}  // namespace gc
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_GC_HEAP_CORE_H_
