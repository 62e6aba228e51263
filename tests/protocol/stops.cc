// How threads are stopped for the collector: mutators.cc itself, explored.
//
// After each path: no thread used tracked objects while they were traced, nor the collector while a
// thread might (the accesses are ordered, not only apart); everybody came to its end.
#include "protocol/scenario.h"
#include "protocol/std_atomics.h"

// The source, and not the library: see counts.cc.
#include "src/mutators.cc"  // NOLINT(bugprone-suspicious-include)

#undef atomic
#undef mutex
#undef steady_clock
#undef yield

namespace tricycle {
inline namespace v1 {
namespace shared {

// What is not of the handshake.
core& the_core() noexcept { protocol::fault("the handshake asked for the collector"); }
bool is_destroying_here() noexcept { return false; }
void retain_weak_slow(gc::header*) noexcept {}
void drop_weak_slow(gc::header*) noexcept {}
void release_block(gc::header*) noexcept {}
void throw_bad_alloc() { protocol::fault("no memory"); }

}  // namespace shared
}  // namespace v1

namespace protocol {
namespace {

using namespace shared;  // NOLINT(google-build-using-namespace)

mutator mutators[4];
char tracked[4];  // of each thread: what it does with tracked objects; the collector, with all
std::chrono::seconds time_now;
unsigned looks_left;  // at the clock, before it goes on for certain

}  // namespace

explored_clock::time_point explored_clock::now() noexcept {
  if (!exploring()) return {};
  if (looks_left == 0 || choose(2) == 1)
    time_now += std::chrono::seconds(1'000);
  else
    --looks_left;
  return time_point(time_now);
}

namespace {

constexpr std::chrono::nanoseconds patience = std::chrono::seconds(1);

void nothing_yet(unsigned looks) {
  stop.~atomic_word();
  ::new (&stop) atomic_word<std::uint32_t>(0);
  attached_threads.~atomic_word();
  ::new (&attached_threads) atomic_word<std::size_t>(0);
  attention = 0;
  late_pending = 0;
  all_mutators = nullptr;
  looks_left = looks;
  time_now = std::chrono::seconds(1);  // 0 is no time, for asked_at
  for (mutator& m : mutators) {
    m.~mutator();
    ::new (&m) mutator{};
    m.used = true;
    m.next = all_mutators;
    all_mutators = &m;
  }
  thread_storage(&local, sizeof local);
  name(&stop, "stop");
  name(&mutators[1].is, "state 1");
  name(&mutators[2].is, "state 2");
  name(&mutators[3].is, "state 3");
  name(&mutators_mutex, "mutex");
  name(&attached_threads, "attached");
  finally([] {
    expect(attached_threads.load() == 0, "somebody is still attached");
    expect(stop.load() == 0, "the world is still stopped");
    expect(late_pending == 0 && attention == 0, "somebody is still waited for");
  });
}

void begin_thread() { local.me = &mutators[self()]; }
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

}  // namespace protocol
}  // namespace tricycle
