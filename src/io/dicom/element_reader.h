#pragma once
// Walks the elements of a DICOM byte stream.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "io/dicom/item.h"

namespace galen::dicom {

[[nodiscard]] std::uint16_t read_u16(const std::uint8_t* bytes, bool big_endian);
[[nodiscard]] std::uint32_t read_u32(const std::uint8_t* bytes, bool big_endian);
[[nodiscard]] std::uint64_t read_u64(const std::uint8_t* bytes, bool big_endian);

/// True for a VR with a 32-bit length in explicit encoding (PS3.5 table 7.1-1).
[[nodiscard]] bool has_long_length(std::string_view vr);

/// PixelData, FloatPixelData or DoublePixelData.
[[nodiscard]] bool is_pixel_data(const Element& element);

class ElementReader {
 public:
  ElementReader(std::span<const std::uint8_t> bytes, Encoding encoding, std::string_view name)
      : bytes_(bytes), encoding_(encoding), name_(name) {}

  [[nodiscard]] bool at_end() const { return bytes_.size() - position_ < 8; }
  [[nodiscard]] std::size_t position() const { return position_; }
  [[nodiscard]] std::span<const std::uint8_t> rest() const { return bytes_.subspan(position_); }

  /// The next element with its value, nested sequences of undefined length walked over. With
  /// `may_be_cut` a pixel data value that runs beyond the end is given as far as it goes.
  Element next(bool may_be_cut = false);

  /// The next item of a sequence; false at its delimiter or at the end.
  bool next_item(std::span<const std::uint8_t>& item);

 private:
  struct Header {
    Element element;
    std::uint32_t length = 0;
  };
  Header read_header();
  std::span<const std::uint8_t> take(std::size_t length, const Element& element);
  void skip_sequence(bool implicit_content, int depth);
  void skip_item_elements(int depth);
  [[noreturn]] void raise_overrun(const Element& element, std::uint64_t length) const;

  std::span<const std::uint8_t> bytes_;
  Encoding encoding_;
  std::string_view name_;
  std::size_t position_ = 0;
};

}  // namespace galen::dicom
