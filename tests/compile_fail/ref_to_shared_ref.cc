// A ref belongs to the heap of a thread, and can't become a shared_ref.
#include <tricycle/tricycle.h>

tricycle::shared_ref<int> convert() { return tricycle::make<int>(3); }
