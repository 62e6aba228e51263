# tricycle_component(<name> [SEES <component>...] [SEES_INSIDE <component>...])
#
# One layer: an object library tricycle_<name> with public headers in include/ and the rest in src/.
# SEES gives it the public headers of lower layers; SEES_INSIDE their src/ too, which only a hot
# path justifies and which deserves a comment where it is used. Sources are listed by the caller,
# with target_sources. Every header under include/ is public by lying there, and must compile on
# its own with what its layer may see: the target all_verify_interface_header_sets checks that.
function(tricycle_component name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SEES;SEES_INSIDE")
  set(target tricycle_${name})

  add_library(${target} OBJECT)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/include/*.h")
  target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS include FILES ${headers})
  target_include_directories(${target} PRIVATE src)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_link_libraries(
    ${target}
    PUBLIC tricycle_definitions
    PRIVATE tricycle_own_flags Threads::Threads)
  foreach(lower IN LISTS arg_SEES)
    target_link_libraries(${target} PUBLIC tricycle_${lower})
  endforeach()
  foreach(lower IN LISTS arg_SEES_INSIDE)
    target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/${lower}/src")
  endforeach()
  if(TRICYCLE_ALLOCATOR STREQUAL "mimalloc")
    # For the layers that include mimalloc.h; who has no business with it does not include it.
    target_link_libraries(${target} PRIVATE ${TRICYCLE_MIMALLOC_TARGET})
  endif()

  # The same objects go into the static and the shared library.
  set_target_properties(
    ${target} PROPERTIES LINKER_LANGUAGE CXX POSITION_INDEPENDENT_CODE ON CXX_EXTENSIONS OFF)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Without it, GCC does not inline its own exported functions in position independent code.
    target_compile_options(${target} PRIVATE -fno-semantic-interposition)
  endif()

  set_property(GLOBAL APPEND PROPERTY TRICYCLE_COMPONENTS ${name})
endfunction()
