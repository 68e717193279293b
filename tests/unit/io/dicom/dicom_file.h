#pragma once
// Small DICOM files made in a test, explicit little endian.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/dicom/attributes.h"

namespace galen::dicom {

inline constexpr std::string_view kExplicitLittleUid = "1.2.840.10008.1.2.1";

/// Builds a data set element by element, in the order of the calls (tags must ascend).
class DicomFile {
 public:
  DicomFile& text(const Attribute& attribute, std::string value) {
    if (value.size() % 2 != 0) value += attribute.vr == "UI" ? '\0' : ' ';
    return bytes(attribute, {reinterpret_cast<const std::uint8_t*>(value.data()), value.size()});
  }

  DicomFile& word(const Attribute& attribute, int value) {
    return words(attribute, {static_cast<std::uint16_t>(value)});
  }

  DicomFile& words(const Attribute& attribute, const std::vector<std::uint16_t>& values) {
    return bytes(attribute,
                 {reinterpret_cast<const std::uint8_t*>(values.data()), values.size() * 2});
  }

  DicomFile& bytes(const Attribute& attribute, std::span<const std::uint8_t> value) {
    header(attribute, static_cast<std::uint32_t>(value.size()));
    data_.insert(data_.end(), value.begin(), value.end());
    return *this;
  }

  /// A sequence of items of defined length.
  DicomFile& sequence(const Attribute& attribute, const std::vector<DicomFile>& items) {
    DicomFile content;
    for (const DicomFile& item : items) content.fragment(item.data_);
    return bytes(attribute, content.data_);
  }

  /// Encapsulated pixel data with a basic offset table, by default an empty one.
  DicomFile& encapsulated(const std::vector<std::vector<std::uint8_t>>& fragments,
                          const std::vector<std::uint8_t>& offsets = {}) {
    header({kPixelData.group, kPixelData.element, "OB"}, 0xFFFFFFFF);
    fragment(offsets);
    for (const auto& each : fragments) fragment(each);
    put16(0xFFFE);
    put16(0xE0DD);
    put32(0);
    return *this;
  }

  /// The image pixel module of a grey image.
  DicomFile& grey(int rows, int columns, int allocated, int stored, bool is_signed = false,
                  const std::string& photometric = "MONOCHROME2") {
    word(kSamplesPerPixel, 1).text(kPhotometricInterpretation, photometric);
    word(kRows, rows)
        .word(kColumns, columns)
        .word(kBitsAllocated, allocated)
        .word(kBitsStored, stored);
    return word(kHighBit, stored - 1).word(kPixelRepresentation, is_signed ? 1 : 0);
  }

  /// Preamble, meta group and data set.
  [[nodiscard]] std::vector<std::uint8_t> file(std::string_view syntax = kExplicitLittleUid) const {
    DicomFile whole;
    whole.data_.assign(128, 0);
    whole.data_.insert(whole.data_.end(), {'D', 'I', 'C', 'M'});
    whole.text(kTransferSyntaxUid, std::string(syntax));
    whole.data_.insert(whole.data_.end(), data_.begin(), data_.end());
    return whole.data_;
  }
  [[nodiscard]] const std::vector<std::uint8_t>& data_set() const { return data_; }

 private:
  void put16(std::uint32_t value) {
    data_.push_back(static_cast<std::uint8_t>(value));
    data_.push_back(static_cast<std::uint8_t>(value >> 8));
  }
  void put32(std::uint32_t value) {
    put16(value & 0xFFFF);
    put16(value >> 16);
  }
  void header(const Attribute& attribute, std::uint32_t length) {
    put16(attribute.group);
    put16(attribute.element);
    data_.insert(data_.end(), attribute.vr.begin(), attribute.vr.end());
    const bool is_long = attribute.vr == "OW" || attribute.vr == "OB" || attribute.vr == "SQ" ||
                         attribute.vr == "OF" || attribute.vr == "OV" || attribute.vr == "UN";
    if (!is_long) return put16(length);
    put16(0);
    put32(length);
  }
  void fragment(const std::vector<std::uint8_t>& bytes) {
    put16(0xFFFE);
    put16(0xE000);
    put32(static_cast<std::uint32_t>(bytes.size()));
    data_.insert(data_.end(), bytes.begin(), bytes.end());
  }

  std::vector<std::uint8_t> data_;
};

}  // namespace galen::dicom
