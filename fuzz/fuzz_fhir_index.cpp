// JSON of any kind through the reader of the records' index.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <galen/error.h>

#include "io/fhir/index/resource_facts.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static galen::fhir::ResourceReader reader;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    reader.read(text, 0, "fuzz", [&](const galen::fhir::ResourceFacts& facts) {
      if (facts.begin > size || facts.length > size - facts.begin) __builtin_trap();
      if (text[facts.begin] != '{') __builtin_trap();
    });
  } catch (const galen::Error&) {
  }
  return 0;
}
