// Plain pointers, new and delete: what the memory costs when the program knows everything.
#ifndef TRICYCLE_BENCH_CONTENDERS_MANUAL_DELETE_H_
#define TRICYCLE_BENCH_CONTENDERS_MANUAL_DELETE_H_

#include <utility>
#include <vector>

#include "contenders/contender.h"

namespace bench {

struct manual_delete {
  static constexpr const char* name = "manual";
  static constexpr const char* title = "manual delete";
  static constexpr bench::cleanup cleanup = bench::cleanup::every_object;
  static constexpr bool collects = false;

  template <class T>
  using pointer = T*;
  template <class T>
  using roots = std::vector<pointer<T>>;

  template <class T, class... Args>
  static pointer<T> make(Args&&... args) {
    return new T{std::forward<Args>(args)...};
  }
  template <class T>
  static T* raw(T* p) {
    return p;
  }
  template <class T>
  static void destroy(T* p) {
    delete p;
  }
};

}  // namespace bench

#endif  // TRICYCLE_BENCH_CONTENDERS_MANUAL_DELETE_H_
