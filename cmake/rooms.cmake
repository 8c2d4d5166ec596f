# A folder is a room is a target. `room(PUBLIC ... PRIVATE ...)` in a folder's CMakeLists.txt makes the static
# library of all its .cc files (main.cc apart); room common/base is target common_base.

function(add_room_folders)
  foreach(folder IN LISTS ARGN)
    if(EXISTS ${CMAKE_SOURCE_DIR}/${folder}/CMakeLists.txt)
      add_subdirectory(${folder})
    endif()
  endforeach()
endfunction()

function(room)
  cmake_parse_arguments(A "" "" "PUBLIC;PRIVATE;EXCLUDE" ${ARGN})
  file(RELATIVE_PATH path ${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  string(REPLACE "/" "_" name ${path})
  file(GLOB sources CONFIGURE_DEPENDS *.cc)
  list(FILTER sources EXCLUDE REGEX "/main\\.cc$")
  foreach(other IN LISTS A_EXCLUDE)
    list(FILTER sources EXCLUDE REGEX "/${other}$")
  endforeach()
  add_library(${name} STATIC ${sources})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${A_PUBLIC} PRIVATE ${A_PRIVATE})
endfunction()

# program(NAME SOURCE LINKS...): an executable in build/bin.
function(program name source)
  add_executable(${name} ${source})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARGN})
  if(NOT SANITIZE AND NOT FUZZ)
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_SOURCE_DIR}/build/bin)
  endif()
endfunction()

# room_test(NAME LINKS...): all *_test.cc of this folder as one test program that links only what it names.
# Tests of rooms with threads carry the label "concurrent" and run under TSan too.
function(room_test name)
  cmake_parse_arguments(A "CONCURRENT" "TIMEOUT" "" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *_test.cc)
  add_executable(${name} ${sources})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${A_UNPARSED_ARGUMENTS} GTest::gtest GTest::gtest_main Threads::Threads)
  add_test(NAME ${name} COMMAND ${name})
  if(NOT A_TIMEOUT)
    set(A_TIMEOUT 300)
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${A_TIMEOUT}
    ENVIRONMENT "STORESWEEP_SOURCE=${CMAKE_SOURCE_DIR};STORESWEEP_BUILD=${CMAKE_BINARY_DIR};TSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/tools/tsan.supp;UBSAN_OPTIONS=print_stacktrace=1")
  if(A_CONCURRENT)
    set_tests_properties(${name} PROPERTIES LABELS concurrent)
    add_dependencies(concurrent_tests ${name})
  endif()
endfunction()

# fuzzer(NAME SOURCE LINKS...): with FUZZ a libFuzzer program; else a test that replays its seeds and their
# mutations through the same entry point (tests/fuzz/smoke.cc).
function(fuzzer name source)
  if(FUZZ)
    add_executable(${name} ${source} ${CMAKE_SOURCE_DIR}/tests/fuzz/seeds.cc)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    add_dependencies(fuzzers ${name})
  else()
    add_executable(${name} ${source} ${CMAKE_SOURCE_DIR}/tests/fuzz/smoke.cc)
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES TIMEOUT 120 LABELS fuzz
      ENVIRONMENT "STORESWEEP_SOURCE=${CMAKE_SOURCE_DIR}")
  endif()
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARGN})
endfunction()
