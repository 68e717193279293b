// FHIR JSON of any kind into a record and its condensed text.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <galen/error.h>
#include <galen/record.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const galen::Record record =
        galen::parse_record({reinterpret_cast<const char*>(data), size}, "fuzz");
    for (const std::size_t budget : {std::size_t{500}, std::size_t{20'000}}) {
      if (galen::condensed_text(record, budget).size() > budget) __builtin_trap();
    }
  } catch (const galen::Error&) {
  }
  return 0;
}
