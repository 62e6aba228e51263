// shared_ptr<T> and all that belongs to it, with the interface of the standard's [util.smartptr].
//
// With TRICYCLE_DROPIN defined as 0 (the CMake option TRICYCLE_DROPIN=OFF) the same names are those
// of the standard library, so that a program can compare, and go back.
#ifndef TRICYCLE_SHARED_PTR_H_
#define TRICYCLE_SHARED_PTR_H_

#ifndef TRICYCLE_DROPIN
#define TRICYCLE_DROPIN 1
#endif

#if TRICYCLE_DROPIN
#include "tricycle/detail/enable_shared.h"   // IWYU pragma: export
#include "tricycle/detail/make_shared.h"     // IWYU pragma: export
#include "tricycle/detail/pointer_cast.h"    // IWYU pragma: export
#include "tricycle/detail/pointer_less.h"    // IWYU pragma: export
#include "tricycle/detail/shared_atomic.h"   // IWYU pragma: export
#include "tricycle/detail/shared_pointer.h"  // IWYU pragma: export
#include "tricycle/detail/weak_pointer.h"    // IWYU pragma: export
#else
#include "tricycle/detail/std_aliases.h"  // IWYU pragma: export
#endif

#endif  // TRICYCLE_SHARED_PTR_H_
