// The Bundle with DiagnosticReport, Device and Provenance.

#include <set>
#include <utility>

#include <galen/report.h>

#include "base/base64.h"
#include "report/fhir/resources.h"
#include "report/identity.h"
#include "report/outline.h"

namespace galen {
namespace report {

OrderedJson reference_to(const Report& report, std::string_view role) {
  return {{"reference", "urn:uuid:" + report_uuid(report, role)}};
}

OrderedJson concept_of(const Code& code) {
  const char* system = code.scheme == "SCT"  ? "http://snomed.info/sct"
                       : code.scheme == "LN" ? "http://loinc.org"
                                             : "http://dicom.nema.org/resources/ontology/DCM";
  OrderedJson coding{{"system", system}, {"code", code.value}, {"display", code.meaning}};
  OrderedJson json;
  json["coding"].push_back(std::move(coding));
  return json;
}

std::string instant_of(const Report& report) {
  return report.created.empty() ? "1970-01-01T00:00:00Z" : report.created;
}

OrderedJson device_resource(const Report& report) {
  OrderedJson json{{"resourceType", "Device"}, {"status", "active"}, {"manufacturer", "Galen"}};
  json["deviceName"].push_back({{"name", report.model}, {"type", "model-name"}});
  json["type"] = {{"text", "Medical language and vision model, not a medical device"}};
  json["version"].push_back({{"type", {{"text", "Galen"}}}, {"value", report.tool_version}});
  for (const auto& [file, digest] : report.model_sha256)
    json["version"].push_back({{"type", {{"text", "SHA-256 of " + file}}}, {"value", digest}});
  return json;
}

}  // namespace report

namespace {

using report::BundleEntry;
using report::reference_to;

/// What kind of report it is: the service's section (HL7 table 0074) and LOINC's document.
std::pair<const char*, Code> document_of(const Report& report) {
  if (report.kind == "pathology") return {"SP", {"LN", "11526-1", "Pathology study"}};
  if (report.kind == "lab") return {"LAB", {"LN", "11502-2", "Laboratory report"}};
  const bool is_photograph = report.kind == "dermatology" || report.kind == "ophthalmology";
  return {is_photograph ? "OTH" : "RAD", {"LN", "18748-4", "Diagnostic imaging study"}};
}

std::string conclusion_of(const Report& report) {
  for (const std::string_view title : {"Impression", "Diagnosis", "Findings"}) {
    for (const ReportSection& section : report.sections) {
      if (section.title == title) return section.text;
    }
  }
  return {};
}

OrderedJson conclusion_codes(const Report& report) {
  OrderedJson codes = OrderedJson::array();
  std::set<std::string> known;
  for (const ReportFinding& finding : report.findings) {
    if (!finding.code || finding.certainty != Certainty::present) continue;
    if (known.insert(finding.code->value).second)
      codes.push_back(report::concept_of(*finding.code));
  }
  return codes;
}

OrderedJson pdf_attachment(const Report& report) {
  const std::string pdf = report_pdf(report);
  return {{"contentType", "application/pdf"},
          {"data", encode_base64({reinterpret_cast<const std::uint8_t*>(pdf.data()), pdf.size()})},
          {"title", report::title_of(report)}};
}

OrderedJson diagnostic_report(const Report& report, const std::vector<BundleEntry>& observations) {
  const auto [section, document] = document_of(report);
  OrderedJson json{{"resourceType", "DiagnosticReport"}, {"status", "preliminary"}};
  json["category"].push_back(
      {{"coding", OrderedJson::array({{{"system", "http://terminology.hl7.org/CodeSystem/v2-0074"},
                                       {"code", section}}})}});
  json["code"] = report::concept_of(document);
  if (report.subject) {
    json["subject"] = reference_to(report, "patient");
    if (const std::string date = report::fhir_date(report.subject->study_date); !date.empty())
      json["effectiveDateTime"] = date;
  }
  json["issued"] = report::instant_of(report);
  for (const BundleEntry& entry : observations)
    json["result"].push_back(reference_to(report, entry.role));
  for (const std::string& role : report::study_roles(report)) {
    if (role == "study") json["imagingStudy"].push_back(reference_to(report, role));
  }
  if (const std::string conclusion = conclusion_of(report); !conclusion.empty())
    json["conclusion"] = conclusion;
  if (OrderedJson codes = conclusion_codes(report); !codes.empty())
    json["conclusionCode"] = std::move(codes);
  json["presentedForm"].push_back(pdf_attachment(report));
  return json;
}

OrderedJson provenance(const Report& report, const std::vector<BundleEntry>& observations) {
  OrderedJson json{{"resourceType", "Provenance"}};
  json["target"].push_back(reference_to(report, "diagnostic report"));
  for (const BundleEntry& entry : observations)
    json["target"].push_back(reference_to(report, entry.role));
  json["recorded"] = report::instant_of(report);
  json["agent"].push_back(
      {{"type",
        {{"coding",
          OrderedJson::array(
              {{{"system", "http://terminology.hl7.org/CodeSystem/provenance-participant-type"},
                {"code", "assembler"}}})}}},
       {"who", reference_to(report, "device")}});
  for (const std::string& role : report::study_roles(report))
    json["entity"].push_back({{"role", "source"}, {"what", reference_to(report, role)}});
  for (const ReportSource& source : report.sources) {
    if (!source.study_uid.empty()) continue;
    json["entity"].push_back(
        {{"role", "source"}, {"what", {{"identifier", {{"value", "sha256:" + source.id}}}}}});
  }
  return json;
}

std::vector<BundleEntry> entries_of(const Report& report) {
  const std::vector<BundleEntry> observations = report::observation_entries(report);
  std::vector<BundleEntry> entries;
  entries.push_back({"diagnostic report", diagnostic_report(report, observations)});
  if (report.subject) entries.push_back({"patient", report::patient_resource(*report.subject)});
  for (const std::string& role : report::study_roles(report))
    entries.push_back({role, report::study_resource(report, role == "prior study")});
  entries.push_back({"device", report::device_resource(report)});
  entries.insert(entries.end(), observations.begin(), observations.end());
  entries.push_back({"provenance", provenance(report, observations)});
  return entries;
}

}  // namespace

std::string report_fhir(const Report& report) {
  OrderedJson bundle{{"resourceType", "Bundle"}};
  bundle["id"] = report::report_uuid(report, "bundle");
  bundle["meta"] = {{"tag", OrderedJson::array({{{"display", "not for clinical use"}}})}};
  bundle["type"] = "collection";
  bundle["timestamp"] = report::instant_of(report);
  for (BundleEntry& entry : entries_of(report)) {
    const std::string uuid = report::report_uuid(report, entry.role);
    OrderedJson resource{{"resourceType", entry.resource["resourceType"]}, {"id", uuid}};
    resource.update(entry.resource);
    bundle["entry"].push_back({{"fullUrl", "urn:uuid:" + uuid}, {"resource", resource}});
  }
  return bundle.dump(1, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

}  // namespace galen
