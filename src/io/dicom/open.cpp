#include "io/dicom/open.h"

#include <galen/error.h>

#include "io/dicom/dataset.h"
#include "io/dicom/element_reader.h"

namespace galen::dicom {
namespace {

/// A data set without preamble starts with group 2 or 8, a low element number and a short value.
bool starts_with_element(std::string_view prefix, bool big_endian) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(prefix.data());
  const std::uint16_t group = read_u16(bytes, big_endian);
  const std::uint16_t element = read_u16(bytes + 2, big_endian);
  if ((group != 0x0002 && group != 0x0008) || element > 0x0070) return false;
  const bool is_explicit =
      prefix[4] >= 'A' && prefix[4] <= 'Z' && prefix[5] >= 'A' && prefix[5] <= 'Z';
  const std::uint32_t length =
      is_explicit ? read_u16(bytes + 6, big_endian) : read_u32(bytes + 4, big_endian);
  return length <= 1024;
}

}  // namespace

bool is_dicom(std::string_view prefix) {
  if (prefix.size() >= 132 && prefix.substr(128, 4) == "DICM") return true;
  return prefix.size() >= 8 &&
         (starts_with_element(prefix, false) || starts_with_element(prefix, true));
}

bool is_slide(const std::filesystem::path& path) {
  try {
    return Dataset::open(path).root().text(kSopClassUid) == kSlideSopClass;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace galen::dicom
