// An object whose death can be followed step by step, and the fixture that lets it die in both
// ways.
#ifndef TRICYCLE_TESTS_WEAKREF_MORTAL_H_
#define TRICYCLE_TESTS_WEAKREF_MORTAL_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "gc/fixture.h"
#include "meter.h"
#include "tricycle/unraisable.h"

namespace tricycle::testing {

/// Has no finalizer; calls `in_destructor` from its destructor.
struct Watched {
  ~Watched() {
    if (in_destructor) in_destructor();
  }
  void trace(auto& visit) { visit(next, other); }

  Counted counted;
  std::function<void()> in_destructor;
  ref<Watched> next, other;
  weak_ref<Watched> watch;
};

/// Calls `in_finalizer` from its finalizer, and `in_destructor` from its destructor.
class Mortal {
 public:
  Mortal() = default;
  Mortal(const Mortal&) = delete;
  Mortal& operator=(const Mortal&) = delete;
  ~Mortal() {
    if (in_destructor) in_destructor(*this);
  }

  Counted counted;
  std::function<void(Mortal&)> in_finalizer;
  std::function<void(Mortal&)> in_destructor;
  ref<Mortal> next, other;
  weak_ref<Mortal> watch;

 private:
  friend tricycle::access;
  void trace(auto& visit) { visit(next, other); }
  void finalize(tricycle::finalization) {
    if (in_finalizer) in_finalizer(*this);
  }
};

enum class Death { ByCounting, ByCollection, InSlices };

inline const char* NameOf(Death death) {
  switch (death) {
    case Death::ByCounting:
      return "ByCounting";
    case Death::ByCollection:
      return "ByCollection";
    case Death::InSlices:
      break;
  }
  return "InSlices";
}

/// Everything here is expected of both deaths alike; and of a collection that stops wherever it
/// can.
class BothDeaths : public HeapTest, public ::testing::WithParamInterface<Death> {
 protected:
  void SetUp() override {
    HeapTest::SetUp();
    thrown.clear();
#ifdef TRICYCLE_HAS_FAULT_POINTS
    if (GetParam() == Death::InSlices) gc::meter_stride = 1;
#endif
    set_unraisable_hook([](const unraisable& what) {
      try {
        std::rethrow_exception(what.exception);
      } catch (const std::exception& e) {
        thrown.emplace_back(e.what());
      } catch (...) {
        thrown.emplace_back("something else");
      }
    });
  }
  void TearDown() override {
    HeapTest::TearDown();
    set_unraisable_hook(nullptr);
#ifdef TRICYCLE_HAS_FAULT_POINTS
    gc::meter_stride = 128;
#endif
  }

  /// Its last reference from outside goes. If it is to die by collection, it refers to itself.
  template <class T>
  static void Die(ref<T>& object) {
    if (GetParam() != Death::ByCounting && !object->next) object->next = object;
    object.reset();
    Find();
  }
  /// What has been dropped is found.
  static void Find() {
    if (GetParam() == Death::InSlices) {
      while (collect_for(std::chrono::nanoseconds(1))) {
      }
    }
    if (GetParam() != Death::ByCounting) Collect();
  }
  /// What there is of an order of events.
  void Say(const std::string& what) { story += (story.empty() ? "" : ", ") + what; }

  std::string story;
  static inline std::vector<std::string> thrown;  // what came to the unraisable hook
};

inline auto AllDeaths() {
  return ::testing::Values(Death::ByCounting, Death::ByCollection, Death::InSlices);
}
inline std::string DeathName(const ::testing::TestParamInfo<Death>& info) {
  return NameOf(info.param);
}

}  // namespace tricycle::testing

#endif  // TRICYCLE_TESTS_WEAKREF_MORTAL_H_
