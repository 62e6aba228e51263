// The names of shared_ptr.h as those of the standard library: TRICYCLE_DROPIN=0.
#ifndef TRICYCLE_DETAIL_STD_ALIASES_H_
#define TRICYCLE_DETAIL_STD_ALIASES_H_

#include <atomic>
#include <memory>

namespace tricycle {
inline namespace v1 {

using std::allocate_shared;
using std::allocate_shared_for_overwrite;
using std::atomic;
using std::atomic_compare_exchange_strong;
using std::atomic_compare_exchange_strong_explicit;
using std::atomic_compare_exchange_weak;
using std::atomic_compare_exchange_weak_explicit;
using std::atomic_exchange;
using std::atomic_exchange_explicit;
using std::atomic_is_lock_free;
using std::atomic_load;
using std::atomic_load_explicit;
using std::atomic_store;
using std::atomic_store_explicit;
using std::bad_weak_ptr;
using std::const_pointer_cast;
using std::dynamic_pointer_cast;
using std::enable_shared_from_this;
using std::get_deleter;
using std::make_shared;
using std::make_shared_for_overwrite;
using std::memory_order;
using std::owner_less;
using std::reinterpret_pointer_cast;
using std::shared_ptr;
using std::static_pointer_cast;
using std::weak_ptr;

}  // namespace v1
}  // namespace tricycle

#endif  // TRICYCLE_DETAIL_STD_ALIASES_H_
