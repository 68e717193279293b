# galen_component(NAME <name> SOURCES ... [LINK ...] [PRIVATE_LINK ...]): one static library per
# src folder, target galen_<name>. LINK: components to the left in the layer order.
set(_galen_warnings -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion)
function(galen_compile_options target)
  target_compile_options(${target} PRIVATE ${_galen_warnings} $<$<BOOL:${GALEN_WERROR}>:-Werror>)
  if(GALEN_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${GALEN_SANITIZE} -fno-omit-frame-pointer
                                             -fno-sanitize-recover=all)
    target_link_options(${target} PUBLIC -fsanitize=${GALEN_SANITIZE})
  endif()
endfunction()

function(galen_component)
  cmake_parse_arguments(arg "" "NAME" "SOURCES;LINK;PRIVATE_LINK" ${ARGN})
  add_library(galen_${arg_NAME} STATIC ${arg_SOURCES})
  target_include_directories(galen_${arg_NAME} PUBLIC ${CMAKE_SOURCE_DIR}/include ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(galen_${arg_NAME} PUBLIC ${arg_LINK} PRIVATE ${arg_PRIVATE_LINK})
  galen_compile_options(galen_${arg_NAME})
endfunction()

# galen_test(NAME <name> SOURCES ... LINK ... [LABEL slow]): one GoogleTest program, galen_<name>_test.
function(galen_test)
  cmake_parse_arguments(arg "" "NAME;LABEL" "SOURCES;LINK" ${ARGN})
  add_executable(galen_${arg_NAME}_test ${arg_SOURCES})
  target_link_libraries(galen_${arg_NAME}_test PRIVATE ${arg_LINK} GTest::gmock_main)
  target_compile_definitions(galen_${arg_NAME}_test PRIVATE GALEN_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  galen_compile_options(galen_${arg_NAME}_test)
  set(properties TIMEOUT 300)
  if(arg_LABEL)
    list(APPEND properties LABELS ${arg_LABEL})
  endif()
  gtest_discover_tests(galen_${arg_NAME}_test PROPERTIES ${properties} DISCOVERY_TIMEOUT 60)
endfunction()
