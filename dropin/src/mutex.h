// The lock of the library's own tables and of the shared heap: std::mutex, under a name that
// tests/protocol can replace, as in detail/shared_atomics.h.
#ifndef TRICYCLE_DROPIN_MUTEX_H_
#define TRICYCLE_DROPIN_MUTEX_H_

#ifndef TRICYCLE_ATOMICS

#include <condition_variable>
#include <mutex>

namespace tricycle {
inline namespace v1 {
namespace shared {

using std::mutex;
using condition = std::condition_variable;

}  // namespace shared
}  // namespace v1
}  // namespace tricycle

#endif
#endif  // TRICYCLE_DROPIN_MUTEX_H_
