# The one library that users link: tricycle::tricycle, made of the objects of all components.

get_property(tricycle_components GLOBAL PROPERTY TRICYCLE_COMPONENTS)

add_library(tricycle)
add_library(tricycle::tricycle ALIAS tricycle)

set(tricycle_include_dirs "")
foreach(component IN LISTS tricycle_components)
  target_sources(tricycle PRIVATE $<TARGET_OBJECTS:tricycle_${component}>)
  list(APPEND tricycle_include_dirs "${PROJECT_SOURCE_DIR}/${component}/include")
endforeach()

target_include_directories(
  tricycle PUBLIC "$<BUILD_INTERFACE:${tricycle_include_dirs}>"
                  $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_compile_features(tricycle PUBLIC cxx_std_20)
get_target_property(tricycle_public_definitions tricycle_definitions INTERFACE_COMPILE_DEFINITIONS)
if(tricycle_public_definitions)
  target_compile_definitions(tricycle PUBLIC ${tricycle_public_definitions})
endif()
if(NOT TRICYCLE_DROPIN)
  # Of what is built here, only who uses the library: it always has its own shared_ptr inside. An
  # installed one leaves the choice to its consumers (tricycleConfig.cmake).
  target_compile_definitions(tricycle INTERFACE $<BUILD_INTERFACE:TRICYCLE_DROPIN=0>)
endif()
target_link_libraries(tricycle PUBLIC Threads::Threads)
target_link_libraries(tricycle PRIVATE absl::raw_hash_set absl::hash)
if(TRICYCLE_ALLOCATOR STREQUAL "mimalloc")
  target_link_libraries(tricycle PRIVATE ${TRICYCLE_MIMALLOC_TARGET})
endif()

set_target_properties(
  tricycle
  PROPERTIES LINKER_LANGUAGE CXX
             POSITION_INDEPENDENT_CODE ON
             VERSION ${PROJECT_VERSION}
             # Before 1.0 every minor version may change the ABI.
             SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
