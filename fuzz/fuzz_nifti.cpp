// NIfTI files from strangers, plain and under gzip.

#include <cstddef>
#include <cstdint>

#include <galen/error.h>

#include "io/volume/nifti.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    (void)galen::volume::parse_nifti({data, size}, "input");
  } catch (const galen::Error&) {  // the expected answer to most inputs
  }
  return 0;
}
