// std::shared_ptr from std::make_shared, cycles broken by hand.
//
// libstdc++ counts without atomic instructions as long as the process has one thread, as all of
// our processes have.
#ifndef TRICYCLE_BENCH_CONTENDERS_STD_SHARED_H_
#define TRICYCLE_BENCH_CONTENDERS_STD_SHARED_H_

#include <memory>
#include <utility>
#include <vector>

#include "contenders/contender.h"

namespace bench {

struct std_shared {
  static constexpr const char* name = "std_shared";
  static constexpr const char* title = "std::shared_ptr";
  static constexpr bench::cleanup cleanup = bench::cleanup::every_cycle;
  static constexpr bool collects = false;

  template <class T>
  using pointer = std::shared_ptr<T>;
  template <class T>
  using roots = std::vector<pointer<T>>;

  template <class T, class... Args>
  static pointer<T> make(Args&&... args) {
    return std::make_shared<T>(std::forward<Args>(args)...);
  }
  template <class T>
  static T* raw(const pointer<T>& p) {
    return p.get();
  }
};

}  // namespace bench

#endif  // TRICYCLE_BENCH_CONTENDERS_STD_SHARED_H_
