// All of tricycle.
#ifndef TRICYCLE_TRICYCLE_H_
#define TRICYCLE_TRICYCLE_H_

#include "tricycle/arena.h"       // IWYU pragma: export
#include "tricycle/heap.h"        // IWYU pragma: export
#include "tricycle/make.h"        // IWYU pragma: export
#include "tricycle/ref.h"         // IWYU pragma: export
#include "tricycle/shared_ptr.h"  // IWYU pragma: export
#include "tricycle/trace.h"       // IWYU pragma: export
#include "tricycle/weak_ref.h"    // IWYU pragma: export

#endif  // TRICYCLE_TRICYCLE_H_
