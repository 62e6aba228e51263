// boost::intrusive_ptr with the counter that Boost provides, plain and atomic, cycles broken by
// hand. The plain one is the least that reference counting can cost.
#ifndef TRICYCLE_BENCH_CONTENDERS_BOOST_INTRUSIVE_H_
#define TRICYCLE_BENCH_CONTENDERS_BOOST_INTRUSIVE_H_

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <utility>
#include <vector>

#include "contenders/contender.h"

namespace bench {

// The node with a count in it. The count stands first, where other contenders have their headers.
template <class T, class Counter>
struct counted : boost::intrusive_ref_counter<counted<T, Counter>, Counter>, T {
  template <class... Args>
  explicit counted(Args&&... args) : T{std::forward<Args>(args)...} {}
};

template <class Counter>
struct boost_intrusive_of {
  static constexpr bool is_atomic = std::is_same_v<Counter, boost::thread_safe_counter>;
  static constexpr const char* name = is_atomic ? "intrusive_atomic" : "intrusive";
  static constexpr const char* title =
      is_atomic ? "boost::intrusive_ptr (atomic)" : "boost::intrusive_ptr";
  static constexpr bench::cleanup cleanup = bench::cleanup::every_cycle;
  static constexpr bool collects = false;

  template <class T>
  using pointer = boost::intrusive_ptr<counted<T, Counter>>;
  template <class T>
  using roots = std::vector<pointer<T>>;

  template <class T, class... Args>
  static pointer<T> make(Args&&... args) {
    return pointer<T>(new counted<T, Counter>(std::forward<Args>(args)...));
  }
  template <class T>
  static T* raw(const boost::intrusive_ptr<T>& p) {
    return p.get();
  }
};

using intrusive = boost_intrusive_of<boost::thread_unsafe_counter>;

struct intrusive_atomic : boost_intrusive_of<boost::thread_safe_counter> {
  static constexpr bool minor = true;
};

}  // namespace bench

#endif  // TRICYCLE_BENCH_CONTENDERS_BOOST_INTRUSIVE_H_
