// The threads of the model, as the collector knows them, and its clock.
#ifndef TRICYCLE_TESTS_PROTOCOL_MODEL_WORLD_H_
#define TRICYCLE_TESTS_PROTOCOL_MODEL_WORLD_H_

#include "protocol/sources.h"

namespace tricycle::protocol {
namespace {

using namespace shared;  // NOLINT(google-build-using-namespace)

mutator mutators[4];
std::chrono::seconds time_now;
unsigned looks_left;  // at the clock, before it goes on for certain

}  // namespace

inline explored_clock::time_point explored_clock::now() noexcept {
  if (!exploring()) return {};
  if (looks_left == 0 || choose(2) == 1)
    time_now += std::chrono::seconds(1'000);
  else
    --looks_left;
  return time_point(time_now);
}

namespace {

constexpr std::chrono::nanoseconds patience = std::chrono::seconds(1);

inline void nothing_yet(unsigned looks) {
  stop.~atomic_word();
  ::new (&stop) atomic_word<std::uint32_t>(0);
  attached_threads.~atomic_word();
  ::new (&attached_threads) atomic_word<std::size_t>(0);
  waiting_to_run.~atomic_word();
  ::new (&waiting_to_run) atomic_word<std::size_t>(0);
  attention = 0;
  late_pending = 0;
  all_mutators = nullptr;
  looks_left = looks;
  time_now = std::chrono::seconds(1);  // 0 is no time, for asked_at
  while (orphans.pop() != nullptr) {
  }
  for (mutator& m : mutators) {
    while (m.entries.pop() != nullptr) {
    }
    m.~mutator();
    ::new (&m) mutator{};
    m.used = true;
    m.next = all_mutators;
    all_mutators = &m;
  }
  local = {};
  thread_storage(&local, sizeof local);
  name(&stop, "stop");
  name(&mutators[1].is, "state 1");
  name(&mutators[2].is, "state 2");
  name(&mutators[3].is, "state 3");
  name(&mutators_mutex, "mutex");
  name(&attached_threads, "attached");
  name(&waiting_to_run, "waiting");
  finally([] {
    expect(attached_threads.load() == 0, "somebody is still attached");
    expect(stop.load() == 0, "the world is still stopped");
    expect(!others_come_back(), "somebody has not come back");
    expect(late_pending == 0 && attention == 0, "somebody is still waited for");
  });
}

inline void begin_thread() { local.me = &mutators[self()]; }

}  // namespace
}  // namespace tricycle::protocol

#endif  // TRICYCLE_TESTS_PROTOCOL_MODEL_WORLD_H_
