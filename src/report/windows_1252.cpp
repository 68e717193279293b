#include "report/windows_1252.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace galen::report {
namespace {

/// The characters of 0x80 to 0x9F; 0 where there is none.
constexpr std::array<std::uint32_t, 32> kUpper{
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

char encoded(std::uint32_t character) {
  if (character < 0x80 || (character >= 0xA0 && character <= 0xFF))
    return static_cast<char>(character);
  const auto found = std::find(kUpper.begin(), kUpper.end(), character);
  return found == kUpper.end() ? '?' : static_cast<char>(0x80 + (found - kUpper.begin()));
}

}  // namespace

std::string to_windows_1252(std::string_view text) {
  std::string made;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    std::uint32_t character = length == 1 ? lead : lead & (0xFFU >> (length + 1));
    for (std::size_t k = 1; k < length && i + k < text.size(); ++k)
      character = character << 6U | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
    made += encoded(character);
    i += length;
  }
  return made;
}

}  // namespace galen::report
