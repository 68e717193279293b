#include "tasks/ehr/resource_view.h"

#include <algorithm>
#include <array>

#include <galen/error.h>

#include "base/base64.h"
#include "base/utf8.h"
#include "tasks/ehr/calculator.h"

namespace galen::tasks {
namespace {

constexpr std::array kHidden{"meta",          "extension", "modifierExtension", "identifier",
                             "implicitRules", "language",  "fullUrl",           "search",
                             "subject",       "patient"};
constexpr std::size_t kMaxNote = 4000;
constexpr std::size_t kWholeDate = 10;  ///< characters of YYYY-MM-DD
constexpr int kMaxDepth = 32;

std::string text_of(const Json& object, const char* field) {
  const auto found = object.is_object() ? object.find(field) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

/// "Hemoglobin A1c (4548-4)" of a Coding.
std::string coding_text(const Json& coding) {
  const std::string display = text_of(coding, "display");
  const std::string code = text_of(coding, "code");
  if (display.empty() || code.empty()) return display + code;
  return display + " (" + code + ")";
}

/// A CodeableConcept as its first coding, or its text.
Json concept_view(const Json& value) {
  const auto codings = value.find("coding");
  if (codings == value.end() || !codings->is_array() || codings->empty())
    return text_of(value, "text");
  std::string text = coding_text(codings->front());
  return text.empty() ? text_of(value, "text") : text;
}

Json attachment_view(const Json& attachment) {
  const std::string type = text_of(attachment, "contentType");
  const auto bytes = decode_base64(text_of(attachment, "data"));
  if (!type.starts_with("text/") || !bytes || !is_utf8(*bytes)) return type + ", not shown";
  if (bytes->size() <= kMaxNote) return *bytes;
  return std::string(utf8_prefix(*bytes, kMaxNote)) + " [cut]";
}

Json view(const Json& value, int depth) {
  if (depth > kMaxDepth) return nullptr;
  if (value.is_array()) {
    Json list = Json::array();
    for (const Json& item : value) list.push_back(view(item, depth + 1));
    return list;
  }
  if (!value.is_object()) return value;
  if (value.contains("coding")) return concept_view(value);
  if (value.contains("contentType")) return attachment_view(value);
  if (value.contains("system") && value.contains("code") && !value.contains("value"))
    return coding_text(value);
  Json object = Json::object();
  for (const auto& [key, member] : value.items()) {
    const bool is_hidden = std::find(kHidden.begin(), kHidden.end(), key) != kHidden.end() ||
                           (key == "text" && member.is_object()) ||  // the narrative
                           (key == "system" && value.contains("value"));
    if (!is_hidden) object[key] = view(member, depth + 1);
  }
  return object;
}

void collect(const Json& value, const std::string& key, const std::string& owner, int depth,
             std::vector<SeenReference>& seen) {
  if (depth > kMaxDepth) return;
  if (value.is_array()) {
    for (const Json& item : value) collect(item, key, owner, depth + 1, seen);
  } else if (value.is_object()) {
    const std::string reference = text_of(value, "reference");
    if (!reference.empty() && reference.front() != '#') {
      const std::string display = text_of(value, "display");
      seen.push_back({reference, key + " of " + owner + (display.empty() ? "" : ", " + display)});
    }
    for (const auto& [name, member] : value.items()) collect(member, name, owner, depth + 1, seen);
  }
}

}  // namespace

std::string resource_name(const Json& resource) {
  return text_of(resource, "resourceType") + "/" + text_of(resource, "id");
}

Json shown_resource(const Json& resource) {
  return view(resource, 0);
}

std::vector<SeenReference> references_in(const Json& resource) {
  std::vector<SeenReference> seen;
  collect(resource, "", resource_name(resource), 0, seen);
  return seen;
}

std::string patient_line(const Json& patient, const std::string& today) {
  const std::string gender = text_of(patient, "gender");
  const std::string born = text_of(patient, "birthDate");
  const std::string died = text_of(patient, "deceasedDateTime").substr(0, 10);
  std::string line = gender.empty() ? "sex not recorded" : gender;
  if (!born.empty()) line += ", born " + born;
  if (!died.empty()) return line + ", died " + died;
  try {
    // Of a year alone, the day is not known.
    const std::string about = born.size() < kWholeDate ? ", about " : ", ";
    if (!born.empty())
      line += about + calculate("years(" + born + "," + today + ")") + " years old";
  } catch (const Error&) {
    return line;  // a birth date that is none
  }
  return line;
}

}  // namespace galen::tasks
