#include "io/fhir/datatype.h"

#include "base/base64.h"
#include "base/raise.h"
#include "base/utf8.h"

namespace galen::fhir {
namespace {

std::string coding_text(const Field& coding) {
  const std::string display = coding["display"].text();
  return display.empty() ? coding["code"].text() : display;
}

/// A HumanName array: the text, or prefix, given and family of the first name.
std::string human_name(const Field& names) {
  const Field name = names.first();
  const std::string text = name["text"].text();
  if (!text.empty()) return text;
  return joined(
      {name["prefix"].first().text(), name["given"].first().text(), name["family"].text()}, " ");
}

std::string label_of(const std::string& type, const Field& fields) {
  if (type == "Practitioner") return human_name(fields["name"]);
  if (type == "Organization" || type == "Location") return fields["name"].text();
  if (type == "PractitionerRole") return fields["practitioner"]["display"].text();
  if (type == "Goal") return concept_text(fields["description"]);
  if (type == "Medication" || type == "Condition" || type == "Procedure" || type == "Substance") {
    return concept_text(fields["code"]);
  }
  return {};
}

std::string contained_label(const std::string& id, const Field& owner) {
  for (const Field& resource : owner["contained"].items()) {
    if (resource["id"].text() == id) return label_of(resource["resourceType"].text(), resource);
  }
  return {};
}

std::string timing_text(const Field& timing) {
  const std::string code = concept_text(timing["code"]);
  if (!code.empty()) return code;
  const Field repeat = timing["repeat"];
  const std::string frequency = repeat["frequency"].number();
  const std::string period = repeat["period"].number();
  const std::string unit = repeat["periodUnit"].text();
  if (frequency.empty() || period.empty() || unit.empty()) return {};
  return fmt::format("{} per {} {}", frequency, period, unit);
}

}  // namespace

std::string joined(const std::vector<std::string>& parts, const std::string& separator) {
  std::string all;
  for (const std::string& part : parts) {
    if (part.empty()) continue;
    if (!all.empty()) all += separator;
    all += part;
  }
  return all;
}

std::string concept_text(const Field& field) {
  const std::string text = field["text"].text();
  return text.empty() ? coding_text(field["coding"].first()) : text;
}

std::string concepts_text(const Field& array) {
  std::vector<std::string> parts;
  for (const Field& item : array.items()) parts.push_back(concept_text(item));
  return joined(parts, ", ");
}

std::string concept_code(const Field& field) {
  return field["coding"].first()["code"].text();
}

std::string quantity_text(const Field& field) {
  const std::string unit = field["unit"].text();
  return joined({field["comparator"].text() + field["value"].number(),
                 unit.empty() ? field["code"].text() : unit},
                " ");
}

std::string range_text(const Field& field) {
  const std::string low = quantity_text(field["low"]);
  const std::string high = quantity_text(field["high"]);
  if (low.empty()) return high.empty() ? "" : "up to " + high;
  return high.empty() ? "at least " + low : low + " - " + high;
}

std::string choice_text(const Field& owner, const std::string& stem) {
  if (const Field value = owner[stem + "Quantity"]; value.is_present()) return quantity_text(value);
  if (const Field value = owner[stem + "CodeableConcept"]; value.is_present())
    return concept_text(value);
  if (const Field value = owner[stem + "String"]; value.is_present()) return value.text();
  if (const auto value = owner[stem + "Boolean"].boolean()) return *value ? "yes" : "no";
  if (const Field value = owner[stem + "Integer"]; value.is_present()) return value.number();
  if (const Field value = owner[stem + "Range"]; value.is_present()) return range_text(value);
  if (const Field value = owner[stem + "Ratio"]; value.is_present()) {
    return joined({quantity_text(value["numerator"]), quantity_text(value["denominator"])}, " / ");
  }
  if (const Field value = owner[stem + "Time"]; value.is_present()) return value.text();
  if (const Field value = owner[stem + "DateTime"]; value.is_present()) return value.date();
  if (const Field value = owner[stem + "Period"]; value.is_present()) {
    return joined({value["start"].date(), value["end"].date()}, " to ");
  }
  return {};
}

std::string choice_date(const Field& owner, const std::string& stem) {
  for (const std::string& name : {stem + "DateTime", stem + "Date", stem + "Instant"}) {
    if (owner.has(name)) return owner[name].date();
  }
  return owner[stem + "Period"]["start"].date();
}

std::string dosage_text(const Field& field) {
  const std::string text = field["text"].text();
  if (!text.empty()) return text;
  return joined(
      {quantity_text(field["doseAndRate"].first()["doseQuantity"]), timing_text(field["timing"]),
       field["asNeededBoolean"].boolean().value_or(false) ? "as needed" : ""},
      " ");
}

std::string attachment_text(const Field& field) {
  if (!field["contentType"].text().starts_with("text/")) return {};
  const Field data = field["data"];
  const auto bytes = decode_base64(data.text());
  if (!bytes) raise(ErrorKind::malformed, "{}: is not base64", data.path());
  if (!is_utf8(*bytes))
    raise(ErrorKind::malformed, "{}: holds text that is not UTF-8", data.path());
  const Json text(*bytes);
  return Field(text, data.path()).text();
}

std::string reference_text(const Field& field, const Field& owner, const Collection& collection) {
  const std::string reference = field["reference"].text();
  if (reference.starts_with('#')) return contained_label(reference.substr(1), owner);
  const Resource* resource = collection.find(reference);
  if (resource != nullptr && resource->type == "Patient") return {};
  const std::string display = field["display"].text();
  if (!display.empty() || resource == nullptr) return display;
  return label_of(resource->type, resource->fields);
}

std::string references_text(const Field& array, const Field& owner, const Collection& collection) {
  std::vector<std::string> parts;
  for (const Field& item : array.items()) parts.push_back(reference_text(item, owner, collection));
  return joined(parts, ", ");
}

}  // namespace galen::fhir
