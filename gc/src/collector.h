// One collection of a generation: search for dead cycles, prove them dead, reclaim them.
// A heap has two of these. The minor one collects the young, also between the slices of the major
// one, which collects everything up to the middle or the old generation.
//
// Thread safety: confined to the heap's thread. User code: `reclaim` runs destructors.
//
// The phases, in the order in which they run; each is a function in a file of its own, can stop
// when its time is up, and goes on where it stopped. They run once for each *batch* of candidates,
// so that small cycles go from trial to reclaim while they are in the cache:
//
//   examine    examine.h    all of it at once, for a candidate that reaches little; else:
//   gather     search.h     in a collection of all there is, once: the rest joins the working set
//   subtract   search.h     from candidates, count the edges that members of the working set have
//   classify   search.h     who has more references than that is held from outside
//   restore    search.h     what such a one reaches is live, too
//   condense   condense.h   the rest are suspects: their strongly connected components
//   reclaim    reclaim.h    source by source: prove, expire, null, destroy, free
//            last_words.h after expire, where there are any: callbacks, finalizers, prove again
//   settle     run.h        the live ones age and leave the working set
//
// Where other threads use the objects (counting.h: stops_others), everything up to and including
// the proof runs while they stand still, and everything from the nulling of edges on, where user
// code may run, while they do not. So what is proved dead is *condemned*: it expires at once, and
// waits on a list of its own. Or, if it has finalizers, it is *held*: it expires, and is proved
// once more when they have run.
//
// Bacon & Rajan 2001, section 3 (synchronous cycle collection; Lins 1992 for the lazy candidates);
// we differ: trial counts of our own, so that the program may run between slices; components and a
// proof before anything is freed; generations.
//
// Invariants
// I1. An object whose place is `one` or `two` is on exactly one list of that collection:
//     working set, live, suspects, or components.
// I2. The memory of an object on such a list is not given back when it dies by counting meanwhile:
//     the list's end does that. So no list ever dangles.
// I3. Meeting an object clears its wish for examination (and takes it out of the candidates); if it
//     wants examination when it leaves, it was touched since, and becomes a candidate again.
// I4. No verdict rests on what an earlier slice saw: a component is freed when it was proved in the
//     same slice, or when the whole batch ran in it (`exact_`).
#ifndef TRICYCLE_GC_COLLECTOR_H_
#define TRICYCLE_GC_COLLECTOR_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "candidates.h"
#include "chunks.h"
#include "counting.h"
#include "meter.h"
#include "small_graph.h"
#include "state.h"
#include "tricycle/trace.h"

