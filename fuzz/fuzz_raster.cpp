// JPEG, PNG, TIFF and WebP from strangers.

#include <cstddef>
#include <cstdint>

#include <galen/error.h>

#include "io/raster/raster.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    (void)galen::raster::decode_image({data, size}, "input");
  } catch (const galen::Error&) {  // the expected answer to most inputs
  }
  return 0;
}
