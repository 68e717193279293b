#include "io/fhir/index/index_source.h"

#include <gmock/gmock.h>

#include <galen/error.h>

#include "index_fixture.h"

namespace galen::fhir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class IndexSourceTest : public IndexTest {
 protected:
  void SetUp() override {
    IndexTest::SetUp();
    (void)index();
  }
  static std::vector<std::string> ids(const ResourceList& list) {
    std::vector<std::string> ids;
    for (const Json& resource : list.resources) ids.push_back(resource.at("id"));
    return ids;
  }
};

TEST_F(IndexSourceTest, says_what_a_patient_has) {
  IndexSource source(database());
  const std::vector<TypeUse> manifest = source.manifest("anna");
  std::vector<std::string> types;
  for (const TypeUse& use : manifest) types.push_back(use.type);
  EXPECT_THAT(types, ElementsAre("Condition", "Encounter", "MedicationRequest", "Observation"));
  const TypeUse& observations = manifest[3];
  EXPECT_EQ(observations.count, 3U);
  EXPECT_EQ(observations.first.substr(0, 10), "2018-04-01");
  EXPECT_EQ(observations.last.substr(0, 10), "2020-04-01");
  ASSERT_EQ(observations.codes.size(), 1U);
  EXPECT_EQ(observations.codes[0].coding.code, "4548-4");
  EXPECT_EQ(observations.codes[0].coding.display, "Hemoglobin A1c");
  EXPECT_EQ(source.patient("anna").at("birthDate"), "1960-05-01");
}

TEST_F(IndexSourceTest, searches_by_code_category_and_date_newest_first) {
  IndexSource source(database());
  EXPECT_THAT(ids(source.search({"anna", "Observation", {"4548-4"}, "", "", 10})),
              ElementsAre("anna-hba1c-2020", "anna-hba1c-2019", "anna-hba1c-2018"));
  EXPECT_EQ(source.search({"anna", "Observation", {"laboratory"}, "", "", 10}).total, 3U);
  EXPECT_EQ(source.search({"anna", "Observation", {"nothing"}, "", "", 10}).total, 0U);
  EXPECT_THAT(ids(source.search({"anna", "Observation", {}, "2019", "2019", 10})),
              ElementsAre("anna-hba1c-2019"));
  EXPECT_THAT(ids(source.search({"anna", "Observation", {}, "2019-04-01", "", 10})),
              ElementsAre("anna-hba1c-2020", "anna-hba1c-2019"));
  const ResourceList cut = source.search({"anna", "Observation", {}, "", "", 1});
  EXPECT_THAT(ids(cut), ElementsAre("anna-hba1c-2020"));
  EXPECT_EQ(cut.total, 3U);
}

TEST_F(IndexSourceTest, takes_a_bare_year_for_all_of_its_days) {
  Json bundle = small_bundle("clara");
  bundle["entry"][2]["resource"]["onsetDateTime"] = "2016";
  put("clara.json", bundle.dump());
  (void)index();
  IndexSource source(database());
  EXPECT_EQ(source.search({"clara", "Condition", {}, "2016-05", "2016-06", 10}).total, 1U);
  EXPECT_EQ(source.search({"clara", "Condition", {}, "2015", "2016-02", 10}).total, 1U);
  EXPECT_EQ(source.search({"clara", "Condition", {}, "2014", "2015", 10}).total, 0U);
  EXPECT_EQ(source.search({"clara", "Condition", {}, "2017", "2018", 10}).total, 0U);
}

TEST_F(IndexSourceTest, looks_up_references_of_the_patient_and_of_staff_only) {
  IndexSource source(database());
  EXPECT_EQ(source.read("Condition/anna-diabetes", "anna")->at("onsetDateTime"), "2015-03-01");
  EXPECT_EQ(source.read("urn:uuid:anna-visit", "anna")->at("resourceType"), "Encounter");
  EXPECT_EQ(source.read("http://old.server/fhir/Encounter/anna-visit/_history/3", "anna")->at("id"),
            "anna-visit");
  EXPECT_EQ(source.read("Practitioner?identifier=urn:npi|77", "anna")->at("id"), "p77");
  EXPECT_EQ(source.read("Practitioner/p77", "anna")->at("id"), "p77");
  EXPECT_FALSE(source.read("Encounter/never-exported", "anna"));
  EXPECT_FALSE(source.read("Condition/berta-diabetes", "anna"));
}

TEST_F(IndexSourceTest, takes_no_resource_without_an_id_for_a_reference_without_one) {
  put("note.json", R"({"resourceType": "Organization", "name": "No id"})");
  (void)index();
  IndexSource source(database());
  EXPECT_FALSE(source.read("the hospital", "anna"));
  EXPECT_FALSE(source.read("", "anna"));
}

TEST_F(IndexSourceTest, finds_what_refers_to_a_resource) {
  const IndexSource source(database());
  EXPECT_THAT(source.referring("Encounter/anna-visit", "anna"),
              ElementsAre("Condition/anna-diabetes"));
  EXPECT_THAT(source.referring("Practitioner/p77", "anna"),
              ElementsAre("MedicationRequest/anna-metformin"));
}

TEST_F(IndexSourceTest, lists_patients_also_by_code) {
  const IndexSource source(database());
  const auto all = source.patients("", 0, 10);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].id, "anna");
  EXPECT_EQ(all[0].gender, "female");
  EXPECT_EQ(all[0].resources, 8U);
  EXPECT_EQ(source.patients("44054006", 0, 10).size(), 2U);
  EXPECT_EQ(source.patients("no-such-code", 0, 10).size(), 0U);
  EXPECT_EQ(source.patients("", 1, 10).size(), 1U);
}

TEST_F(IndexSourceTest, says_which_file_has_changed_since) {
  IndexSource source(database());
  put("anna.json", small_bundle("anna").dump());
  try {
    (void)source.search({"anna", "Condition", {}, "", "", 10});
    FAIL() << "a stale index was read";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::io);
    EXPECT_THAT(error.what(), HasSubstr("anna.json: has changed since it was indexed"));
  }
}

TEST_F(IndexSourceTest, refuses_unknown_patients_and_dates) {
  IndexSource source(database());
  try {
    (void)source.manifest("nobody");
    FAIL() << "was found";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::not_found);
    EXPECT_EQ(std::string(error.what()).find("nobody"), std::string::npos);
  }
  EXPECT_THROW((void)source.search({"anna", "Observation", {}, "last year", "", 10}), Error);
  EXPECT_THROW((void)source.search({"anna", "Observation", {}, "2020-13", "", 10}), Error);
}

}  // namespace
}  // namespace galen::fhir
