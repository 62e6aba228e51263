// How threads are stopped for the collector: mutators.cc itself, explored.
//
// After each path: no thread used tracked objects while they were traced, nor the collector while a
// thread might (the accesses are ordered, not only apart); everybody came to its end.
#include "protocol/model_world.h"

namespace tricycle::protocol {
namespace {

using namespace shared;  // NOLINT(google-build-using-namespace)

char tracked[4];  // of each thread: what it does with tracked objects; the collector, with all

void use_tracked_objects() { write_plain(&tracked[self()]); }

void collect_here() {
  if (!stop_others(patience)) return;
  for (const char& cell : tracked) write_plain(&cell);
  let_others_go();
}
void collector() {
  begin_thread();
  const attach_thread here("collector");
  use_tracked_objects();
  collect_here();
  use_tracked_objects();
}
void worker() {
  begin_thread();
  const attach_thread here("worker");
  use_tracked_objects();
  safepoint();
  use_tracked_objects();
}
void waiter() {
  begin_thread();
  const attach_thread here("waiter");
  { const blocking scope; }
  use_tracked_objects();
}
void short_guest() {
  begin_thread();
  const attach_thread here("guest");
  use_tracked_objects();
}

void AWorkerComesToItsSafepoint() {
  nothing_yet(2);
  thread(collector);
  thread(worker);
}
void ABlockedThreadIsNotWaitedFor() {
  nothing_yet(1);
  thread(collector);
  thread(waiter);
}
void AThreadAttachesWhileTheWorldIsStopped() {
  nothing_yet(0);
  thread(collector);
  thread(short_guest);
}
void TwoStopsOneAfterTheOther() {
  nothing_yet(1);
  at_most_preemptions(4);
  thread([] {
    begin_thread();
    const attach_thread here("collector");
    collect_here();
    collect_here();
  });
  thread(waiter);
}

void AWorkerABlockedThreadAndAGuest() {
  nothing_yet(1);
  at_most_preemptions(2);
  thread(collector);
  thread(waiter);
  thread(short_guest);
}
void AThreadEndsWithoutDetaching() {
  nothing_yet(1);
  thread(collector);
  thread([] {
    begin_thread();
    alignas(attach_thread) char never_ends[sizeof(attach_thread)];
    ::new (&never_ends) attach_thread("worker");
    use_tracked_objects();
    safepoint();
    const thread_end end;
  });
}

}  // namespace

const std::vector<scenario>& scenarios() {
  static const std::vector<scenario> all = {
      SCENARIO(AWorkerComesToItsSafepoint),
      SCENARIO(ABlockedThreadIsNotWaitedFor),
      SCENARIO(AThreadAttachesWhileTheWorldIsStopped),
      SCENARIO(AThreadEndsWithoutDetaching),
      SCENARIO(TwoStopsOneAfterTheOther),
      SCENARIO(AWorkerABlockedThreadAndAGuest),
  };
  return all;
}

}  // namespace tricycle::protocol
