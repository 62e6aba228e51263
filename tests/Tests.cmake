# What the thread sanitizer builds: every test labelled `threads`.
add_custom_target(tricycle_thread_tests)

# tricycle_test(<name> <source>... [LABELS <label>...] [SEES_INSIDE <component>...]
#               [LIBRARIES <target>...] [TIMEOUT <seconds>] [PREFIX <of the cases' names>])
#
# One GoogleTest program; ctest lists its cases one by one. Tests include the library as users do,
# and shared fixtures as "support/...". The folder's name is a label. Label `threads` whatever
# starts a thread: only those run under the thread sanitizer. SEES_INSIDE adds <component>/src to
# the include path, for tests of internals.
function(tricycle_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT;PREFIX" "LABELS;SEES_INSIDE;LIBRARIES")
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()

  add_executable(${name} ${arg_UNPARSED_ARGUMENTS})
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/tests")
  foreach(component IN LISTS arg_SEES_INSIDE)
    target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/${component}/src")
  endforeach()
  target_link_libraries(
    ${name}
    PRIVATE tricycle::tricycle tricycle_own_flags $<TARGET_NAME_IF_EXISTS:tricycle_test_support>
            ${arg_LIBRARIES} GTest::gtest GTest::gtest_main)
  set_target_properties(${name} PROPERTIES CXX_EXTENSIONS OFF)

  if("threads" IN_LIST arg_LABELS)
    add_dependencies(tricycle_thread_tests ${name})
  endif()

  cmake_path(GET CMAKE_CURRENT_SOURCE_DIR FILENAME folder)
  if(NOT arg_PREFIX)
    set(arg_PREFIX "${folder}.")
  endif()
  gtest_discover_tests(
    ${name}
    TEST_PREFIX "${arg_PREFIX}"
    DISCOVERY_MODE PRE_TEST
    DISCOVERY_TIMEOUT 60
    PROPERTIES TIMEOUT ${arg_TIMEOUT})
  # Not among the PROPERTIES above, which take a list apart: a second label would be lost.
  set(labels_file "${CMAKE_CURRENT_BINARY_DIR}/${name}_labels.cmake")
  file(
    WRITE "${labels_file}"
    "if(${name}_TESTS)
  set_tests_properties(\${${name}_TESTS} PROPERTIES LABELS \"${folder};${arg_LABELS}\")
endif()
")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${labels_file}")
endfunction()

# tricycle_compile_fail_test(<name> <source> <regex>)
#
# Passes if <source> does not compile and the compiler's output matches <regex>: a mistake of the
# user's must be answered with the sentence that says what to do. Both compilers must print it, so
# match the words of a static_assert and not what stands around them.
function(tricycle_compile_fail_test name source regex)
  add_library(${name} OBJECT EXCLUDE_FROM_ALL ${source})
  target_link_libraries(${name} PRIVATE tricycle::tricycle)
  set_target_properties(${name} PROPERTIES CXX_EXTENSIONS OFF)
  add_test(
    NAME compile_fail.${name}
    COMMAND
      ${CMAKE_COMMAND} "-DBUILD_DIR=${CMAKE_BINARY_DIR}" "-DCONFIG=$<CONFIG>" "-DTARGET=${name}"
      "-DEXPECTED=${regex}" -P "${PROJECT_SOURCE_DIR}/tests/ExpectCompileError.cmake")
  set_tests_properties(
    compile_fail.${name}
    PROPERTIES LABELS compile_fail
               TIMEOUT 120
               # One build at a time in one build tree.
               RESOURCE_LOCK tricycle_build_tree)
endfunction()