namespace tricycle {
inline namespace v1 {

namespace gc {

/// What a finished or running collection has done.
struct collector_counts {
  std::size_t objects = 0;
  std::size_t bytes = 0;
  std::size_t components = 0;
  std::size_t examined = 0;
  std::size_t candidates = 0;
};

/// The header of an edge's target is most likely not in the cache: each waits here while it is
/// fetched, and `depth` others go before it.
class prefetch_queue {
 public:
  /// Takes one, gives one, or null.
  [[nodiscard]] header* exchange(header* h) noexcept {
    __builtin_prefetch(h, 1);
    std::swap(h, waiting_[at_]);
    at_ = (at_ + 1) % depth;
    return h;
  }
  template <class F>
  void drain(const F& each) {
    for (header*& waiting : waiting_)
      if (header* h = std::exchange(waiting, nullptr)) each(h);
  }

 private:
  static constexpr std::size_t depth = 32;
  std::array<header*, depth> waiting_{};
  std::size_t at_ = 0;
};

enum class step { done, out_of_time, out_of_memory };

/// Of a heap whose objects are counted so (counting.h says what that decides). Instantiated where
/// the heap is: phases.h has all definitions.
template <class Counting>
class collector : private counted<Counting> {
  using how = counted<Counting>;

 public:
  using heap = typename how::heap;
  collector(heap& of, place mine) noexcept;
  collector(const collector&) = delete;
  collector& operator=(const collector&) = delete;

  /// For each generation, up to which age candidates are examined: those that came when the heap
  /// had allocated no more bytes than this.
  using stamps = std::array<std::size_t, 3>;

  /// Starts a collection of `oldest` and everything younger.
  void start(unsigned oldest, const stamps& until) noexcept;
  /// The same of all there is, candidate or not: a cycle that was closed by a move never had one.
  void start_with_all(const stamps& until) noexcept;

  /// Works until the time is up or the collection is finished; returns whether it is.
  bool run(meter& time);

  [[nodiscard]] bool running() const noexcept { return phase_ != phase::idle; }
  [[nodiscard]] unsigned oldest() const noexcept { return oldest_; }
  /// Whether it has come to so much that it will take long.
  [[nodiscard]] bool is_large() const noexcept { return large_; }
  /// Whether memory ran out in the last collection.
  [[nodiscard]] bool gave_up() const noexcept { return gave_up_; }
  /// Whether it was started with all there is.
  [[nodiscard]] bool has_all() const noexcept { return has_all_; }
  [[nodiscard]] const collector_counts& counts() const noexcept { return counts_; }
  /// Where there are other threads: whether what comes next needs them to stand still. Else it may
  /// run user code.
  [[nodiscard]] bool needs_the_world() const noexcept {
    return phase_ != phase::reclaim || stage_ == stage::find || stage_ == stage::mark ||
           stage_ == stage::prove || stage_ == stage::rise;
  }

  /// Gives up: everything leaves the working set as it is; what was being examined wants it again.
  void cancel() noexcept;

  /// The `verify` build's check of I1 to I3, at the border of two phases. Aborts with a sentence.
  void check_invariants() const;

 private:
  enum class phase { idle, gather, subtract, classify, restore, condense, reclaim, settle };
  // Of the component being reclaimed.
  enum class stage {
    find,
    mark,
    tell,
    finalize,
    prove,
    tell_late,
    let_go,
    rise,
    null,
    destroy,
    limbo,
    free
  };

  using how::clear;
  using how::count_of;
  using how::destroy;
  using how::destroy_plain;
  using how::enter;
  using how::hold;
  using how::is_dead;
  using how::kill;
  using how::kill_member;
  using how::last_words_of;
  using how::leave;
  using how::mine_mask;
  using how::set_rule;
  using how::target_of;
  using how::trace_edges;
  using how::word_of;

  // examine.h
  [[nodiscard]] bool examine(header* candidate);
  void add_small(header* h, std::size_t i) noexcept;
  void spill() noexcept;
  void keep_live(pile::entry e) noexcept;
  [[nodiscard]] bool is_out_of_reach(std::uint32_t component) const noexcept;
  void reclaim_small();
  void free_small(std::uint32_t component);
  void free_all();
  [[nodiscard]] bool take_edges(edge_visitor& visit) noexcept;
  void meet_edges(const edge_visitor& visit) noexcept;
  static void examine_edges(edge_visitor& visit, void* self);

  // search.h
  void begin_gathering() noexcept;
  step gather(meter& time);
  step subtract(meter& time);
  step classify(meter& time);
  step restore(meter& time);
  [[nodiscard]] header* next_candidate() noexcept;
  [[nodiscard]] bool has_candidate() const noexcept;
  void meet(header* h) noexcept;
  void meet_prefetched() noexcept;
  static void subtract_edges(edge_visitor& visit, void* self);
  static void restore_edges(edge_visitor& visit, void* self);

  // condense.h
  step condense(meter& time);
  [[nodiscard]] bool discover(header* h);
  [[nodiscard]] bool gather_edges(header* h);
  [[nodiscard]] bool finish(header* h);
  void contract(const header* to) noexcept;
  void keep_candidate(pile::entry e) const noexcept;
  static void condense_edges(edge_visitor& visit, void* self);

  // reclaim.h
  step reclaim(meter& time);
  [[nodiscard]] bool mark_members(meter& time) noexcept;
  void judge_component();
  void condemn(header* h, bool first) noexcept;
  void condemn_component() noexcept;
  void condemn_small(std::uint32_t begin, std::uint32_t end, const std::uint8_t* order) noexcept;
  /// What is destroyed: the component at hand, or all that is condemned.
  [[nodiscard]] pile& dying() noexcept {
    if constexpr (how::stops_others)
      return condemned_;
    else
      return components_;
  }
  [[nodiscard]] bool prove(pile::cursor from);
  void count_edge_to(header* h) noexcept;
  void check_edges(const header* h) const noexcept;
  static void begin_death(header* h) noexcept {
    h->word |= dead_bit;
    h->count &= ~unwanted;
  }
  void leave_component_alive() noexcept;
  static void prove_edges(edge_visitor& visit, void* self);
  static void null_edges(edge_visitor& visit, void* self);

  // last_words.h
  [[nodiscard]] bool begin_last_words() noexcept;
  void hold_component() noexcept;
  [[nodiscard]] bool tell_all(meter& time) noexcept;
  [[nodiscard]] bool run_finalizers(meter& time) noexcept;
  [[nodiscard]] bool is_still_dead();
  [[nodiscard]] bool let_go_all(meter& time) noexcept;
  [[nodiscard]] bool leave_resurrected(meter& time) noexcept;
  [[nodiscard]] bool destroy_limbo(meter& time) noexcept;

  // ephemerons.h: for each phase, who hands over an ephemeron's edges
  [[nodiscard]] bool hands_over(ephemeron& entry, bool by_key) const noexcept;
  [[nodiscard]] bool is_suspect(const header* h) const noexcept;
  static bool rule_of_subtract(void* self, ephemeron& entry, bool by_key);
  static bool rule_of_examine(void* self, ephemeron& entry, bool by_key);
  static bool rule_of_restore(void* self, ephemeron& entry, bool by_key);
  static bool rule_of_condense(void* self, ephemeron& entry, bool by_key);
  static bool rule_of_prove(void* self, ephemeron& entry, bool by_key);

  // run.h
  step settle(meter& time);
  void settle_one(pile::entry e, bool age) noexcept;
  void look_again_if_stale(pile::entry e) const noexcept;
  /// Runs trace functions. False: one threw. Then not all edges were seen, and nothing that this
  /// batch found is exact.
  template <class Trace>
  bool try_trace(edge_visitor& visit, const Trace& trace) noexcept {
    try {
      trace();
      return true;
    } catch (...) {
      visit.clear();
      exact_ = false;
      threw_ = true;
      return false;
    }
  }
  bool follow(header* h, edge_visitor& visit) noexcept;
  bool follow_entries(const link& entries, edge_visitor& visit) noexcept;
  bool follow_window(header* h, edge_visitor& visit) noexcept;
  /// Whether `h` is in this collection's working set, of this heap.
  [[nodiscard]] bool is_mine(const header* h) const noexcept {
    return ((word_of(h) ^ mine_key_) & mine_mask) == 0;
  }
  /// A candidate found alive in this batch has to be looked at again: an older object may be in a
  /// cycle with it, which only an older collection can tell, or edges were hidden.
  [[nodiscard]] bool is_undecided() const noexcept {
    return (oldest_ < 2 && (reaches_out_ || !exact_)) || threw_;
  }
  /// An edge leads to `h`, which is neither mine nor in scope: whether a cycle may go through it.
  void pass(const header* h) noexcept {
    reaches_out_ = reaches_out_ || (((word_of(h) ^ mine_key_) & mine_mask & ~place_mask) == 0 &&
                                    (word_of(h) & generation_mask) != untracked && !is_dead(h));
  }
  /// Whether an edge to `h`, which is not mine, is to be followed: it is of this heap, not too old,
  /// not dead, and not in the other collection's working set.
  [[nodiscard]] bool in_scope(const header* h) const noexcept {
    return how::in_scope(h, scope_, oldest_);
  }
  void begin_batch() noexcept;
  [[nodiscard]] bool narrow() noexcept;
  [[nodiscard]] bool spent(meter& time) noexcept {
    const bool out = time.spend(std::exchange(work_, 0));
    // A destructor may have started a thread.
    if constexpr (how::stops_others) return out || (needs_the_world() && !heap_.has_world());
    return out;
  }
  [[nodiscard]] bool may_run_user_code() const noexcept {
    if constexpr (how::stops_others) return heap_.may_run_user_code();
    return true;
  }
  /// Whether the world is as the next step wants it.
  [[nodiscard]] bool may_go_on() const noexcept {
    if constexpr (how::stops_others)
      return needs_the_world() ? heap_.has_world() : heap_.may_run_user_code();
    return true;
  }

  static constexpr std::uint32_t prefetch_ahead = 32;                  // entries of a pile
  static constexpr std::size_t objects_a_step = 64;                    // of gather
  static constexpr std::size_t large_batch = std::size_t{1} << 15;     // objects
  static constexpr std::size_t most_condemned = std::size_t{1} << 11;  // by one stop, about

  heap& heap_;
  const place mine_;
  const std::uint64_t mine_key_;  // of a header in this working set, under mine_mask
  const std::uint64_t scope_;     // heap number and generation 0, as they lie in a header
  unsigned oldest_ = 0;
  bool has_all_ = false;
  bool to_gather_ = false;  // it has not yet
  bool gave_up_ = false;
  phase phase_ = phase::idle;
  bool exact_ = true;       // nothing ran between this batch's start and now
  bool large_ = false;      // this batch reached so much that its survivors will hardly die young
  bool narrowing_ = false;  // the working set are suspects already: nothing joins
  /// This batch came upon an object that an earlier one found alive, or, after a stop, upon one
  /// that wanted examination: if what it finds alive is dead, no count may ever tell.
  bool doubtful_ = false;
  /// What this batch met has an edge to an older object, or to one of the other collection. If not,
  /// and if nothing ran meanwhile, who was found alive is in no cycle but with others found alive:
  /// it need not be looked at again until a count falls.
  bool reaches_out_ = false;
  bool stale_marks_ = false;  // they may rest on what was read in an earlier slice
  bool threw_ = false;        // a trace function did, in this collection
  bool failed_ = false;       // memory ran out, or a trace function threw, in this step
  stamps until_{};
  collector_counts counts_;

  pile working_;                // subtract's queue, then classify's input
  pile::cursor scanned_;        // the first of working_ that subtract has not followed
  pile live_;                   // restore's queue; those of earlier batches wait for the end here
  pile::cursor restored_;       // the first of live_ that restore has not followed
  std::size_t batch_live_ = 0;  // how many of live_ are of earlier batches
  pile suspects_;
  pile::cursor condensed_;     // the first of suspects_ that condense has not looked at
  pile components_;            // sinks first; a component's first entry is tagged
  pile condemned_;             // proved dead, killed, in no working set; only if `stops_others`
  pile edges_, stack_, path_;  // of condense
  std::uint32_t discovered_ = 0;

  std::uint64_t search_ = 0;  // the number of this pass of subtract, or of examine

  std::uint32_t work_ = 0;    // units not yet told to the meter
  std::size_t followed_ = 0;  // edges of the object at hand that are done with: it has more
  std::size_t walked_ = 0;    // of those, how many were passed over one by one to get to the rest

  stage stage_ = stage::find;
  /// Of the component at hand.
  struct {
    bool proved = false;       // by tracing it once more
    bool conditional = false;  // some of its edges are there as long as someone else lives
    std::size_t edges = 0;     // between members, when it was proved
    std::uint32_t flags = 0;   // of the members that `mark` has come to: all their condense flags
    std::uint64_t last_words = 0;
    std::size_t members = 0;
    header* last = nullptr;
  } found_;
  pile::cursor component_;  // its first entry
  pile::cursor at_;         // where the stage has come to
  link limbo_;              // its members' places in weak maps; the values' edges are theirs
  std::uint32_t held_ = 0;  // references that the collector itself has to each of its members
  bool touched_ = false;    // user code has run since its proof
  bool dies_late_ = false;  // its members are marked dead only as their edges are nulled

  small_graph small_;
  bool spilled_ = false;    // small_ was too small
  batch_eraser forgotten_;  // entries of its nodes

  prefetch_queue prefetched_;
};

}  // namespace gc
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_GC_COLLECTOR_H_
