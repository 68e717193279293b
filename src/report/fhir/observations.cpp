// Observation: findings and laboratory tests.

#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <optional>
#include <utility>

#include "report/fhir/resources.h"
#include "report/outline.h"

namespace galen::report {
namespace {

OrderedJson category_of(std::string_view code) {
  return OrderedJson::array(
      {{{"coding", OrderedJson::array(
                       {{{"system", "http://terminology.hl7.org/CodeSystem/observation-category"},
                         {"code", code}}})}}});
}

OrderedJson base_of(const Report& report, std::string_view category, OrderedJson code) {
  OrderedJson json{{"resourceType", "Observation"}, {"status", "preliminary"}};
  json["category"] = category_of(category);
  json["code"] = std::move(code);
  if (report.subject) json["subject"] = reference_to(report, "patient");
  json["device"] = reference_to(report, "device");
  for (const std::string& role : study_roles(report)) {
    if (role == "study") json["derivedFrom"].push_back(reference_to(report, role));
  }
  return json;
}

std::optional<Code> certainty_code(Certainty certainty) {
  switch (certainty) {
    case Certainty::unknown: return std::nullopt;
    case Certainty::present: return Code{"SCT", "52101004", "Present"};
    case Certainty::possible: return Code{"SCT", "42425007", "Equivocal"};
    case Certainty::absent: return Code{"SCT", "2667000", "Absent"};
  }
  return std::nullopt;
}

/// "Left Clavicle".
std::string site_text(const ReportFinding& finding) {
  std::string text(laterality_name(finding.laterality));
  if (finding.site) text += (text.empty() ? "" : " ") + finding.site->meaning;
  return text;
}

std::string box_text(const ReportBox& box) {
  return fmt::format("{}: x {:.0f} to {:.0f}, y {:.0f} to {:.0f} pixels", box.label, box.x0, box.x1,
                     box.y0, box.y1);
}

/// The finding's code; of a sentence without one what kind of statement it is.
OrderedJson code_of(const Report& report, const ReportFinding& finding) {
  if (finding.code) return concept_of(*finding.code);
  if (report.kind == "cxr" || report.kind == "ct" || report.kind == "mr")
    return concept_of({"LN", "18782-3", "Radiology Study observation (narrative)"});
  return {{"text", "Finding"}};
}

OrderedJson finding_observation(const Report& report, const ReportFinding& finding) {
  // R4 counts anatomical pathology among laboratories.
  OrderedJson json = base_of(report, report.kind == "pathology" ? "laboratory" : "imaging",
                             code_of(report, finding));
  if (report.subject) {
    if (const std::string date = fhir_date(report.subject->study_date); !date.empty())
      json["effectiveDateTime"] = date;
  }
  const auto certainty = certainty_code(finding.certainty);
  if (finding.code && certainty) {
    json["valueCodeableConcept"] = concept_of(*certainty);
    json["note"].push_back({{"text", finding.text}});
  } else {
    json["valueString"] = finding.text;
  }
  for (const ReportBox& box : finding.boxes) json["note"].push_back({{"text", box_text(box)}});
  if (const std::string text = site_text(finding); !text.empty()) {
    json["bodySite"] = finding.site ? concept_of(*finding.site) : OrderedJson::object();
    json["bodySite"]["text"] = text;
  }
  return json;
}

/// "2026-11-27" of "27-11-2026 08:30:00"; empty for anything else.
std::string collection_date(const std::string& time) {
  if (time.size() < 10 || time[2] != '-' || time[5] != '-') return {};
  return fhir_date(time.substr(6, 4) + time.substr(3, 2) + time.substr(0, 2));
}

OrderedJson lab_observation(const Report& report, const LabResult& result) {
  OrderedJson json = base_of(report, "laboratory", {{"text", result.name}});
  if (const std::string date = collection_date(result.sample_collection_time); !date.empty())
    json["effectiveDateTime"] = date;
  double value = 0;
  const char* const end = result.result.data() + result.result.size();
  const auto [stop, error] = std::from_chars(result.result.data(), end, value);
  if (error == std::errc{} && stop == end && std::isfinite(value)) {
    json["valueQuantity"] = {{"value", value}};
    if (!result.unit.empty()) json["valueQuantity"]["unit"] = result.unit;
  } else if (!result.result.empty()) {
    json["valueString"] = result.result;
  }
  if (!result.method.empty()) json["method"] = {{"text", result.method}};
  if (!result.range.empty()) json["referenceRange"].push_back({{"text", result.range}});
  return json;
}

}  // namespace

std::vector<BundleEntry> observation_entries(const Report& report) {
  std::vector<BundleEntry> entries;
  const auto add = [&](OrderedJson resource) {
    entries.push_back({fmt::format("observation {}", entries.size() + 1), std::move(resource)});
  };
  for (const ReportFinding& finding : report.findings) add(finding_observation(report, finding));
  for (const LabResult& result : report.lab_results) add(lab_observation(report, result));
  return entries;
}

}  // namespace galen::report
