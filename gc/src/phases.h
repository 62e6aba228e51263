// All phases of a collection, for whoever makes a collector of a kind of heap. (collector.h lists
// them in the order in which they run.)
#ifndef TRICYCLE_GC_PHASES_H_
#define TRICYCLE_GC_PHASES_H_

#include "check.h"
#include "condense.h"
#include "ephemerons.h"
#include "examine.h"
#include "last_words.h"
#include "reclaim.h"
#include "run.h"
#include "search.h"

#endif  // TRICYCLE_GC_PHASES_H_
