// boost::local_shared_ptr: std::shared_ptr without atomic counts, by type and not by luck. Cycles
// broken by hand.
#ifndef TRICYCLE_BENCH_CONTENDERS_BOOST_LOCAL_H_
#define TRICYCLE_BENCH_CONTENDERS_BOOST_LOCAL_H_

#include <boost/smart_ptr/local_shared_ptr.hpp>
#include <boost/smart_ptr/make_local_shared.hpp>
#include <utility>
#include <vector>

#include "contenders/contender.h"

namespace bench {

struct boost_local {
  static constexpr const char* name = "boost_local";
  static constexpr const char* title = "boost::local_shared_ptr";
  static constexpr bench::cleanup cleanup = bench::cleanup::every_cycle;
  static constexpr bool collects = false;
  static constexpr bool minor = true;

  template <class T>
  using pointer = boost::local_shared_ptr<T>;
  template <class T>
  using roots = std::vector<pointer<T>>;

  template <class T, class... Args>
  static pointer<T> make(Args&&... args) {
    return boost::make_local_shared<T>(std::forward<Args>(args)...);
  }
  template <class T>
  static T* raw(const pointer<T>& p) {
    return p.get();
  }
};

}  // namespace bench

#endif  // TRICYCLE_BENCH_CONTENDERS_BOOST_LOCAL_H_
