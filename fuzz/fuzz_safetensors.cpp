// The safetensors reader must refuse or read any bytes, and what it accepts must convert to float.

#include <cstddef>
#include <cstdint>

#include <galen/error.h>

#include "io/store/safetensors.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto file = galen::store::Safetensors::parse({data, size}, "fuzz");
    for (const auto& tensor : file.tensors()) (void)file.floats(tensor);
  } catch (const galen::Error&) {
    // Refused, as most inputs are.
  }
  return 0;
}
