// Writes an edited data set (PS3.5 section 7, PS3.10 section 7.1).

#include <algorithm>
#include <array>

#include "base/raise.h"
#include "io/dicom/edit.h"
#include "io/dicom/element_reader.h"

namespace galen::dicom {
namespace {

constexpr std::string_view kImplicitUid = "1.2.840.10008.1.2";
constexpr std::string_view kExplicitUid = "1.2.840.10008.1.2.1";
/// Of Galen, below the root that a UUID gives to everyone.
constexpr std::string_view kImplementationUid = "2.25.182935120416302518461093457230517421906";
constexpr std::string_view kImplementationName = "GALEN";
constexpr std::size_t kPreamble = 128;
constexpr std::size_t kPiece = std::size_t{1} << 20;

class Encoder {
 public:
  Encoder(Encoding encoding, const std::function<void(std::span<const std::uint8_t>)>& put)
      : encoding_(encoding), put_(put) {}

  void raw(std::string_view text) {
    bytes({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  }

  void bytes(std::span<const std::uint8_t> value) {
    if (value.size() > kPiece) {
      flush();
      put_(value);
      return;
    }
    buffer_.insert(buffer_.end(), value.begin(), value.end());
    if (buffer_.size() > kPiece) flush();
  }

  void flush() {
    if (!buffer_.empty()) put_(buffer_);
    buffer_.clear();
  }

  void item(const EditItem& item) {
    for (const EditElement& each : item.elements) element(each);
  }

  void element(const EditElement& element) {
    if (element.element == 0) return;  // a group length, no longer true
    if (element.is_sequence) {
      sequence(element);
    } else if (element.is_fragments) {
      header(element.group, element.element, element.vr_text(), kUndefinedLength);
      bytes(element.value());
    } else {
      const auto value = element.value();
      if (value.size() >= kUndefinedLength) {
        raise(ErrorKind::limit_exceeded, "element ({:04X},{:04X}): {} bytes do not fit in DICOM",
              element.group, element.element, value.size());
      }
      const bool is_odd = value.size() % 2 != 0;
      header(element.group, element.element, element.vr_text(),
             static_cast<std::uint32_t>(value.size() + (is_odd ? 1 : 0)));
      bytes(value);
      if (is_odd) raw(std::string_view("\0", 1));
    }
  }

 private:
  void sequence(const EditElement& element) {
    const Encoding outer = encoding_;
    header(element.group, element.element, element.is_unknown_sequence ? "UN" : "SQ",
           kUndefinedLength);
    if (element.is_unknown_sequence) encoding_ = {false, false};
    for (const EditItem& each : element.items) {
      header(0xFFFE, 0xE000, "", kUndefinedLength);
      item(each);
      header(0xFFFE, 0xE00D, "", 0);
    }
    header(0xFFFE, 0xE0DD, "", 0);
    encoding_ = outer;
  }

  void header(std::uint16_t group, std::uint16_t element, std::string_view vr,
              std::uint32_t length) {
    u16(group);
    u16(element);
    if (!encoding_.explicit_vr || group == 0xFFFE) {
      u32(length);
      return;
    }
    if (vr.empty()) vr = "UN";
    // A value too long for its VR is written as UN (PS3.5 section 6.2.2).
    if (!has_long_length(vr) && length > 0xFFFF) vr = "UN";
    raw(vr);
    if (has_long_length(vr)) {
      u16(0);
      u32(length);
    } else {
      u16(static_cast<std::uint16_t>(length));
    }
  }

  void u16(std::uint16_t value) {
    const std::array<std::uint8_t, 2> little = {static_cast<std::uint8_t>(value),
                                                static_cast<std::uint8_t>(value >> 8)};
    if (encoding_.big_endian) {
      bytes(std::array<std::uint8_t, 2>{little[1], little[0]});
    } else {
      bytes(little);
    }
  }

  void u32(std::uint32_t value) {
    u16(static_cast<std::uint16_t>(encoding_.big_endian ? value >> 16 : value));
    u16(static_cast<std::uint16_t>(encoding_.big_endian ? value : value >> 16));
  }

  Encoding encoding_;
  const std::function<void(std::span<const std::uint8_t>)>& put_;
  std::vector<std::uint8_t> buffer_;
};

std::vector<std::uint8_t> meta_elements(const FileMeta& meta) {
  EditItem item;
  item.set(0x00020001, "OB", std::string_view("\0\1", 2));
  item.set(0x00020002, "UI", meta.sop_class);
  item.set(0x00020003, "UI", meta.sop_instance);
  item.set(0x00020010, "UI", meta.transfer_syntax);
  item.set(0x00020012, "UI", kImplementationUid);
  item.set(0x00020013, "SH", kImplementationName);
  std::vector<std::uint8_t> bytes;
  const std::function<void(std::span<const std::uint8_t>)> append =
      [&](std::span<const std::uint8_t> piece) {
        bytes.insert(bytes.end(), piece.begin(), piece.end());
      };
  Encoder encoder({true, false}, append);
  encoder.item(item);
  encoder.flush();
  return bytes;
}

}  // namespace

std::string written_syntax(const Dataset& dataset) {
  const TransferSyntax& syntax = dataset.syntax();
  if (syntax.deflated) return std::string(kExplicitUid);
  const Element* pixels = dataset.pixel_data();
  const bool is_encapsulated = pixels != nullptr && pixels->undefined_length;
  if (syntax.encoding.explicit_vr || is_encapsulated) return syntax.uid;
  return std::string(kImplicitUid);
}

void encode(const FileMeta& meta, const EditItem& root, Encoding encoding,
            const std::function<void(std::span<const std::uint8_t>)>& put) {
  const std::vector<std::uint8_t> meta_bytes = meta_elements(meta);
  Encoder front({true, false}, put);
  front.raw(std::string(kPreamble, '\0'));
  front.raw("DICM");
  const auto size = static_cast<std::uint32_t>(meta_bytes.size());
  front.raw(std::string_view("\2\0\0\0UL\4\0", 8));
  front.bytes(std::array<std::uint8_t, 4>{
      static_cast<std::uint8_t>(size), static_cast<std::uint8_t>(size >> 8),
      static_cast<std::uint8_t>(size >> 16), static_cast<std::uint8_t>(size >> 24)});
  front.bytes(meta_bytes);
  front.flush();
  Encoder body(encoding, put);
  body.item(root);
  body.flush();
}

}  // namespace galen::dicom
