#include "report/identity.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <fmt/format.h>

#include "base/sha256.h"
#include "report/outline.h"

namespace galen::report {
namespace {

using Uuid = std::array<std::uint8_t, 16>;

/// Adds texts so that no two lists of texts hash alike.
class FieldHash {
 public:
  FieldHash& add(std::string_view text) {
    hash_.update(fmt::format("{}:", text.size()));
    hash_.update(text);
    return *this;
  }
  [[nodiscard]] std::string hex() { return hash_.hex(); }

 private:
  Sha256 hash_;
};

void add_images(const Report& report, FieldHash& hash) {
  for (const ReportSource& source : report.sources)
    hash.add(source.id).add(source.series_uid).add(std::to_string(source.images));
  for (const ReportImage& image : report.images) {
    hash.add(fmt::format("{} {} {} {}", image.source, image.x, image.y, image.slice));
    if (image.dicom)
      hash.add(image.dicom->sop_instance_uid).add(std::to_string(image.dicom->frame));
  }
}

void add_words(const Report& report, FieldHash& hash) {
  for (const ReportSection& section : report.sections) hash.add(section.title).add(section.text);
  for (const ReportFinding& finding : report.findings) {
    hash.add(finding.text).add(finding.code ? finding.code->value : "");
    hash.add(laterality_name(finding.laterality)).add(certainty_name(finding.certainty));
    for (const ReportBox& box : finding.boxes)
      hash.add(fmt::format("{} {} {} {} {}", box.image, box.x0, box.y0, box.x1, box.y1));
  }
  for (const LabResult& result : report.lab_results)
    hash.add(result.name).add(result.result).add(result.unit);
}

std::string digest_of(const Report& report, std::string_view role) {
  FieldHash hash;
  hash.add("galen report").add(role).add(report.kind).add(report.method).add(report.specimen);
  hash.add(report.prompt).add(std::to_string(report.seed)).add(report.tool_version);
  hash.add(model_digest(report));
  add_images(report, hash);
  add_words(report, hash);
  return hash.hex();
}

Uuid uuid_of(const std::string& hex) {
  Uuid uuid{};
  for (std::size_t i = 0; i < uuid.size(); ++i)
    uuid[i] = static_cast<std::uint8_t>(std::stoul(hex.substr(2 * i, 2), nullptr, 16));
  uuid[6] = static_cast<std::uint8_t>((uuid[6] & 0x0FU) | 0x80U);  // version 8
  uuid[8] = static_cast<std::uint8_t>((uuid[8] & 0x3FU) | 0x80U);  // variant of RFC 9562
  return uuid;
}

std::string uid_of(const Uuid& uuid) {
  std::string digits;
  Uuid rest = uuid;
  while (std::any_of(rest.begin(), rest.end(), [](std::uint8_t byte) { return byte != 0; })) {
    unsigned carry = 0;
    for (std::uint8_t& byte : rest) {  // divides the number by ten
      const unsigned value = carry * 256 + byte;
      byte = static_cast<std::uint8_t>(value / 10);
      carry = value % 10;
    }
    digits += static_cast<char>('0' + carry);
  }
  std::reverse(digits.begin(), digits.end());
  return "2.25." + digits;
}

}  // namespace

std::string model_digest(const Report& report) {
  FieldHash hash;
  hash.add(report.model);
  for (const auto& [file, digest] : report.model_sha256) hash.add(file).add(digest);
  return hash.hex();
}

std::string report_uid(const Report& report, std::string_view role) {
  return uid_of(uuid_of(digest_of(report, role)));
}

std::string report_uuid(const Report& report, std::string_view role) {
  const Uuid uuid = uuid_of(digest_of(report, role));
  std::string text;
  for (std::size_t i = 0; i < uuid.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += fmt::format("{:02x}", uuid[i]);
  }
  return text;
}

std::string device_uid(const Report& report) {
  FieldHash hash;
  hash.add("galen device").add(model_digest(report)).add(report.tool_version);
  return uid_of(uuid_of(hash.hex()));
}

}  // namespace galen::report
