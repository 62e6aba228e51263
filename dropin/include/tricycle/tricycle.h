// All of tricycle.
#ifndef TRICYCLE_TRICYCLE_H_
#define TRICYCLE_TRICYCLE_H_

#include "tricycle/arena.h"           // IWYU pragma: export
#include "tricycle/finalizer.h"       // IWYU pragma: export
#include "tricycle/heap.h"            // IWYU pragma: export
#include "tricycle/make.h"            // IWYU pragma: export
#include "tricycle/ref.h"             // IWYU pragma: export
#include "tricycle/shared_ptr.h"      // IWYU pragma: export
#include "tricycle/shared_ref.h"      // IWYU pragma: export
#include "tricycle/threads.h"         // IWYU pragma: export
#include "tricycle/trace.h"           // IWYU pragma: export
#include "tricycle/unraisable.h"      // IWYU pragma: export
#include "tricycle/weak_key_map.h"    // IWYU pragma: export
#include "tricycle/weak_method.h"     // IWYU pragma: export
#include "tricycle/weak_ref.h"        // IWYU pragma: export
#include "tricycle/weak_set.h"        // IWYU pragma: export
#include "tricycle/weak_value_map.h"  // IWYU pragma: export

#endif  // TRICYCLE_TRICYCLE_H_
