// What the client reads from HAPI's server is what the index reads from the same files.

#include "net/fhir/fhir_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <galen/error.h>

#include "base/file.h"
#include "hapi_server.h"
#include "io/fhir/index/index_folder.h"
#include "io/fhir/index/index_source.h"
#include "small_records.h"

namespace galen::net {
namespace {

namespace fs = std::filesystem;

constexpr int kMany = 45;  ///< observations: three pages of this server

/// The record of small_records.h with many observations and a prescription by reference.
Json long_bundle(const std::string& patient) {
  Json bundle = fhir::small_bundle(patient);
  Json& entries = bundle["entry"];
  const auto add = [&](const Json& resource) {
    entries.push_back(
        {{"fullUrl", "urn:uuid:" + resource.at("id").get<std::string>()}, {"resource", resource}});
  };
  Json weight = entries.at(4).at("resource");
  weight["code"] = fhir::coded("http://loinc.org", "29463-7", "Body Weight");
  for (int i = 0; i < kMany; ++i) {
    weight["id"] = patient + "-weight-" + std::to_string(i);
    weight["effectiveDateTime"] = std::to_string(1970 + i) + "-06-01";
    add(weight);
  }
  add({{"resourceType", "Medication"},
       {"id", patient + "-drug"},
       {"code",
        fhir::coded("http://www.nlm.nih.gov/research/umls/rxnorm", "314076", "Lisinopril")}});
  Json order = entries.at(7).at("resource");
  order.erase("medicationCodeableConcept");
  order["id"] = patient + "-lisinopril";
  order["medicationReference"] = {{"reference", "urn:uuid:" + patient + "-drug"}};
  add(order);
  return bundle;
}

fs::path records_folder(const std::string& test) {
  const fs::path root = fs::path(testing::TempDir()) / "galen_hapi" / test;
  fs::remove_all(root);
  fs::create_directories(root / "records");
  write_file(root / "records" / "anna.json", long_bundle("anna").dump());
  write_file(root / "records" / "berta.json", fhir::small_bundle("berta").dump());
  write_file(root / "records" / "staff.json", fhir::practitioner_bundle().dump());
  return root;
}

std::vector<std::string> ids(const fhir::ResourceList& list) {
  std::vector<std::string> ids;
  for (const Json& resource : list.resources) ids.push_back(resource.at("id"));
  return ids;
}

TEST(HapiTest, gives_what_the_index_gives) {
  const fs::path root = records_folder("equal");
  const HapiServer hapi(root / "records");
  if (!hapi.why_not().empty()) GTEST_SKIP() << hapi.why_not();
  (void)fhir::index_folder(root / "records", root / "index.db");
  fhir::IndexSource index(root / "index.db");
  FhirServer server(hapi.address(), {});

  const auto there = server.manifest("anna");
  const auto here = index.manifest("anna");
  ASSERT_EQ(there.size(), here.size());
  for (std::size_t i = 0; i < here.size(); ++i) {
    EXPECT_EQ(there[i].type, here[i].type);
    EXPECT_EQ(there[i].count, here[i].count);
    EXPECT_EQ(there[i].last.substr(0, 10), here[i].last.substr(0, 10));
    EXPECT_EQ(there[i].codes.size(), here[i].codes.size());
  }
  const fhir::ResourceQuery queries[] = {
      {"anna", "Observation", {}, "", "", 100},
      {"anna", "Observation", {"29463-7"}, "", "", 7},
      {"anna", "Observation", {"laboratory"}, "", "", 100},
      {"anna", "Observation", {"29463-7"}, "1980", "1990-05", 100},
      {"anna", "Condition", {}, "2016", "", 100},
      {"anna", "Condition", {"44054006", "10509002"}, "", "", 100},
      {"berta", "Observation", {"4548-4"}, "", "", 100},
      {"anna", "Procedure", {}, "", "", 100}};
  for (const fhir::ResourceQuery& query : queries) {
    const auto wanted = index.search(query);
    EXPECT_EQ(ids(server.search(query)), ids(wanted)) << query.type << " " << query.from;
    EXPECT_EQ(server.search(query).total, wanted.total);
  }
}

TEST(HapiTest, includes_medications_and_looks_references_up) {
  const fs::path root = records_folder("references");
  const HapiServer hapi(root / "records");
  if (!hapi.why_not().empty()) GTEST_SKIP() << hapi.why_not();
  FhirServer server(hapi.address(), {});
  const auto orders = server.search({"anna", "MedicationRequest", {}, "", "", 10});
  EXPECT_EQ(orders.total, 2U);
  EXPECT_THAT(ids(orders),
              testing::UnorderedElementsAre("anna-metformin", "anna-lisinopril", "anna-drug"));
  EXPECT_EQ(server.read("Practitioner?identifier=urn:npi|77", "anna")->at("id"), "p77");
  EXPECT_EQ(server.read("Encounter/anna-visit", "anna")->at("status"), "finished");
  EXPECT_FALSE(server.read("Encounter/never-exported", "anna"));
  EXPECT_FALSE(server.read("Condition/berta-diabetes", "anna"));
  try {
    (void)server.patient("nobody");
    FAIL() << "was found";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::not_found);
  }
}

TEST(HapiTest, lets_in_who_has_the_token) {
  const fs::path root = records_folder("token");
  const HapiServer hapi(root / "records", "secret");
  if (!hapi.why_not().empty()) GTEST_SKIP() << hapi.why_not();
  FhirServerOptions options;
  try {
    const FhirServer server(hapi.address(), options);
    FAIL() << "was let in";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::permission) << error.what();
  }
  options.http.bearer = "secret";
  FhirServer server(hapi.address(), options);
  EXPECT_EQ(server.patient("anna").at("gender"), "female");
}

}  // namespace
}  // namespace galen::net
