# What an installed tricycle consists of: headers, one library, a CMake package, a pkg-config file.

include(CMakePackageConfigHelpers)

set(tricycle_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/tricycle")
get_target_property(tricycle_type tricycle TYPE)

foreach(dir IN LISTS tricycle_include_dirs)
  install(
    DIRECTORY "${dir}/"
    DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
    FILES_MATCHING
    PATTERN "*.h")
endforeach()

install(
  TARGETS tricycle
  EXPORT tricycleTargets
  ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
  LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}"
  RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
install(
  EXPORT tricycleTargets
  NAMESPACE tricycle::
  DESTINATION "${tricycle_package_dir}")

# Who links to the static library also links to what it uses; the shared one brings that along.
set(TRICYCLE_CONSUMER_NEEDS_ABSL FALSE)
set(TRICYCLE_PC_REQUIRES "")
set(TRICYCLE_PC_REQUIRES_PRIVATE "absl_raw_hash_set absl_hash")
if(tricycle_type STREQUAL "STATIC_LIBRARY")
  set(TRICYCLE_CONSUMER_NEEDS_ABSL TRUE)
  set(TRICYCLE_PC_REQUIRES "${TRICYCLE_PC_REQUIRES_PRIVATE}")
  set(TRICYCLE_PC_REQUIRES_PRIVATE "")
endif()
set(TRICYCLE_CONSUMER_NEEDS_MIMALLOC FALSE)
if(tricycle_type STREQUAL "STATIC_LIBRARY" AND TRICYCLE_ALLOCATOR STREQUAL "mimalloc")
  set(TRICYCLE_CONSUMER_NEEDS_MIMALLOC TRUE)
endif()
configure_package_config_file(
  cmake/tricycleConfig.cmake.in tricycleConfig.cmake
  INSTALL_DESTINATION "${tricycle_package_dir}" NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(tricycleConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/tricycleConfig.cmake"
              "${PROJECT_BINARY_DIR}/tricycleConfigVersion.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/TricycleReplace.cmake"
        DESTINATION "${tricycle_package_dir}")

# pkg-config: paths relative to the file itself, so that `cmake --install --prefix` may choose.
cmake_path(APPEND CMAKE_INSTALL_FULL_LIBDIR pkgconfig OUTPUT_VARIABLE tricycle_pc_dir)
cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX BASE_DIRECTORY "${tricycle_pc_dir}"
           OUTPUT_VARIABLE TRICYCLE_PC_PREFIX)
foreach(dir LIBDIR INCLUDEDIR)
  cmake_path(RELATIVE_PATH CMAKE_INSTALL_FULL_${dir} BASE_DIRECTORY "${CMAKE_INSTALL_PREFIX}"
             OUTPUT_VARIABLE TRICYCLE_PC_${dir})
endforeach()

set(TRICYCLE_PC_LIBS "")
set(TRICYCLE_PC_LIBS_PRIVATE "")
if(TRICYCLE_ALLOCATOR STREQUAL "mimalloc")
  set(mimalloc_flags "-lmimalloc")
  if(tricycle_mimalloc_imported)
    get_target_property(mimalloc_dir ${TRICYCLE_MIMALLOC_TARGET} LOCATION)
    cmake_path(GET mimalloc_dir PARENT_PATH mimalloc_dir)
    if(NOT mimalloc_dir IN_LIST CMAKE_CXX_IMPLICIT_LINK_DIRECTORIES)
      string(PREPEND mimalloc_flags "-L${mimalloc_dir} ")
    endif()
  endif()
  if(TRICYCLE_CONSUMER_NEEDS_MIMALLOC)
    set(TRICYCLE_PC_LIBS " ${mimalloc_flags}")
  else()
    set(TRICYCLE_PC_LIBS_PRIVATE "${mimalloc_flags}")
  endif()
endif()
set(definitions $<TARGET_PROPERTY:tricycle,INTERFACE_COMPILE_DEFINITIONS>)
set(TRICYCLE_PC_CFLAGS "$<$<BOOL:${definitions}>: -D$<JOIN:${definitions}, -D>>")

configure_file(cmake/tricycle.pc.in tricycle.pc.configured @ONLY)
file(
  GENERATE
  OUTPUT "${PROJECT_BINARY_DIR}/pkgconfig-$<CONFIG>/tricycle.pc"
  INPUT "${PROJECT_BINARY_DIR}/tricycle.pc.configured")
install(FILES "${PROJECT_BINARY_DIR}/pkgconfig-$<CONFIG>/tricycle.pc"
        DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
