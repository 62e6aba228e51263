# What we build on: the installed package if there is one, else a pinned release, fetched.
#
# mimalloc and Abseil are the dependencies of the library itself, and neither is seen in a public
# header. GoogleTest, Google Benchmark and Boost serve tests, benchmarks and tools, and never reach
# who links to tricycle.

include(CheckCXXSymbolExists)
include(CMakePushCheckState)
include(FetchContent)

find_package(Threads REQUIRED)

if(TRICYCLE_ALLOCATOR STREQUAL "mimalloc")
  # MI_OVERRIDE off: the arena is ours, the program's malloc is not. (Distributions do ship a
  # libmimalloc that replaces malloc in whatever links to it.)
  set(MI_OVERRIDE OFF CACHE BOOL "" FORCE)
  set(MI_BUILD_SHARED OFF CACHE BOOL "" FORCE)
  set(MI_BUILD_OBJECT OFF CACHE BOOL "" FORCE)
  set(MI_BUILD_TESTS OFF CACHE BOOL "" FORCE)
  set(MI_INSTALL_TOPLEVEL ON CACHE BOOL "" FORCE)
  FetchContent_Declare(
    mimalloc
    GIT_REPOSITORY https://github.com/microsoft/mimalloc.git
    GIT_TAG v2.1.7
    GIT_SHALLOW ON
    FIND_PACKAGE_ARGS)
  FetchContent_MakeAvailable(mimalloc)

  set(TRICYCLE_MIMALLOC_TARGET mimalloc)
  if(TARGET mimalloc-static)
    set(TRICYCLE_MIMALLOC_TARGET mimalloc-static)
  endif()

  # Ask for the functions: the version number is not monotone (1.x, 2.x and 3.x grow in parallel).
  get_target_property(tricycle_mimalloc_imported ${TRICYCLE_MIMALLOC_TARGET} IMPORTED)
  if(tricycle_mimalloc_imported)
    cmake_push_check_state(RESET)
    set(CMAKE_REQUIRED_LIBRARIES ${TRICYCLE_MIMALLOC_TARGET} Threads::Threads)
    check_cxx_symbol_exists(mi_heap_new_in_arena mimalloc.h TRICYCLE_FOUND_MI_HEAP_NEW_IN_ARENA)
    check_cxx_symbol_exists(mi_reserve_os_memory_ex mimalloc.h
                            TRICYCLE_FOUND_MI_RESERVE_OS_MEMORY_EX)
    cmake_pop_check_state()
    if(NOT TRICYCLE_FOUND_MI_HEAP_NEW_IN_ARENA OR NOT TRICYCLE_FOUND_MI_RESERVE_OS_MEMORY_EX)
      message(
        FATAL_ERROR
          "The mimalloc in '${mimalloc_DIR}' has no exclusive arenas (mi_reserve_os_memory_ex and "
          "mi_heap_new_in_arena). Install 2.0.9 or later, or fetch one with "
          "-D FETCHCONTENT_TRY_FIND_PACKAGE_MODE=NEVER, or do without: "
          "-D TRICYCLE_ALLOCATOR=malloc")
    endif()
  endif()
endif()

if(TRICYCLE_BUILD_TESTS)
  set(INSTALL_GTEST OFF CACHE BOOL "" FORCE)
  FetchContent_Declare(
    googletest
    GIT_REPOSITORY https://github.com/google/googletest.git
    GIT_TAG v1.14.0
    GIT_SHALLOW ON
    FIND_PACKAGE_ARGS NAMES GTest)
  FetchContent_MakeAvailable(googletest)
endif()

if(TRICYCLE_BUILD_BENCH)
  set(BENCHMARK_ENABLE_TESTING OFF CACHE BOOL "" FORCE)
  set(BENCHMARK_ENABLE_INSTALL OFF CACHE BOOL "" FORCE)
  FetchContent_Declare(
    benchmark
    GIT_REPOSITORY https://github.com/google/benchmark.git
    GIT_TAG v1.8.5
    GIT_SHALLOW ON
    FIND_PACKAGE_ARGS)
  FetchContent_MakeAvailable(benchmark)
endif()

# Weak maps are built on Abseil's hash tables; no public header shows them.
set(ABSL_PROPAGATE_CXX_STD ON)
set(ABSL_ENABLE_INSTALL ON)  # who links to a static tricycle needs it, too
FetchContent_Declare(
  absl
  GIT_REPOSITORY https://github.com/abseil/abseil-cpp.git
  GIT_TAG 20240722.0
  GIT_SHALLOW ON
  FIND_PACKAGE_ARGS)
FetchContent_MakeAvailable(absl)
