# muster_module(NAME DEPENDS LIB...): a static library muster_NAME from src/NAME/**.cc, and, when tests
# are built, an executable NAME_test from src/NAME/**_test.cc registered with ctest.
# A dependency that is the name of a module of ours is linked as muster_<name>.
function(muster_module name)
  cmake_parse_arguments(ARG "" "" "DEPENDS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cc)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "(_test|/main)\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")

  add_library(muster_${name} STATIC ${sources})
  target_link_libraries(muster_${name} PUBLIC muster_compiler)
  foreach(dependency ${ARG_DEPENDS})
    if(IS_DIRECTORY ${CMAKE_SOURCE_DIR}/src/${dependency})
      target_link_libraries(muster_${name} PUBLIC muster_${dependency})
    else()
      target_link_libraries(muster_${name} PUBLIC ${dependency})
    endif()
  endforeach()

  if(MUSTER_TESTS AND tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE muster_${name} GTest::gtest_main GTest::gmock)
    if(name STREQUAL "edm")
      target_link_libraries(${name}_test PRIVATE Boost::json)
    endif()
    if(name STREQUAL "pki")
      target_compile_definitions(
        ${name}_test
        PRIVATE MUSTER_GOLDEN_CERTIFICATES="${CMAKE_SOURCE_DIR}/src/pki/golden_certificates.txt")
    endif()
    if(name STREQUAL "store")
      target_link_libraries(${name}_test PRIVATE Boost::json)
    endif()
    if(name MATCHES "^(store|pki)$")
      target_compile_definitions(${name}_test
                                 PRIVATE MUSTER_TEST_DATA="${CMAKE_SOURCE_DIR}/tests/data")
    endif()
    if(name STREQUAL "enrollment")
      target_link_libraries(${name}_test PRIVATE PkgConfig::QRORACLE PkgConfig::ZBAR
                                                 PkgConfig::ZXING PkgConfig::PNGREADER
                                                 Boost::json)
    endif()
    add_test(NAME ${name} COMMAND ${name}_test)
  endif()
endfunction()
