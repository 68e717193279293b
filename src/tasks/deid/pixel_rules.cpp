#include "tasks/deid/pixel_rules.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/file.h"
#include "base/json.h"
#include "base/raise.h"

namespace galen::deid {
namespace {

constexpr std::size_t kMaxRules = std::size_t{1} << 20;
constexpr std::string_view kSecondaryCapture = "1.2.840.10008.5.1.4.1.1.7";

/// Modalities whose devices write the patient's name or the hospital's into the picture.
constexpr std::array<std::string_view, 9> kTextModalities = {"US", "IVUS", "XA",  "RF", "ES",
                                                             "OT", "SC",   "DOC", "XC"};
constexpr std::array<std::string_view, 6> kTextImageTypes = {"SCREEN",   "REPORT",  "DOSE_INFO",
                                                             "PROTOCOL", "CAPTURE", "FUSION"};

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return result;
}

bool has(std::string_view text, std::string_view part) {
  return upper(text).find(upper(part)) != std::string::npos;
}

int whole_number(const dicom::EditItem& root, std::uint32_t tag, bool big_endian) {
  const dicom::EditElement* element = root.find(tag);
  if (element == nullptr || element->value().size() < 2) return 0;
  const int first = element->value()[0];
  const int second = element->value()[1];
  return big_endian ? first << 8 | second : second << 8 | first;
}

int integer_of(const Json& json, const std::string& where) {
  if (!json.is_number_integer() || json < 0 || json > 65535) {
    raise(ErrorKind::malformed, "{}: a whole number from 0 to 65535 is expected", where);
  }
  return json.get<int>();
}

PixelRegion region_of(const Json& json, const std::string& where) {
  if (!json.is_array() || json.size() != 4) {
    raise(ErrorKind::malformed, "{}: a region is [x, y, width, height]", where);
  }
  return {integer_of(json[0], where), integer_of(json[1], where), integer_of(json[2], where),
          integer_of(json[3], where)};
}

void read_field(const std::string& key, const Json& value, const std::string& where,
                PixelRule& rule) {
  const std::array<std::pair<std::string_view, std::string*>, 5> texts = {
      {{"sop_class", &rule.sop_class},
       {"modality", &rule.modality},
       {"manufacturer", &rule.manufacturer},
       {"model", &rule.model},
       {"image_type", &rule.image_type}}};
  for (const auto& [name, target] : texts) {
    if (key != name) continue;
    if (!value.is_string()) raise(ErrorKind::malformed, "{}: {} is a text", where, key);
    *target = value.get<std::string>();
    return;
  }
  if (key == "rows" || key == "columns") {
    (key == "rows" ? rule.rows : rule.columns) = integer_of(value, where + ": " + key);
  } else if (key == "blank" && value.is_array()) {
    for (const Json& region : value) rule.regions.push_back(region_of(region, where));
  } else if ((key == "clean" || key == "refuse") && value == Json(true)) {
    rule.action = key == "clean" ? RuleAction::clean : RuleAction::refuse;
  } else if (key != "note") {
    raise(ErrorKind::malformed, "{}: \"{}\" is no part of a rule, or has a wrong value", where,
          key);
  }
}

}  // namespace

ImageFacts image_facts(const dicom::EditItem& root, bool big_endian) {
  return {.sop_class = root.text(0x00080016),
          .modality = root.text(0x00080060),
          .manufacturer = root.text(0x00080070),
          .model = root.text(0x00081090),
          .image_type = root.text(0x00080008),
          .conversion_type = root.text(0x00080064),
          .burned_in = root.text(0x00280301),
          .rows = whole_number(root, 0x00280010, big_endian),
          .columns = whole_number(root, 0x00280011, big_endian)};
}

std::string burned_in_reason(const ImageFacts& facts) {
  if (facts.burned_in == "YES") return "Burned In Annotation is YES";
  if (facts.burned_in == "NO") return {};
  if (facts.sop_class.starts_with(kSecondaryCapture)) return "a secondary capture";
  if (!facts.conversion_type.empty()) return "a converted picture";
  const auto is_risky = std::find(kTextModalities.begin(), kTextModalities.end(), facts.modality);
  if (is_risky != kTextModalities.end()) return "modality " + facts.modality;
  for (const auto type : kTextImageTypes) {
    if (has(facts.image_type, type)) return "image type " + std::string(type);
  }
  return {};
}

bool PixelRule::holds(const ImageFacts& facts) const {
  const auto equal = [](const std::string& wanted, const std::string& value) {
    return wanted.empty() || wanted == value;
  };
  const auto found = [](const std::string& wanted, const std::string& value) {
    return wanted.empty() || has(value, wanted);
  };
  return equal(sop_class, facts.sop_class) && equal(modality, facts.modality) &&
         found(manufacturer, facts.manufacturer) && found(model, facts.model) &&
         found(image_type, facts.image_type) && (rows == 0 || rows == facts.rows) &&
         (columns == 0 || columns == facts.columns);
}

std::vector<PixelRule> read_pixel_rules(const std::filesystem::path& path) {
  const Json json = parse_json(read_file(path, kMaxRules), path.string());
  if (!json.is_array()) raise(ErrorKind::malformed, "{}: not an array of rules", path.string());
  std::vector<PixelRule> rules;
  for (const Json& each : json) {
    const std::string where = fmt::format("{}: rule {}", path.string(), rules.size() + 1);
    if (!each.is_object()) raise(ErrorKind::malformed, "{}: not an object", where);
    PixelRule rule;
    for (const auto& [key, value] : each.items()) read_field(key, value, where, rule);
    if (rule.action == RuleAction::blank && rule.regions.empty()) {
      raise(ErrorKind::malformed, "{}: needs \"blank\", \"clean\" or \"refuse\"", where);
    }
    rules.push_back(std::move(rule));
  }
  return rules;
}

}  // namespace galen::deid
