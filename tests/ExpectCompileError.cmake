# Builds TARGET in BUILD_DIR; succeeds if that fails and says EXPECTED (a regular expression).
set(ENV{LC_ALL} C)
execute_process(
  COMMAND "${CMAKE_COMMAND}" --build "${BUILD_DIR}" --config "${CONFIG}" --target "${TARGET}"
  RESULT_VARIABLE result
  OUTPUT_VARIABLE output
  ERROR_VARIABLE output)
if(result EQUAL 0)
  message(FATAL_ERROR "${TARGET} compiles; expected an error that matches: ${EXPECTED}")
endif()
if(NOT output MATCHES "${EXPECTED}")
  message("${output}")
  message(FATAL_ERROR "The error of ${TARGET} does not match: ${EXPECTED}")
endif()
