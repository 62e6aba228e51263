// A thread with little stack, for what must not recurse.
#ifndef TRICYCLE_TESTS_GC_SMALL_STACK_H_
#define TRICYCLE_TESTS_GC_SMALL_STACK_H_

#include <gtest/gtest.h>
#include <pthread.h>

#include <cstddef>

#include "gc/scale.h"

namespace tricycle::testing {

/// Runs `work` on a thread with a stack of so many bytes (more under a sanitizer, whose frames are
/// several times as large), and waits for it. A GoogleTest assertion may fail in it.
template <class Work>
void OnSmallStack(std::size_t bytes, Work work) {
  pthread_attr_t attributes;
  ASSERT_EQ(pthread_attr_init(&attributes), 0);
  ASSERT_EQ(pthread_attr_setstacksize(&attributes, sanitized ? bytes * 8 : bytes), 0);
  pthread_t thread{};
  const int created = pthread_create(
      &thread, &attributes,
      [](void* argument) -> void* {
        (*static_cast<Work*>(argument))();
        return nullptr;
      },
      &work);
  pthread_attr_destroy(&attributes);
  ASSERT_EQ(created, 0);
  ASSERT_EQ(pthread_join(thread, nullptr), 0);
}

}  // namespace tricycle::testing

#endif  // TRICYCLE_TESTS_GC_SMALL_STACK_H_
