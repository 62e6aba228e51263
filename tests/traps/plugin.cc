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

/// A dead ring of a type that only this plug-in knows.
extern "C" void plugin_leave_garbage() {
  const tricycle::ref<Own> own = tricycle::make<Own>();
  own->self = own;
}
