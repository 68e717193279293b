#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/raise.h"

namespace galen::genotype {

/// Reads little-endian numbers and texts off bytes; every step past the end throws malformed.
class LittleEndian {
 public:
  LittleEndian(std::span<const std::uint8_t> bytes, std::string name)
      : bytes_(bytes), name_(std::move(name)) {}

  std::span<const std::uint8_t> bytes(std::size_t count) {
    if (count > bytes_.size() - place_) {
      raise(ErrorKind::malformed, "{}: is cut off: {} bytes are wanted at byte {}, {} are left",
            name_, count, place_, bytes_.size() - place_);
    }
    place_ += count;
    return bytes_.subspan(place_ - count, count);
  }
  std::string_view text(std::size_t count) {
    const auto found = bytes(count);
    return {reinterpret_cast<const char*>(found.data()), found.size()};
  }
  void skip(std::size_t count) { (void)bytes(count); }
  void seek(std::size_t place) {
    place_ = 0;
    skip(place);
  }
  std::uint8_t u8() { return bytes(1)[0]; }
  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u32() { return number(4); }

 private:
  std::uint32_t number(std::size_t width) {
    std::uint32_t value = 0;
    const auto found = bytes(width);
    for (std::size_t i = 0; i < width; ++i) value |= std::uint32_t{found[i]} << (8 * i);
    return value;
  }

  std::span<const std::uint8_t> bytes_;
  std::string name_;
  std::size_t place_ = 0;
};

}  // namespace galen::genotype
