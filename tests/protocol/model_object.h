// An object of the model, and what its owners and watchers do with it.
//
// After each path: one destruction, after every use and before the block goes back; one block given
// back, after every access; a lock() that failed had seen the count at 0.
#ifndef TRICYCLE_TESTS_PROTOCOL_MODEL_OBJECT_H_
#define TRICYCLE_TESTS_PROTOCOL_MODEL_OBJECT_H_

#include "protocol/model_world.h"

namespace tricycle::protocol {
namespace {

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

inline object& object_at(void* payload) { return *reinterpret_cast<object*>(header_of(payload)); }

inline void destroy_object(void* payload) noexcept {
  object& o = object_at(payload);
  expect(++o.destroyed == 1, "an object is destroyed twice");
  for (const char& mark : o.marks) write_plain(&mark);
}
inline void give_object_back(void* payload) noexcept {
  object& o = object_at(payload);
  expect(o.destroyed == 1, "a block goes back before its object's destruction");
  expect(++o.given_back == 1, "a block goes back twice");
  retire(&o.counts, sizeof o.counts);
  retire(&o.marks, sizeof o.marks);
}

constexpr shared_type make_type(void (*trace)(void*, edge_visitor&)) {
  shared_type made{};
  made.trace = trace;
  made.destroy = &destroy_object;
  made.release = &give_object_back;
  made.name = "object";
  return made;
}
/// A leaf, and one that is tracked: a drop of it makes a candidate.
constexpr shared_type leaf = make_type(nullptr);
constexpr shared_type tracked_type = make_type([](void*, edge_visitor&) {});
/// With finalizers: one that has the object for itself; one that saves it, for its own thread; one
/// that saves it for whoever sees the flag.
constexpr shared_type with_finalizer(void (*finalize)(void*)) {
  shared_type made = leaf;
  made.finalize = finalize;
  return made;
}
constexpr shared_type speaking = with_finalizer([](void* payload) {
  object& o = object_at(payload);
  expect(o.destroyed == 0, "a finalizer runs after the destructor");
  for (const char& mark : o.marks) write_plain(&mark);
});
std::array<bool, most_marks> saved_by;
constexpr shared_type saving = with_finalizer([](void* payload) {
  shared::retain(header_of(payload));
  saved_by[static_cast<std::size_t>(self())] = true;
});

object the_object;
std::uint32_t flag;  // what threads tell each other beside the protocol
constexpr shared_type giving = with_finalizer([](void* payload) {
  shared::retain(header_of(payload));
  atomics::store<release>(flag, 1);
});

/// An object with so many owners and so many weak references, and nothing left of the last path.
inline header* made(unsigned owners, unsigned watchers = 0, const shared_type& type = leaf) {
  while (spills != nullptr) alloc::raw_free(std::exchange(spills, spills->next));
  gc::foreign_destructors = 0;
  flag = 0;
  saved_by = {};
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

inline void use_and_drop(header* h) {
  the_object.use();
  shared::drop(h);
}
/// By the holder of a weak reference.
inline bool lock_and_use(header* h) {
  if (lock(h)) {
    use_and_drop(h);
    return true;
  }
  expect(was_zero(h->count, count_mask), "a lock failed, and the object had owners all the time");
  return false;
}

}  // namespace
}  // namespace tricycle::protocol

#endif  // TRICYCLE_TESTS_PROTOCOL_MODEL_OBJECT_H_
