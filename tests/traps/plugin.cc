// A plug-in, built twice: it makes objects of a type that the program knows, and of one of its own.
#include "traps/plugin.h"

namespace {
struct Own {
  tricycle::ref<Own> self;
};
}  // namespace

extern "C" void plugin_make_shared(tricycle::ref<tricycle::testing::Shared>* out) {
  *out = tricycle::make<tricycle::testing::Shared>();
}

extern "C" void plugin_make_counted(tricycle::shared_ptr<tricycle::testing::OnAllHands>* out,
                                    int* deleted) {
  *out = tricycle::shared_ptr<tricycle::testing::OnAllHands>(
      new tricycle::testing::OnAllHands, [deleted](tricycle::testing::OnAllHands* p) {
        ++*deleted;
        delete p;
      });
  (*out)->next = tricycle::make_shared<tricycle::testing::OnAllHands>();
}

/// A dead ring of a type that only this plug-in knows.
extern "C" void plugin_leave_garbage() {
  const tricycle::ref<Own> own = tricycle::make<Own>();
  own->self = own;
}
