#include "report/dicom/dataset.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/raise.h"

namespace galen::report {
namespace {

void check(const OFCondition& status, const DcmTagKey& tag) {
  if (status.good()) return;
  raise(ErrorKind::internal, "DICOM ({:04x},{:04x}): {}", tag.getGroup(), tag.getElement(),
        status.text());
}

/// Characters that a VR may hold (PS3.5 table 6.2-1); 0 = no limit here.
std::size_t longest(DcmEVR vr) {
  switch (vr) {
    case EVR_SH: return 16;
    case EVR_LO: return 64;
    case EVR_ST: return 1024;
    case EVR_LT: return 10240;
    default: return 0;
  }
}

/// Cut so that it fits, never within a character of UTF-8.
std::string fitting(const std::string& value, std::size_t most) {
  if (most == 0 || value.size() <= most) return value;
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(value[end]) & 0xC0U) == 0x80U) --end;
  return value.substr(0, end);
}

}  // namespace

void put(DcmItem& item, const DcmTagKey& tag, const std::string& value) {
  const DcmEVR vr = DcmTag(tag).getEVR();
  std::string text = fitting(value, longest(vr));
  // A backslash would part a text into values.
  if (vr == EVR_LO || vr == EVR_SH) std::replace(text.begin(), text.end(), '\\', '/');
  check(item.putAndInsertString(tag, text.c_str()), tag);
}

void put_word(DcmItem& item, const DcmTagKey& tag, int value) {
  check(item.putAndInsertUint16(tag, static_cast<Uint16>(value)), tag);
}

void put_floats(DcmItem& item, const DcmTagKey& tag, const std::vector<float>& values) {
  check(item.putAndInsertFloat32Array(tag, values.data(), values.size()), tag);
}

void put_bytes(DcmItem& item, const DcmTagKey& tag, std::span<const std::uint8_t> bytes) {
  std::vector<std::uint8_t> even(bytes.begin(), bytes.end());
  if (even.size() % 2 != 0) even.push_back(0);
  check(item.putAndInsertUint8Array(tag, even.data(), even.size()), tag);
}

void put_empty_sequence(DcmItem& item, const DcmTagKey& tag) {
  check(item.insertEmptyElement(tag), tag);
}

DcmItem& append_item(DcmItem& item, const DcmTagKey& sequence) {
  constexpr signed long kNew = -2;
  DcmItem* made = nullptr;
  check(item.findOrCreateSequenceItem(sequence, made, kNew), sequence);
  return *made;
}

void put_code(DcmItem& item, const DcmTagKey& sequence, const Code& code) {
  DcmItem& coded = append_item(item, sequence);
  put(coded, DCM_CodeValue, code.value);
  put(coded, DCM_CodingSchemeDesignator, code.scheme);
  put(coded, DCM_CodeMeaning, code.meaning);
}

std::string decimal(double value) {
  for (int digits = 12; digits > 0; --digits) {
    std::string text = fmt::format("{:.{}g}", value, digits);
    if (text.size() <= 16) return text;
  }
  raise(ErrorKind::internal, "the number {} fits no DICOM decimal string", value);
}

std::string decimals(std::span<const double> values) {
  std::string text;
  for (const double value : values) text += (text.empty() ? "" : "\\") + decimal(value);
  return text;
}

}  // namespace galen::report
