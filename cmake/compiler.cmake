# One place for warnings, hardening and sanitizers.
add_library(muster_compiler INTERFACE)
target_compile_options(muster_compiler INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow
                                                 -Wnon-virtual-dtor -Werror)
# g++ 12 takes moves of a std::variant for uses of uninitialised memory (GCC PR 80635 and kin) once
# they are inlined; clang's analysis and ASan look for the real thing.
target_compile_options(muster_compiler INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
target_include_directories(muster_compiler INTERFACE ${CMAKE_SOURCE_DIR}/src)
# Asio is compiled once (src/http/asio_impl.cc); every unit must agree on that.
target_compile_definitions(muster_compiler INTERFACE BOOST_ASIO_SEPARATE_COMPILATION
                                                     BOOST_ASIO_NO_DEPRECATED
                                                     MUSTER_VERSION="${PROJECT_VERSION}")

if(MUSTER_SANITIZE)
  target_compile_options(muster_compiler INTERFACE -fsanitize=${MUSTER_SANITIZE}
                                                   -fno-omit-frame-pointer
                                                   -fno-sanitize-recover=all)
  # g++'s flow analysis sees the sanitizers' own code and reports variants that are never read.
  target_compile_options(muster_compiler INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_link_options(muster_compiler INTERFACE -fsanitize=${MUSTER_SANITIZE})
  target_compile_definitions(muster_compiler INTERFACE _GLIBCXX_ASSERTIONS)
  if(MUSTER_SANITIZE STREQUAL "thread")
    # gcc's thread sanitizer knows no fences; Asio's own locks order what these would.
    target_compile_definitions(muster_compiler INTERFACE BOOST_ASIO_DISABLE_FENCED_BLOCK)
  endif()
else()
  target_compile_options(muster_compiler INTERFACE -fstack-protector-strong)
  target_compile_definitions(muster_compiler INTERFACE $<$<CONFIG:Release>:_FORTIFY_SOURCE=2>)
  target_link_options(muster_compiler INTERFACE -Wl,-z,relro,-z,now)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

find_program(MUSTER_CCACHE ccache)
if(MUSTER_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${MUSTER_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${MUSTER_CCACHE})
endif()
