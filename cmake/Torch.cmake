# libtorch for galen-train: the lib/ and include/ of the PyPI package torch, placed by
# `scripts/setup --train`, or the installation named by GALEN_TORCH_DIR (a full one brings CUDA). The
# package's own CMake files ask for a CUDA toolkit, so the targets are made here.
set(_torch "${GALEN_DEPS}/libtorch-2.15.0")
if(GALEN_TORCH_DIR)
  set(_torch "${GALEN_TORCH_DIR}")
endif()
if(NOT EXISTS "${_torch}/lib/libtorch_cpu.so")
  message(FATAL_ERROR "libtorch is not in ${_torch}: run scripts/setup --train, set GALEN_TORCH_DIR to a torch "
                      "installation, or configure with -DGALEN_TRAIN=OFF")
endif()

add_library(galen_torch INTERFACE)
# After the system's folders: the package brings a copy of fmt, which must not hide the one Galen links.
target_compile_options(galen_torch INTERFACE "SHELL:-idirafter ${_torch}/include"
                                             "SHELL:-idirafter ${_torch}/include/torch/csrc/api/include")
target_compile_definitions(galen_torch INTERFACE USE_C10D_GLOO USE_DISTRIBUTED)
target_link_directories(galen_torch INTERFACE "${_torch}/lib")
target_link_libraries(galen_torch INTERFACE torch_cpu c10)
# libtorch_cpu.so names CUDA libraries which the linker looks up even for a CPU program.
target_link_options(galen_torch INTERFACE "LINKER:-rpath-link,${_torch}/lib" "LINKER:-rpath,${_torch}/lib")
if(EXISTS "${_torch}/lib/libtorch_cuda.so")
  target_compile_definitions(galen_torch INTERFACE USE_C10D_NCCL)
  target_link_libraries(galen_torch INTERFACE -Wl,--no-as-needed torch_cuda c10_cuda -Wl,--as-needed)
endif()

# One precompiled header for every training component: torch/torch.h alone takes 20 s to compile.
add_library(galen_torch_pch OBJECT "${CMAKE_CURRENT_LIST_DIR}/torch_pch.cpp")
target_link_libraries(galen_torch_pch PUBLIC galen_torch)
target_precompile_headers(galen_torch_pch PRIVATE <torch/torch.h>)
galen_compile_options(galen_torch_pch)  # the compiler takes the header only with the same options
target_compile_options(galen_torch_pch PRIVATE -g0 -fpch-preprocess)

# Two compilations of the header differ in their bytes, so ccache would never know one checkout's objects
# again in another, or in the next CI run. It takes this file, which names what the header is made of, instead.
file(SHA256 "${_torch}/include/torch/headeronly/version.h" _torch_version)
file(WRITE "${CMAKE_BINARY_DIR}/CMakeFiles/galen_torch_pch.dir/cmake_pch.hxx.gch.sum"
     "${_torch_version} ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION} ${CMAKE_BUILD_TYPE} ${GALEN_SANITIZE}")

# galen_train_component(...): as galen_component, compiled with torch.
function(galen_train_component)
  galen_component(${ARGN})
  cmake_parse_arguments(arg "" "NAME" "SOURCES;LINK;PRIVATE_LINK" ${ARGN})
  galen_use_torch(galen_${arg_NAME})
endfunction()

# galen_train_test(...): as galen_test, compiled with torch.
function(galen_train_test)
  galen_test(${ARGN})
  cmake_parse_arguments(arg "" "NAME" "SOURCES;LINK" ${ARGN})
  galen_use_torch(galen_${arg_NAME}_test)
endfunction()

function(galen_use_torch target)
  target_link_libraries(${target} PUBLIC galen_torch)
  # -g0: the debug information of torch's templates is larger than everything else together.
  target_compile_options(${target} PRIVATE -g0 -fpch-preprocess)
  get_target_property(type ${target} TYPE)
  if(type STREQUAL EXECUTABLE)
    # The header was compiled with -fPIC, and the compiler takes it only for the same.
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    target_compile_options(${target} PRIVATE -fPIC)
  endif()
  if(GALEN_CCACHE)
    string(REPLACE "CCACHE_NOHASHDIR=1" "CCACHE_NOHASHDIR=1;CCACHE_PCH_EXTSUM=1" launcher "${CMAKE_CXX_COMPILER_LAUNCHER}")
    set_target_properties(${target} PROPERTIES CXX_COMPILER_LAUNCHER "${launcher}")
  endif()
  target_precompile_headers(${target} REUSE_FROM galen_torch_pch)
endfunction()
