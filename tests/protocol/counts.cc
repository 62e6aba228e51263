// The protocol between owners, watchers and the last drop: shared_header.h, shared_blocks.cc and
// weak_spill.cc themselves, explored.
//
// After each path: one destruction, after every use and before the block goes back; one block given
// back, after every access; a lock() that failed had seen the count at 0.
#include <array>
#include <new>

#include "protocol/scenario.h"

// The sources, and not the library, so that all that they do is a step of the explorer's, and so
// that what they keep can be set back between two paths.
#include "src/shared_blocks.cc"  // NOLINT(bugprone-suspicious-include)
#include "src/weak_spill.cc"     // NOLINT(bugprone-suspicious-include)

namespace tricycle {
inline namespace v1 {
namespace shared {

// What is not of the protocol: the report, and blocks at hand.
constinit unsigned char noting_blocks = noting::off;
constinit thread_local spare_blocks* spares = nullptr;
void note_block(header*) noexcept {}
void forget_block(const header*) noexcept {}
void give_block_slow(void*, std::uint8_t) noexcept {}
void deallocate(void*) noexcept {}
void too_many_owners(header*) noexcept { protocol::fault("too many owners"); }

}  // namespace shared
}  // namespace v1

namespace protocol {
namespace {

using namespace shared;  // NOLINT(google-build-using-namespace)

struct object {
  header counts;
  std::array<char, most_marks> marks;  // places for plain accesses; one is for everybody
  int destroyed;
  int given_back;

  header* h() { return &counts; }
  /// What an owner does with the object.
  void use() {
    expect(destroyed == 0, "an object is used after its destruction");
    read_plain(marks.data());
    write_plain(&marks[self()]);
  }
};

object& object_at(void* payload) { return *reinterpret_cast<object*>(header_of(payload)); }

void destroy_object(void* payload) noexcept {
  object& o = object_at(payload);
  expect(++o.destroyed == 1, "an object is destroyed twice");
  for (const char& mark : o.marks) write_plain(&mark);
}
void give_object_back(void* payload) noexcept {
  object& o = object_at(payload);
  expect(o.destroyed == 1, "a block goes back before its object's destruction");
  expect(++o.given_back == 1, "a block goes back twice");
  retire(&o.counts, sizeof o.counts);
  retire(&o.marks, sizeof o.marks);
}

constexpr shared_type type = [] {
  shared_type made{};
  made.destroy = &destroy_object;
  made.release = &give_object_back;
  made.name = "object";
  return made;
}();

object the_object;
std::uint32_t flag;  // what threads tell each other beside the protocol

/// An object with so many owners and so many weak references, and nothing left of the last path.
header* made(unsigned owners, unsigned watchers = 0) {
  while (spills != nullptr) alloc::raw_free(std::exchange(spills, spills->next));
  releases_here = {};
  flag = 0;
  ::new (&the_object) object{};
  header* h = the_object.h();
  publish(object_of(h), type);
  for (unsigned i = 1; i < owners; ++i) shared::retain(h);
  for (unsigned i = 0; i < watchers; ++i) watch(h);
  name(&h->count, "count");
  name(&h->word, "word");
  name(&flag, "flag");
  finally([] {
    expect(the_object.destroyed == 1, "an object is left over");
    expect(the_object.given_back == 1, "a block is left over");
    expect(spills == nullptr, "a spilled count is left over");
  });
  return h;
}

void use_and_drop(header* h) {
  the_object.use();
  shared::drop(h);
}
/// By the holder of a weak reference.
bool lock_and_use(header* h) {
  if (lock(h)) {
    use_and_drop(h);
    return true;
  }
  expect(was_zero(h->count, count_mask), "a lock failed, and the object had owners all the time");
  return false;
}

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
  };
  return all;
}

}  // namespace protocol
}  // namespace tricycle
