#include "tasks/ehr/resource_view.h"

#include <gmock/gmock.h>

#include "tasks/ehr/citations.h"

namespace galen::tasks {
namespace {

using testing::ElementsAre;

TEST(ResourceViewTest, shows_what_a_model_needs_and_no_names) {
  const Json resource = Json::parse(R"({
    "resourceType": "Condition", "id": "1", "meta": {"profile": ["x"]}, "text": {"div": "Jane"},
    "subject": {"reference": "Patient/1", "display": "Jane Roe"}, "extension": [],
    "code": {"coding": [{"system": "http://snomed.info/sct", "code": "38341003", "display": "Hypertension"}],
             "text": "Hypertension"},
    "onsetDateTime": "2001-02-03",
    "component": [{"code": {"text": "Systolic"}, "valueQuantity": {"value": 120, "unit": "mmHg",
                   "system": "http://unitsofmeasure.org", "code": "mm[Hg]"}}]})");
  const std::string text = shown_resource(resource).dump();
  EXPECT_THAT(text, testing::HasSubstr(R"x("code":"Hypertension (38341003)")x"));
  EXPECT_THAT(text, testing::HasSubstr(R"("value":120)"));
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("Jane")));
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("profile")));
}

TEST(ResourceViewTest, decodes_notes_and_names_other_attachments) {
  const Json resource = Json::parse(R"({"content": [
    {"attachment": {"contentType": "text/plain; charset=utf-8", "data": "Tm90ZQ=="}},
    {"attachment": {"contentType": "application/pdf", "data": "Tm90ZQ=="}}]})");
  const Json shown = shown_resource(resource);
  EXPECT_EQ(shown.at("content").at(0).at("attachment"), "Note");
  EXPECT_EQ(shown.at("content").at(1).at("attachment"), "application/pdf, not shown");
}

TEST(ResourceViewTest, lists_references_with_what_they_are) {
  const Json resource = Json::parse(R"({"resourceType": "MedicationRequest", "id": "3",
    "requester": {"reference": "Practitioner/7", "display": "Dr. Weber"},
    "reasonReference": [{"reference": "#inside"}]})");
  const auto seen = references_in(resource);
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].reference, "Practitioner/7");
  EXPECT_EQ(seen[0].about, "requester of MedicationRequest/3, Dr. Weber");
}

TEST(PatientLineTest, tells_sex_age_and_death) {
  EXPECT_EQ(patient_line({{"gender", "male"}, {"birthDate", "2000-06-01"}}, "2020-05-31"),
            "male, born 2000-06-01, 19 years old");
  EXPECT_EQ(
      patient_line(
          {{"gender", "male"}, {"birthDate", "1950"}, {"deceasedDateTime", "2001-01-01T00:00:00Z"}},
          "2020-05-31"),
      "male, born 1950, died 2001-01-01");
  EXPECT_EQ(patient_line({{"gender", "male"}, {"birthDate", "1950"}}, "2020-05-31"),
            "male, born 1950, about 70 years old");
  EXPECT_EQ(patient_line(Json::object(), "2020-05-31"), "sex not recorded");
}

TEST(CitationsTest, are_found_once_each) {
  EXPECT_THAT(
      citations_in("Yes [Condition/a-1], [Observation/2; Observation/3]. See Condition/a-1."),
      ElementsAre("Condition/a-1", "Observation/2", "Observation/3"));
  EXPECT_THAT(citations_in("**Goal/1**, `Device/2`, \"Claim/3\" of http://host/fhir/List/4"),
              ElementsAre("Goal/1", "Device/2", "Claim/3"));
  EXPECT_TRUE(citations_in("120/80 mmHg, and/or, Present/Absent").empty());
}

}  // namespace
}  // namespace galen::tasks
