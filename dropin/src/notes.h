// The blocks that are in use, noted for the report at exit; only if TRICYCLE_REPORT asks for it.
//
// Thread safety: any thread; one lock.
#ifndef TRICYCLE_DROPIN_NOTES_H_
#define TRICYCLE_DROPIN_NOTES_H_

#include "tricycle/detail/shared_type.h"

namespace tricycle {
inline namespace v1 {
namespace shared {

/// A noted block goes back.
void forget_block(const header* h) noexcept;

}  // namespace shared
}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_DROPIN_NOTES_H_
