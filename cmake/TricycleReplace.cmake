# tricycle_replace_shared_ptr(<target>...)
#
# The targets' std::shared_ptr, weak_ptr, enable_shared_from_this and make_shared become tricycle's;
# no source line changes. Every C++ source of the target gets tricycle/replace_shared_ptr.h in front;
# what that header can't map does not compile. Refused, with a message: targets that compile nothing,
# precompiled headers, compilers without forced headers, standards below C++20.
#
# Everything that exchanges shared_ptrs with the target has to be replaced, too: libraries of the
# project by naming them here, others can't be. With TRICYCLE_DROPIN=OFF nothing is replaced.
function(tricycle_replace_shared_ptr)
  foreach(target IN LISTS ARGN)
    if(NOT TARGET ${target})
      message(FATAL_ERROR "tricycle_replace_shared_ptr: there is no target '${target}'")
    endif()
    get_target_property(aliased ${target} ALIASED_TARGET)
    get_target_property(imported ${target} IMPORTED)
    get_target_property(type ${target} TYPE)
    if(aliased)
      message(FATAL_ERROR "tricycle_replace_shared_ptr: '${target}' is an alias; name '${aliased}'")
    endif()
    if(imported OR NOT type MATCHES "^(EXECUTABLE|(STATIC|SHARED|MODULE|OBJECT)_LIBRARY)$")
      message(FATAL_ERROR "tricycle_replace_shared_ptr: '${target}' compiles nothing here, so there "
                          "is nothing to replace in it; name the targets that use it")
    endif()
    get_target_property(precompiled ${target} PRECOMPILE_HEADERS)
    if(precompiled)
      message(FATAL_ERROR "tricycle_replace_shared_ptr: '${target}' has precompiled headers, which "
                          "come before any forced header. Turn them off for it")
    endif()
    get_target_property(standard ${target} CXX_STANDARD)
    if(standard AND standard LESS 20)
      message(FATAL_ERROR "tricycle_replace_shared_ptr: '${target}' is C++${standard}; it takes C++20")
    endif()
    if(NOT CMAKE_CXX_COMPILER_ID MATCHES "^(GNU|Clang|AppleClang)$")
      message(FATAL_ERROR "tricycle_replace_shared_ptr: no forced headers known for "
                          "'${CMAKE_CXX_COMPILER_ID}'; use tools/migrate instead")
    endif()
    target_compile_options(
      ${target} PRIVATE
      "$<$<COMPILE_LANGUAGE:CXX>:SHELL:-include tricycle/replace_shared_ptr.h>")
    target_link_libraries(${target} PRIVATE tricycle::tricycle)
  endforeach()
endfunction()
