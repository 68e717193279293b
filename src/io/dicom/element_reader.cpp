#include "io/dicom/element_reader.h"

#include <algorithm>
#include <array>

#include "base/raise.h"

namespace galen::dicom {
namespace {

constexpr int kMaxDepth = 32;
constexpr std::uint16_t kItemGroup = 0xFFFE;
constexpr std::uint16_t kItemStart = 0xE000;
constexpr std::uint16_t kItemEnd = 0xE00D;
constexpr std::uint16_t kSequenceEnd = 0xE0DD;

/// VRs with a 32-bit length in explicit encoding (PS3.5 table 7.1-1).
constexpr std::array<std::string_view, 13> kLongVrs = {"OB", "OD", "OF", "OL", "OV", "OW", "SQ",
                                                       "SV", "UC", "UN", "UR", "UT", "UV"};

bool is_vr(const std::uint8_t* bytes) {
  return bytes[0] >= 'A' && bytes[0] <= 'Z' && bytes[1] >= 'A' && bytes[1] <= 'Z';
}

}  // namespace

bool has_long_length(std::string_view vr) {
  return std::find(kLongVrs.begin(), kLongVrs.end(), vr) != kLongVrs.end();
}

bool is_pixel_data(const Element& element) {
  return element.group == kPixelData.group &&
         (element.element == kPixelData.element || element.element == kFloatPixelData.element ||
          element.element == kDoublePixelData.element);
}

std::uint16_t read_u16(const std::uint8_t* bytes, bool big_endian) {
  return static_cast<std::uint16_t>(big_endian ? bytes[0] << 8 | bytes[1]
                                               : bytes[1] << 8 | bytes[0]);
}

std::uint32_t read_u32(const std::uint8_t* bytes, bool big_endian) {
  const std::uint32_t first = read_u16(bytes, big_endian);
  const std::uint32_t second = read_u16(bytes + 2, big_endian);
  return big_endian ? first << 16 | second : second << 16 | first;
}

std::uint64_t read_u64(const std::uint8_t* bytes, bool big_endian) {
  const std::uint64_t first = read_u32(bytes, big_endian);
  const std::uint64_t second = read_u32(bytes + 4, big_endian);
  return big_endian ? first << 32 | second : second << 32 | first;
}

void ElementReader::raise_overrun(const Element& element, std::uint64_t length) const {
  raise(ErrorKind::malformed, "{}: element ({:04X},{:04X}) says {} bytes, {} are left in the file",
        name_, element.group, element.element, length, bytes_.size() - position_);
}

ElementReader::Header ElementReader::read_header() {
  if (at_end()) {
    raise(ErrorKind::malformed, "{}: the file ends within an element at byte {} of the data set",
          name_, position_);
  }
  const std::uint8_t* bytes = bytes_.data() + position_;
  const bool big = encoding_.big_endian;
  Header header;
  header.element.group = read_u16(bytes, big);
  header.element.element = read_u16(bytes + 2, big);
  // Items and delimiters never have a VR; letters that are none are read as implicit, as pydicom
  // does.
  if (!encoding_.explicit_vr || header.element.group == kItemGroup || !is_vr(bytes + 4)) {
    header.length = read_u32(bytes + 4, big);
    position_ += 8;
    return header;
  }
  header.element.vr[0] = static_cast<char>(bytes[4]);
  header.element.vr[1] = static_cast<char>(bytes[5]);
  position_ += 8;
  if (!has_long_length({header.element.vr, 2})) {
    header.length = read_u16(bytes + 6, big);
    return header;
  }
  if (bytes_.size() - position_ < 4) raise_overrun(header.element, 4);
  header.length = read_u32(bytes + 8, big);
  position_ += 4;
  return header;
}

std::span<const std::uint8_t> ElementReader::take(std::size_t length, const Element& element) {
  if (length > bytes_.size() - position_) raise_overrun(element, length);
  const auto value = bytes_.subspan(position_, length);
  position_ += length;
  return value;
}

Element ElementReader::next(bool may_be_cut) {
  Header header = read_header();
  Element& element = header.element;
  element.undefined_length = header.length == kUndefinedLength;
  const bool may_run_over = may_be_cut && is_pixel_data(element);
  if (may_run_over && element.undefined_length) {
    element.value = take(bytes_.size() - position_, element);
  } else if (may_run_over) {
    element.value = take(std::min<std::size_t>(header.length, bytes_.size() - position_), element);
  } else if (element.undefined_length) {
    const std::size_t start = position_;
    skip_sequence(std::string_view(element.vr, 2) == "UN", 0);
    element.value = bytes_.subspan(start, position_ - start);
  } else {
    element.value = take(header.length, element);
  }
  return element;
}

void ElementReader::skip_sequence(bool implicit_content, int depth) {
  if (depth >= kMaxDepth) {
    raise(ErrorKind::limit_exceeded, "{}: sequences are nested more than {} deep", name_,
          kMaxDepth);
  }
  const Encoding outer = encoding_;
  if (implicit_content) encoding_ = {false, false};  // PS3.5 section 6.2.2, note on UN
  while (true) {
    const Header header = read_header();
    if (header.element.group == kItemGroup && header.element.element == kSequenceEnd) break;
    if (header.element.group != kItemGroup || header.element.element != kItemStart) {
      raise(ErrorKind::malformed, "{}: ({:04X},{:04X}) stands where a sequence item should", name_,
            header.element.group, header.element.element);
    }
    if (header.length == kUndefinedLength) {
      skip_item_elements(depth);
    } else {
      take(header.length, header.element);
    }
  }
  encoding_ = outer;
}

void ElementReader::skip_item_elements(int depth) {
  while (true) {
    const Header header = read_header();
    if (header.element.group == kItemGroup && header.element.element == kItemEnd) return;
    if (header.length == kUndefinedLength) {
      skip_sequence(std::string_view(header.element.vr, 2) == "UN", depth + 1);
    } else {
      take(header.length, header.element);
    }
  }
}

bool ElementReader::next_item(std::span<const std::uint8_t>& item) {
  if (at_end()) return false;
  const Header header = read_header();
  if (header.element.group != kItemGroup) {
    raise(ErrorKind::malformed, "{}: ({:04X},{:04X}) stands where a sequence item should", name_,
          header.element.group, header.element.element);
  }
  if (header.element.element == kSequenceEnd) return false;
  if (header.length != kUndefinedLength) {
    item = take(header.length, header.element);
    return true;
  }
  const std::size_t start = position_;
  skip_item_elements(0);
  item = bytes_.subspan(start, position_ - start - 8);  // without the item delimiter
  return true;
}

}  // namespace galen::dicom
