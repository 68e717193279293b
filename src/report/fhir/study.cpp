// Patient and ImagingStudy.

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

#include "report/fhir/resources.h"

namespace galen::report {
namespace {

/// The components of a person's name (PS3.5 6.2.1.2), of its first representation.
std::vector<std::string> name_parts(std::string_view name) {
  name = name.substr(0, name.find('='));
  std::vector<std::string> parts;
  while (true) {
    const auto end = name.find('^');
    parts.emplace_back(name.substr(0, end));
    if (end == std::string_view::npos) return parts;
    name.remove_prefix(end + 1);
  }
}

OrderedJson human_name(std::string_view name) {
  const std::vector<std::string> parts = name_parts(name);
  OrderedJson json;
  const auto part = [&](std::size_t i) { return i < parts.size() ? parts[i] : std::string(); };
  if (!part(0).empty()) json["family"] = part(0);
  for (const std::size_t i : {1U, 2U}) {
    if (!part(i).empty()) json["given"].push_back(part(i));
  }
  if (!part(3).empty()) json["prefix"].push_back(part(3));
  if (!part(4).empty()) json["suffix"].push_back(part(4));
  return json;
}

OrderedJson series_json(const Report& report, const std::vector<const ReportSource*>& sources) {
  OrderedJson list = OrderedJson::array();
  for (const ReportSource* source : sources) {
    OrderedJson series{
        {"uid", source->series_uid},
        {"modality",
         {{"system", "http://dicom.nema.org/resources/ontology/DCM"}, {"code", source->modality}}}};
    std::set<std::string> named;
    OrderedJson instances = OrderedJson::array();
    for (std::size_t i = source->first_image; i < source->first_image + source->images; ++i) {
      const auto& dicom = report.images.at(i).dicom;
      if (!dicom || !named.insert(dicom->sop_instance_uid).second) continue;
      instances.push_back(
          {{"uid", dicom->sop_instance_uid},
           {"sopClass",
            {{"system", "urn:ietf:rfc:3986"}, {"code", "urn:oid:" + dicom->sop_class_uid}}}});
    }
    series["numberOfInstances"] = instances.size();
    series["instance"] = std::move(instances);
    list.push_back(std::move(series));
  }
  return list;
}

std::vector<const ReportSource*> sources_of(const Report& report, bool is_prior) {
  std::vector<const ReportSource*> sources;
  for (const ReportSource& source : report.sources) {
    if (source.is_prior == is_prior && !source.study_uid.empty()) sources.push_back(&source);
  }
  return sources;
}

}  // namespace

std::string fhir_date(std::string_view dicom_date) {
  const bool is_date =
      dicom_date.size() == 8 && std::all_of(dicom_date.begin(), dicom_date.end(),
                                            [](unsigned char c) { return std::isdigit(c) != 0; });
  if (!is_date) return {};
  const std::string date(dicom_date);
  const std::string month = date.substr(4, 2);
  const std::string day = date.substr(6);
  if (month < "01" || month > "12" || day < "01" || day > "31") return {};  // FHIR takes no other
  return date.substr(0, 4) + "-" + month + "-" + day;
}

OrderedJson patient_resource(const DicomSubject& subject) {
  OrderedJson json{{"resourceType", "Patient"}};
  if (!subject.patient_id.empty()) {
    OrderedJson identifier{{"value", subject.patient_id}};
    if (!subject.patient_id_issuer.empty())
      identifier["assigner"] = {{"display", subject.patient_id_issuer}};
    json["identifier"].push_back(std::move(identifier));
  }
  if (OrderedJson name = human_name(subject.patient_name); !name.empty())
    json["name"].push_back(std::move(name));
  if (subject.sex == "M" || subject.sex == "F" || subject.sex == "O")
    json["gender"] = subject.sex == "M" ? "male" : subject.sex == "F" ? "female" : "other";
  if (const std::string date = fhir_date(subject.birth_date); !date.empty())
    json["birthDate"] = date;
  return json;
}

std::vector<std::string> study_roles(const Report& report) {
  std::vector<std::string> roles;
  if (!sources_of(report, false).empty()) roles.emplace_back("study");
  if (!sources_of(report, true).empty()) roles.emplace_back("prior study");
  return roles;
}

OrderedJson study_resource(const Report& report, bool is_prior) {
  const std::vector<const ReportSource*> sources = sources_of(report, is_prior);
  OrderedJson json{{"resourceType", "ImagingStudy"}};
  json["identifier"].push_back(
      {{"system", "urn:dicom:uid"}, {"value", "urn:oid:" + sources.front()->study_uid}});
  json["status"] = "available";
  // Of a DICOM prior of a picture no patient is known, and R4 requires a subject.
  json["subject"] =
      report.subject ? reference_to(report, "patient") : OrderedJson{{"display", "not stated"}};
  if (!is_prior) {
    if (const std::string date = fhir_date(report.subject->study_date); !date.empty())
      json["started"] = date;
    if (!report.subject->accession_number.empty()) {
      OrderedJson type;
      type["coding"].push_back(
          {{"system", "http://terminology.hl7.org/CodeSystem/v2-0203"}, {"code", "ACSN"}});
      json["identifier"].push_back(
          {{"type", std::move(type)}, {"value", report.subject->accession_number}});
    }
    if (!report.subject->study_description.empty())
      json["description"] = report.subject->study_description;
  }
  json["series"] = series_json(report, sources);
  return json;
}

}  // namespace galen::report
