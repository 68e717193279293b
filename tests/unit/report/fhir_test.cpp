#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <set>

#include "base/base64.h"
#include "base/file.h"
#include "base/json.h"
#include "report_fixture.h"
#include "schema_check.h"

namespace galen::report {
namespace {

using testing::IsEmpty;

Json bundle_of(const Report& report) {
  return parse_json(report_fhir(report), "bundle");
}

std::vector<Json> resources_of(const Json& bundle, const std::string& type) {
  std::vector<Json> found;
  for (const Json& entry : bundle["entry"]) {
    if (entry["resource"]["resourceType"] == type) found.push_back(entry["resource"]);
  }
  return found;
}

void collect_references(const Json& json, std::set<std::string>& into) {
  if (json.is_object() && json.contains("reference")) into.insert(json["reference"]);
  if (!json.is_structured()) return;
  for (const Json& item : json) collect_references(item, into);
}

/// Elements that R4 requires, by resource and by backbone element (StructureDefinition, min >= 1).
const std::map<std::string, std::vector<std::string>> kRequired{
    {"DiagnosticReport", {"status", "code"}},
    {"Observation", {"status", "code"}},
    {"ImagingStudy", {"status", "subject"}},
    {"Provenance", {"target", "recorded", "agent"}},
    {"Patient", {}},
    {"Device", {}}};

TEST(FhirForm, HasWhatR4Requires) {
  for (const Report& report : {radiograph_report(), volume_report(), lab_report()}) {
    const Json bundle = bundle_of(report);
    EXPECT_EQ(bundle["type"], "collection");
    for (const Json& entry : bundle["entry"]) {
      const Json& resource = entry["resource"];
      for (const std::string& name : kRequired.at(resource["resourceType"]))
        EXPECT_TRUE(resource.contains(name)) << resource["resourceType"] << " lacks " << name;
      EXPECT_EQ(entry["fullUrl"], "urn:uuid:" + resource["id"].get<std::string>());
    }
    for (const Json& study : resources_of(bundle, "ImagingStudy")) {
      for (const Json& series : study["series"]) {
        EXPECT_TRUE(series.contains("uid") && series.contains("modality"));
        for (const Json& instance : series["instance"])
          EXPECT_TRUE(instance.contains("uid") && instance.contains("sopClass"));
      }
    }
    const Json provenance = resources_of(bundle, "Provenance").at(0);
    EXPECT_TRUE(provenance["agent"][0].contains("who"));
    for (const Json& entity : provenance["entity"])
      EXPECT_TRUE(entity.contains("role") && entity.contains("what"));
    for (const Json& device : resources_of(bundle, "Device")) {
      EXPECT_EQ(device["deviceName"][0]["type"], "model-name");
      for (const Json& version : device["version"]) EXPECT_TRUE(version.contains("value"));
    }
  }
}

TEST(FhirForm, ReferencesLeadToTheEntries) {
  const Json bundle = bundle_of(radiograph_report());
  std::set<std::string> there;
  for (const Json& entry : bundle["entry"]) there.insert(entry["fullUrl"]);
  EXPECT_EQ(there.size(), bundle["entry"].size());
  std::set<std::string> named;
  collect_references(bundle, named);
  for (const std::string& reference : named) EXPECT_TRUE(there.contains(reference)) << reference;
}

TEST(FhirForm, SaysWhatWasFound) {
  const Json bundle = bundle_of(radiograph_report());
  const Json report = resources_of(bundle, "DiagnosticReport").at(0);
  EXPECT_EQ(report["status"], "preliminary");
  EXPECT_EQ(report["conclusion"], "Left effusion <& so on>.");
  EXPECT_EQ(report["conclusionCode"].size(), 1U);  // the pneumothorax is absent
  EXPECT_EQ(report["effectiveDateTime"], "2026-01-02");
  EXPECT_EQ(decode_base64(report["presentedForm"][0]["data"].get<std::string>()),
            report_pdf(radiograph_report()));
  const auto observations = resources_of(bundle, "Observation");
  ASSERT_EQ(observations.size(), 4U);
  EXPECT_EQ(observations[1]["code"]["coding"][0]["code"], "36118008");
  EXPECT_EQ(observations[1]["valueCodeableConcept"]["coding"][0]["display"], "Absent");
  EXPECT_EQ(observations[0]["bodySite"]["text"], "left Pleura");
  EXPECT_EQ(observations[2]["valueString"], "The study is of good quality.");
  const Json patient = resources_of(bundle, "Patient").at(0);
  EXPECT_EQ(patient["name"][0]["given"][0], "Sally");
  EXPECT_EQ(patient["birthDate"], "1970-01-31");
  EXPECT_EQ(patient["gender"], "female");
  EXPECT_EQ(resources_of(bundle, "ImagingStudy").size(), 2U);
}

TEST(FhirForm, LabTestsHaveTheirValues) {
  const Json bundle = bundle_of(lab_report());
  const auto tests = resources_of(bundle, "Observation");
  ASSERT_EQ(tests.size(), 2U);
  EXPECT_EQ(tests[0]["valueQuantity"], Json({{"value", 13.5}, {"unit", "g/dL"}}));
  EXPECT_EQ(tests[0]["effectiveDateTime"], "2026-11-27");
  EXPECT_EQ(tests[1]["valueString"], "no growth");
  EXPECT_THAT(resources_of(bundle, "ImagingStudy"), IsEmpty());
}

TEST(FhirForm, WhatIsNoDateAndNoNumberIsNotStatedAsOne) {
  Report report = lab_report();
  report.lab_results[0].result = "nan";
  report.lab_results[0].sample_collection_time = "31-13-2026 08:30:00";
  const Json test = resources_of(bundle_of(report), "Observation").at(0);
  EXPECT_EQ(test["valueString"], "nan");
  EXPECT_FALSE(test.contains("effectiveDateTime"));
}

TEST(FhirForm, PathologyIsNoRadiology) {
  const Json plain = resources_of(bundle_of(common_report("pathology")), "Observation").at(2);
  EXPECT_EQ(plain["code"]["text"], "Finding");
  EXPECT_FALSE(plain["code"].contains("coding"));
  EXPECT_EQ(plain["category"][0]["coding"][0]["code"], "laboratory");
}

TEST(FhirForm, APhotographIsNoRadiology) {
  const auto section = [](const char* kind) {
    const Json report = resources_of(bundle_of(common_report(kind)), "DiagnosticReport").at(0);
    return report["category"][0]["coding"][0]["code"].get<std::string>();
  };
  EXPECT_EQ(section("dermatology"), "OTH");
  EXPECT_EQ(section("ct"), "RAD");
}

TEST(FhirForm, APictureWithADicomPriorHasNoPatient) {
  Report report = radiograph_report();
  report.subject.reset();
  report.sources[0].study_uid.clear();
  report.sources[0].series_uid.clear();
  const Json bundle = bundle_of(report);
  EXPECT_THAT(resources_of(bundle, "Patient"), IsEmpty());
  const Json prior = resources_of(bundle, "ImagingStudy").at(0);
  EXPECT_EQ(prior["subject"]["display"], "not stated");
}

TEST(FhirForm, IsTheSameForTheSameReport) {
  EXPECT_EQ(report_fhir(volume_report()), report_fhir(volume_report()));
}

TEST(FhirForm, IsValidAfterTheSchemaOfHl7) {
  const char* file = std::getenv("GALEN_FHIR_SCHEMA");
  if (file == nullptr) GTEST_SKIP() << "GALEN_FHIR_SCHEMA names no fhir.schema.json of R4";
  SchemaCheck schema(parse_json(read_file(file, std::size_t{1} << 26), "fhir.schema.json"));
  for (const Report& report : {radiograph_report(), volume_report(), lab_report()}) {
    Json wrapped = bundle_of(report);
    for (const Json& entry : wrapped["entry"]) {
      EXPECT_THAT(schema.faults_as(entry["resource"], entry["resource"]["resourceType"]), IsEmpty())
          << report.kind;
    }
    EXPECT_THAT(schema.faults_as(wrapped, "Bundle"), IsEmpty()) << report.kind;
  }
}

}  // namespace
}  // namespace galen::report
