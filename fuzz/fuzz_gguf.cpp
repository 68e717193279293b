// The GGUF reader must refuse or read any bytes, and whatever it accepts must be readable
// throughout.

#include <cstddef>
#include <cstdint>

#include <galen/error.h>

#include "model/weights/gguf_check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto gguf = galen::model::Gguf::parse({data, size}, "fuzz");
    for (const auto& tensor : gguf.tensors()) (void)gguf.data(tensor);
    for (const auto& key : gguf.keys()) {
      (void)gguf.raw_value(key);
      try {
        (void)gguf.texts(key);
      } catch (const galen::Error&) {
        // Not an array of text.
      }
    }
  } catch (const galen::Error&) {
    // Refused, as most inputs are.
  }
  return 0;
}
