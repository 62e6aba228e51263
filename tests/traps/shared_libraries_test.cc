// Trap 36: one type in two shared libraries, objects of a type that only one of them knows, and a
// plug-in that is unloaded when its objects are gone.
#include <dlfcn.h>

#include <string>

#include "gc/fixture.h"
#include "traps/plugin.h"

namespace tricycle::testing {
namespace {

class Plugin {
 public:
  explicit Plugin(const char* path) : handle_(dlopen(path, RTLD_NOW | RTLD_LOCAL)) {
    if (handle_ == nullptr) ADD_FAILURE() << dlerror();
  }
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;
  ~Plugin() {
    if (handle_ != nullptr) dlclose(handle_);
  }
  [[nodiscard]] ref<Shared> Make() const {
    ref<Shared> made;
    reinterpret_cast<void (*)(ref<Shared>*)>(dlsym(handle_, "plugin_make_shared"))(&made);
    return made;
  }
  [[nodiscard]] shared_ptr<OnAllHands> MakeCounted(int& deleted) const {
    shared_ptr<OnAllHands> made;
    reinterpret_cast<void (*)(shared_ptr<OnAllHands>*, int*)>(
        dlsym(handle_, "plugin_make_counted"))(&made, &deleted);
    return made;
  }
  void LeaveGarbage() const {
    reinterpret_cast<void (*)()>(dlsym(handle_, "plugin_leave_garbage"))();
  }

 private:
  void* handle_;
};

class SharedLibraries : public HeapTest {};

TEST_F(SharedLibraries, Trap36ARingOfOneTypeMadeInTwoLibrariesAndTheProgramIsCollected) {
  const Plugin one(PLUGIN_ONE);
  const Plugin two(PLUGIN_TWO);
  ref<Shared> a = one.Make();
  a->next = two.Make();
  a->next->next = make<Shared>();
  a->next->next->next = a;
  a->others = {one.Make(), two.Make()};
  EXPECT_EQ(LiveObjects(), 5U) << "they all use the program's one library";
  Drop(a);
  EXPECT_EQ(Collect().objects, 5U);
}

TEST_F(SharedLibraries, Trap36ATypeThatOnlyAPluginKnowsIsCollected) {
  const Plugin one(PLUGIN_ONE);
  const Plugin two(PLUGIN_TWO);
  one.LeaveGarbage();
  two.LeaveGarbage();
  EXPECT_EQ(Collect().objects, 2U);
}

TEST_F(SharedLibraries, Trap36APluginMayBeUnloadedWhenItsObjectsAreGone) {
  for (int i = 0; i < 3; ++i) {
    {
      const Plugin one(PLUGIN_ONE);
      one.LeaveGarbage();
      Touch(one.Make());
      Collect();
    }
    Collect();
    EXPECT_EQ(LiveObjects(), 0U);
  }
}

TEST_F(SharedLibraries, Trap36SharedPointersMadeInTwoLibrariesAreOneKind) {
  int deleted = 0;
  for (int i = 0; i < 3; ++i) {
    const Plugin one(PLUGIN_ONE);
    const Plugin two(PLUGIN_TWO);
    shared_ptr<OnAllHands> a = one.MakeCounted(deleted);
    shared_ptr<OnAllHands> b = two.MakeCounted(deleted);
    const weak_ptr<OnAllHands> ring = a->next;
    a->next->next = b->next;
    b->next->next = a->next;
    a.reset();
    b.reset();
    EXPECT_EQ(deleted, 2 * i + 2) << "by the plug-ins' own deleters";
    tricycle::collect();
#if TRICYCLE_DROPIN
    EXPECT_TRUE(ring.expired());
#endif
  }
}

}  // namespace
}  // namespace tricycle::testing
