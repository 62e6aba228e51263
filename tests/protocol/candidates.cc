// Candidates: the enqueueing drop against the last drop, against lock(), and against the collector,
// which takes a thread's entries and lets weak references expire.
//
// What the collector's phases do with a header while the world is stopped is here a few lines that
// do the same; how it stops the world is mutators.cc itself.
#include "protocol/model_object.h"

namespace tricycle::protocol {
namespace {

/// A tracked object, threads that are known to the collector, and nothing left of the last path.
header* made_tracked(unsigned owners, unsigned watchers = 0) {
  nothing_yet(1);
  return made(owners, watchers, tracked_type);
}

/// Drops the entries of a list that are of dead objects; the others go to the backlog.
void expire(entry_list& entries, header*& backlog) {
  while (header* h = entries.pop()) {
    if ((atomics::load<acquire>(h->count) & count_mask) == 0)
      drop_weak(h);
    else
      backlog = h;
  }
}
void take_entries(header*& backlog) {
  const std::lock_guard lock(mutators_mutex);
  write_plain(&orphans);
  expire(orphans, backlog);
  for (mutator* m = all_mutators; m != nullptr; m = m->next) {
    write_plain(&m->entries);
    expire(m->entries, backlog);
  }
}
/// All entries are dropped in the end, and nothing is left over.
void check_at_the_end() {
  finally([] {
    header* alive = nullptr;
    take_entries(alive);
    expect(alive == nullptr, "a candidate lives, and has no owner");
    expect(the_object.destroyed == 1, "an object is left over");
    expect(the_object.given_back == 1, "a block is left over");
  });
}

void use_and_drop_tracked(header* h) {
  the_object.use();
  write_plain(&local.me->entries);
  shared::drop(h);
}

void TwoDropsOfATrackedObject() {
  header* h = made_tracked(2);
  for (int i = 0; i < 2; ++i)
    thread([h] {
      begin_thread();
      use_and_drop_tracked(h);
    });
  check_at_the_end();
}
void ThreeDropsOfATrackedObject() {
  header* h = made_tracked(3);
  at_most_failures(2);
  at_most_older_loads(1);
  at_most_preemptions(3);
  for (int i = 0; i < 3; ++i)
    thread([h] {
      begin_thread();
      use_and_drop_tracked(h);
    });
  check_at_the_end();
}
void ACandidateAgainstALock() {
  header* h = made_tracked(2, 1);
  at_most_failures(2);
  at_most_older_loads(1);
  at_most_preemptions(3);
  for (int i = 0; i < 2; ++i)
    thread([h] {
      begin_thread();
      use_and_drop_tracked(h);
    });
  thread([h] {
    begin_thread();
    if (lock(h)) use_and_drop_tracked(h);
    drop_weak(h);
  });
  check_at_the_end();
}
void ACopyOfACandidate() {
  header* h = made_tracked(2);
  for (int i = 0; i < 2; ++i)
    thread([h] {
      begin_thread();
      shared::retain(h);
      use_and_drop_tracked(h);
      use_and_drop_tracked(h);
    });
  check_at_the_end();
}
void ACandidateIsHandedOverAtTheEndOfItsThread() {
  header* h = made_tracked(2);
  thread([h] {
    begin_thread();
    use_and_drop_tracked(h);
    write_plain(&mutators[self()].entries);
    const thread_end end;
  });
  thread([h] {
    begin_thread();
    const attach_thread here("collector");
    header* backlog = nullptr;
    if (stop_others(patience)) {
      // The other thread is not attached: only what it has handed over may be looked at.
      {
        const std::lock_guard lock(mutators_mutex);
        expire(orphans, backlog);
      }
      let_others_go();
    }
    shared::drop(h);
    if (backlog != nullptr) drop_weak(backlog);
  });
  check_at_the_end();
}
void ATrackedObjectIsDroppedBetweenStops() {
  header* h = made_tracked(2);
  at_most_preemptions(2);
  thread([h] {
    begin_thread();
    const attach_thread here("worker");
    use_and_drop_tracked(h);
  });
  thread([h] {
    begin_thread();
    const attach_thread here("collector");
    header* backlog = nullptr;
    if (stop_others(patience)) {
      take_entries(backlog);
      let_others_go();
    }
    use_and_drop_tracked(h);
    if (backlog != nullptr) drop_weak(backlog);
  });
  check_at_the_end();
}
/// The object owns itself, as far as counts say, and is watched: the collector finds it dead, or a
/// lock() finds it alive, and never both.
void ALockAgainstTheCollectorsExpiry() {
  header* h = made_tracked(1, 1);
  at_most_preemptions(2);
  thread([h] {
    begin_thread();
    const attach_thread here("locker");
    if (lock(h))
      use_and_drop_tracked(h);
    else
      expect(was_zero(h->count, count_mask), "a lock failed, and the object lived");
    safepoint();
    drop_weak(h);
  });
  thread([h] {
    begin_thread();
    const attach_thread here("collector");
    bool dead = false;
    header* backlog = nullptr;
    if (stop_others(patience)) {
      take_entries(backlog);
      dead = (atomics::load<relaxed>(h->count) & count_mask) == 1;
      if (dead) atomics::store_plain(h->count, watched);  // as `kill` does
      let_others_go();
    }
    if (dead) {
      protocol::destroy_object(object_of(h));
      drop_weak(h);
    } else {
      shared::drop(h);
    }
    if (backlog != nullptr) drop_weak(backlog);
  });
  check_at_the_end();
}

}  // namespace

const std::vector<scenario>& scenarios() {
  static const std::vector<scenario> all = {
      SCENARIO(TwoDropsOfATrackedObject),
      SCENARIO(ThreeDropsOfATrackedObject),
      SCENARIO(ACopyOfACandidate),
      SCENARIO(ACandidateAgainstALock),
      SCENARIO(ACandidateIsHandedOverAtTheEndOfItsThread),
      SCENARIO(ATrackedObjectIsDroppedBetweenStops),
      SCENARIO(ALockAgainstTheCollectorsExpiry),
  };
  return all;
}

}  // namespace tricycle::protocol
