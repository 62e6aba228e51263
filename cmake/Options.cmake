# What a builder may choose, and the two bundles of flags that follow from it.

set(TRICYCLE_ALLOCATOR "mimalloc" CACHE STRING
    "Where objects live: mimalloc, or malloc (for sanitizers and valgrind)")
set_property(CACHE TRICYCLE_ALLOCATOR PROPERTY STRINGS mimalloc malloc)

set(TRICYCLE_CHECKED "AUTO" CACHE STRING
    "Check how the library is used (thread, life time): ON, OFF, or AUTO (on in Debug)")
set_property(CACHE TRICYCLE_CHECKED PROPERTY STRINGS AUTO ON OFF)

option(TRICYCLE_VERIFY "Check the collector's invariants at each phase border (slow)" OFF)

set(TRICYCLE_SANITIZE "" CACHE STRING
    "Sanitizer for everything in this build: empty, address (with undefined), or thread")
set_property(CACHE TRICYCLE_SANITIZE PROPERTY STRINGS "" address thread)

option(TRICYCLE_DROPIN "tricycle::shared_ptr is tricycle's; OFF: the standard library's" ON)

option(TRICYCLE_BUILD_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
# The benchmarks compare on mimalloc.
set(tricycle_bench_default OFF)
if(PROJECT_IS_TOP_LEVEL AND TRICYCLE_ALLOCATOR STREQUAL "mimalloc")
  set(tricycle_bench_default ON)
endif()
option(TRICYCLE_BUILD_BENCH "Build the benchmarks" ${tricycle_bench_default})
option(TRICYCLE_BUILD_EXAMPLES "Build the examples" ${PROJECT_IS_TOP_LEVEL})

if(NOT TRICYCLE_ALLOCATOR MATCHES "^(mimalloc|malloc)$")
  message(FATAL_ERROR "TRICYCLE_ALLOCATOR is '${TRICYCLE_ALLOCATOR}'; it can be mimalloc or malloc")
endif()
if(NOT TRICYCLE_SANITIZE MATCHES "^(address|thread)?$")
  message(FATAL_ERROR "TRICYCLE_SANITIZE is '${TRICYCLE_SANITIZE}'; it can be empty, address or thread")
endif()
if(TRICYCLE_SANITIZE AND TRICYCLE_ALLOCATOR STREQUAL "mimalloc")
  message(WARNING "A sanitizer does not see into mimalloc's blocks: use TRICYCLE_ALLOCATOR=malloc")
endif()

# Definitions that the public headers read, so that whoever includes them must agree with the
# library: they travel with the target and with tricycle.pc.
add_library(tricycle_definitions INTERFACE)
if(TRICYCLE_ALLOCATOR STREQUAL "mimalloc")
  target_compile_definitions(tricycle_definitions INTERFACE TRICYCLE_USE_MIMALLOC=1)
endif()
if(TRICYCLE_VERIFY)
  target_compile_definitions(tricycle_definitions INTERFACE TRICYCLE_VERIFY=1)
endif()
if(TRICYCLE_CHECKED STREQUAL "AUTO")
  get_property(tricycle_multi_config GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
  target_compile_definitions(
    tricycle_definitions INTERFACE $<BUILD_INTERFACE:$<$<CONFIG:Debug>:TRICYCLE_CHECKED=1>>)
  # An installed library was built once: what counts is its configuration, not its consumer's.
  if(tricycle_multi_config)
    target_compile_definitions(
      tricycle_definitions INTERFACE $<INSTALL_INTERFACE:$<$<CONFIG:Debug>:TRICYCLE_CHECKED=1>>)
  elseif(CMAKE_BUILD_TYPE STREQUAL "Debug")
    target_compile_definitions(
      tricycle_definitions INTERFACE $<INSTALL_INTERFACE:TRICYCLE_CHECKED=1>)
  endif()
elseif(TRICYCLE_CHECKED)
  target_compile_definitions(tricycle_definitions INTERFACE TRICYCLE_CHECKED=1)
endif()

# Flags for our own sources only; nothing that is exported links to this.
add_library(tricycle_own_flags INTERFACE)
if(PROJECT_IS_TOP_LEVEL)
  target_compile_options(
    tricycle_own_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)

  find_program(TRICYCLE_CCACHE ccache)
  mark_as_advanced(TRICYCLE_CCACHE)
  if(TRICYCLE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${TRICYCLE_CCACHE}")
  endif()
endif()

# A sanitizer must see every translation unit, fetched dependencies included.
if(TRICYCLE_SANITIZE)
  set(tricycle_sanitizers ${TRICYCLE_SANITIZE})
  if(TRICYCLE_SANITIZE STREQUAL "address")
    set(tricycle_sanitizers address,undefined)
  endif()
  add_compile_options(-fsanitize=${tricycle_sanitizers} -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${tricycle_sanitizers})
endif()
