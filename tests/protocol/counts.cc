// The protocol between owners, watchers and the last drop: shared_header.h, shared_blocks.cc and
// weak_spill.cc themselves, explored.
#include "protocol/model_object.h"

namespace tricycle::protocol {
namespace {

void TheLastOfTwoDropsDestroys() {
  header* h = made(2);
  for (int i = 0; i < 2; ++i) thread([h] { use_and_drop(h); });
}
void TheLastOfThreeDropsDestroys() {
  header* h = made(3);
  for (int i = 0; i < 3; ++i) thread([h] { use_and_drop(h); });
}
void TheLastOfThreeDropsDestroysAWatchedObject() {
  header* h = made(3, 1);
  for (int i = 0; i < 3; ++i) thread([h] { use_and_drop(h); });
  thread([h] { drop_weak(h); });
}
void CopiesKeepTheObject() {
  header* h = made(2);
  for (int i = 0; i < 2; ++i)
    thread([h] {
      shared::retain(h);
      use_and_drop(h);
      use_and_drop(h);
    });
}
void LockAgainstTheLastDrop() {
  header* h = made(1, 1);
  thread([h] { use_and_drop(h); });
  thread([h] {
    lock_and_use(h);
    drop_weak(h);
  });
}
void TwoLocksAgainstTheLastDrop() {
  header* h = made(1, 2);
  at_most_failures(1);
  thread([h] { use_and_drop(h); });
  for (int i = 0; i < 2; ++i)
    thread([h] {
      lock_and_use(h);
      drop_weak(h);
    });
}
void OnceALockFailedAllFail() {
  header* h = made(1, 2);
  at_most_failures(1);
  thread([h] { use_and_drop(h); });
  thread([h] {
    if (!lock_and_use(h)) atomics::store<release>(flag, 1);
    drop_weak(h);
  });
  thread([h] {
    const bool told = atomics::load<acquire>(flag) == 1;
    expect(!(lock_and_use(h) && told), "a lock succeeded after one that had failed");
    drop_weak(h);
  });
}
void ALockedObjectOutlivesItsOwners() {
  header* h = made(2, 1);
  for (int i = 0; i < 2; ++i) thread([h] { use_and_drop(h); });
  thread([h] {
    lock_and_use(h);
    lock_and_use(h);
    drop_weak(h);
  });
}
void AFinalizerHasItsObjectForItself() {
  header* h = made(2, 1, speaking);
  at_most_failures(1);
  for (int i = 0; i < 2; ++i) thread([h] { use_and_drop(h); });
  thread([h] {
    lock_and_use(h);
    drop_weak(h);
  });
}
void AFinalizerThatSavesItsObjectAgainstALock() {
  header* h = made(1, 1, saving);
  const auto drop_saved = [h] {
    if (saved_by[static_cast<std::size_t>(self())]) use_and_drop(h);
  };
  thread([=] {
    use_and_drop(h);
    drop_saved();
  });
  thread([=] {
    lock_and_use(h);
    lock_and_use(h);
    drop_weak(h);
    drop_saved();
  });
}
void AnObjectIsDroppedByAnotherThreadWhileItsFinalizerRuns() {
  header* h = made(1, 0, giving);
  const auto drop_given = [h] {
    if (atomics::exchange<acq_rel>(flag, 2) == 1) use_and_drop(h);
  };
  thread([=] {
    use_and_drop(h);
    drop_given();
  });
  thread(drop_given);
}
void FirstWeakReferencesOfTwoOwners() {
  header* h = made(2);
  at_most_failures(0);
  for (int i = 0; i < 2; ++i)
    thread([h] {
      watch(h);
      use_and_drop(h);
      lock_and_use(h);
      drop_weak(h);
    });
}
void TheFirstWeakReferenceAgainstTheLastDrop() {
  header* h = made(2);
  thread([h] {
    watch(h);
    shared::drop(h);
    drop_weak(h);
  });
  thread([h] { use_and_drop(h); });
}
void AWeakReferenceIsHandedOver() {
  header* h = made(2);
  at_most_failures(1);
  thread([h] {
    watch(h);
    atomics::store<release>(flag, 1);
    use_and_drop(h);
  });
  thread([h] { use_and_drop(h); });
  thread([h] {
    if (atomics::load<acquire>(flag) == 0) return;
    lock_and_use(h);
    atomics::store<release>(flag, 2);
    drop_weak(h);
  });
  finally([h] {
    // Nobody was there to take it.
    if (flag != 2) drop_weak(h);
    expect(the_object.destroyed == 1 && the_object.given_back == 1, "something is left over");
  });
}
void CopiesOfWeakReferencesAgainstTheLastDrop() {
  header* h = made(1, 2);
  at_most_failures(1);
  thread([h] { use_and_drop(h); });
  for (int i = 0; i < 2; ++i)
    thread([h] {
      retain_weak(h);
      drop_weak(h);
      drop_weak(h);
    });
}

unsigned field_now(const header* h) {
  return static_cast<unsigned>((h->word >> weak_shift) & most_weak);
}
/// So many weak references in the field, and at least one half beside; returns how many in all.
unsigned spill_down_to(header* h, unsigned in_field, unsigned halves) {
  const auto half_size = static_cast<unsigned>(half);
  while ((h->word & spilled_bit) == 0 || (*find(h))->more < halves * half_size) retain_weak(h);
  while (field_now(h) > in_field) drop_weak(h);
  return in_field + halves * half_size;
}
void drop_all(header* h, unsigned left) {
  const spill* note = *find(h);
  expect(field_now(h) + (note == nullptr ? 0 : note->more) == left, "weak references were lost");
  expect(((h->word & spilled_bit) != 0) == (note != nullptr), "the flag says something else");
  while (left-- != 0) drop_weak(h);
  expect(the_object.given_back == 1, "a block is left over");
  expect(spills == nullptr, "a spilled count is left over");
}

void TwoDropsFindTheSpilledFieldAtOne() {
  header* h = made(1, 1);
  shared::drop(h);
  const unsigned all = spill_down_to(h, 1, 2);
  for (int i = 0; i < 2; ++i) thread([h] { drop_weak(h); });
  finally([h, all] { drop_all(h, all - 2); });
}
void TheLastNotedHalfMovesInAgainstACopy() {
  header* h = made(1, 1);
  shared::drop(h);
  const unsigned all = spill_down_to(h, 1, 1);
  thread([h] {
    drop_weak(h);
    drop_weak(h);
  });
  thread([h] {
    retain_weak(h);
    drop_weak(h);
  });
  finally([h, all] { drop_all(h, all - 2); });
}
void TwoCopiesFindTheFieldFull() {
  header* h = made(1, 1);
  shared::drop(h);
  while (field_now(h) != most_weak) retain_weak(h);
  for (int i = 0; i < 2; ++i) thread([h] { retain_weak(h); });
  thread([h] { drop_weak(h); });
  finally([h] { drop_all(h, static_cast<unsigned>(most_weak) + 1); });
}

}  // namespace

const std::vector<scenario>& scenarios() {
  static const std::vector<scenario> all = {
      SCENARIO(TheLastOfTwoDropsDestroys),
      SCENARIO(TheLastOfThreeDropsDestroys),
      SCENARIO(TheLastOfThreeDropsDestroysAWatchedObject),
      SCENARIO(CopiesKeepTheObject),
      SCENARIO(LockAgainstTheLastDrop),
      SCENARIO(ALockedObjectOutlivesItsOwners),
      SCENARIO(FirstWeakReferencesOfTwoOwners),
      SCENARIO(TheFirstWeakReferenceAgainstTheLastDrop),
      SCENARIO(AWeakReferenceIsHandedOver),
      SCENARIO(CopiesOfWeakReferencesAgainstTheLastDrop),
      SCENARIO(TwoDropsFindTheSpilledFieldAtOne),
      SCENARIO(TheLastNotedHalfMovesInAgainstACopy),
      SCENARIO(TwoCopiesFindTheFieldFull),
      SCENARIO(TwoLocksAgainstTheLastDrop),
      SCENARIO(OnceALockFailedAllFail),
      SCENARIO(AFinalizerHasItsObjectForItself),
      SCENARIO(AFinalizerThatSavesItsObjectAgainstALock),
      SCENARIO(AnObjectIsDroppedByAnotherThreadWhileItsFinalizerRuns),
  };
  return all;
}

}  // namespace tricycle::protocol
