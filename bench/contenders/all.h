// The contenders, in the order in which the table shows them.
//
// To add one: write its struct to contender.h, and name it here. One in another language is a
// program of its own: see harness/row.h and cpython.py.
#ifndef TRICYCLE_BENCH_CONTENDERS_ALL_H_
#define TRICYCLE_BENCH_CONTENDERS_ALL_H_

#include "contenders/boehm.h"
#include "contenders/boost_intrusive.h"
#include "contenders/boost_local.h"
#include "contenders/control.h"
#include "contenders/manual_delete.h"
#include "contenders/std_shared.h"
#include "contenders/tricycle_ref.h"

namespace bench {

template <class... C>
struct contenders {};

using every_contender = contenders<manual_delete, std_shared, boost_local, intrusive,
                                   intrusive_atomic, boehm, boehm_incremental, tricycle_ref>;
// Those that free at once what is let go: where the question is the freeing itself.
using prompt_contenders =
    contenders<manual_delete, std_shared, boost_local, intrusive, intrusive_atomic, tricycle_ref>;
// For tables with many cells: the usual pointer, the least that counting costs, and collectors.
using few_contenders = contenders<std_shared, intrusive, boehm, tricycle_ref>;

template <class... C, class Visit>
void for_each_contender(contenders<C...>, Visit visit) {
  (visit.template operator()<C>(), ...);
}

}  // namespace bench

#endif  // TRICYCLE_BENCH_CONTENDERS_ALL_H_
