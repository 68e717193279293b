#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <galen/error.h>
#include <galen/record.h>

#include "io/fhir/collection.h"

namespace galen {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string bundle(const std::string& resources) {
  return R"({"resourceType": "Bundle", "type": "collection", "entry": [)" + resources + "]}";
}

std::string entry(const std::string& resource) {
  return R"({"resource": )" + resource + "}";
}

RecordEvent only_event(const std::string& resource) {
  const Record record = parse_record(resource, "test");
  EXPECT_EQ(record.events.size(), 1U);
  return record.events.empty() ? RecordEvent{} : record.events.front();
}

TEST(Record, PatientLineHoldsNoNameAndNoIdentifier) {
  const Record record = parse_record(R"({"resourceType": "Patient", "id": "p-77",
      "identifier": [{"value": "MRN-1234"}], "name": [{"family": "Brandt", "given": ["Ingrid"]}],
      "gender": "female", "birthDate": "1958-04-17", "deceasedDateTime": "2021-03-02T10:00:00Z"})",
                                     "test");
  EXPECT_EQ(record.patient, "female, born 1958-04-17, died 2021-03-02");
}

TEST(Record, EventsAreSortedByDateUndatedFirstFileOrderWithinADay) {
  const Record record = parse_record(
      bundle(
          entry(
              R"({"resourceType": "Condition", "code": {"text": "B"}, "onsetDateTime": "2020-05-02T23:00:00Z"})") +
          "," +
          entry(
              R"({"resourceType": "Condition", "code": {"text": "C"}, "onsetDateTime": "2020-05-02T01:00:00Z"})") +
          "," +
          entry(
              R"({"resourceType": "Condition", "code": {"text": "A"}, "onsetDateTime": "2019"})") +
          "," + entry(R"({"resourceType": "Condition", "code": {"text": "undated"}})")),
      "test");
  std::vector<std::string> names;
  for (const RecordEvent& event : record.events) names.push_back(event.name);
  EXPECT_THAT(names, ElementsAre("undated", "A", "B", "C"));
}

TEST(Record, ConditionGivesStatusAndEnd) {
  const RecordEvent event = only_event(R"({"resourceType": "Condition",
      "clinicalStatus": {"coding": [{"code": "resolved"}]},
      "verificationStatus": {"coding": [{"code": "provisional"}]},
      "code": {"coding": [{"code": "1", "display": "Pneumonia"}]},
      "onsetDateTime": "2019-01-22", "abatementDateTime": "2019-02-14T00:00:00Z"})");
  EXPECT_EQ(event.text(), "Pneumonia: resolved, provisional, until 2019-02-14");
  EXPECT_EQ(event.date, "2019-01-22");
}

TEST(Record, ObservationGivesValueUnitRangeAndInterpretation) {
  const RecordEvent event = only_event(R"({"resourceType": "Observation", "status": "preliminary",
      "code": {"text": "LDL"}, "valueQuantity": {"value": 192.5, "comparator": ">", "unit": "mg/dL"},
      "interpretation": [{"coding": [{"code": "H", "display": "High"}]}],
      "referenceRange": [{"high": {"value": 100, "unit": "mg/dL"}}]})");
  EXPECT_EQ(event.text(), "LDL: >192.5 mg/dL (High, normal up to 100 mg/dL), preliminary");
}

TEST(Record, ObservationComponentsAreListed) {
  const RecordEvent event = only_event(R"({"resourceType": "Observation", "status": "final",
      "code": {"text": "Blood pressure"}, "component": [
        {"code": {"text": "systolic"}, "valueQuantity": {"value": 131, "unit": "mmHg"}},
        {"code": {"text": "diastolic"}, "dataAbsentReason": {"text": "not measured"}}]})");
  EXPECT_EQ(event.text(),
            "Blood pressure: systolic 131 mmHg, diastolic not available: not measured");
}

TEST(Record, ObservationValuesOfEveryTypeAreRead) {
  const auto value = [](const std::string& json) {
    return only_event(
               R"({"resourceType": "Observation", "status": "final", "code": {"text": "x"}, )" +
               json + "}")
        .detail;
  };
  EXPECT_EQ(value(R"("valueString": "clear")"), "clear");
  EXPECT_EQ(value(R"("valueBoolean": false)"), "no");
  EXPECT_EQ(value(R"("valueInteger": 3)"), "3");
  EXPECT_EQ(value(R"("valueCodeableConcept": {"text": "Ex-smoker"})"), "Ex-smoker");
  EXPECT_EQ(
      value(
          R"("valueRange": {"low": {"value": 1, "unit": "g"}, "high": {"value": 2, "unit": "g"}})"),
      "1 g - 2 g");
  EXPECT_EQ(value(R"("valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 128}})"),
            "1 / 128");
  EXPECT_EQ(value(R"("valueDateTime": "2024-05")"), "2024-05");
  EXPECT_EQ(value(R"("valuePeriod": {"start": "2024", "end": "2025"})"), "2024 to 2025");
}

TEST(Record, PrescriberAndReasonAreResolvedWithinTheBundle) {
  const Record record = parse_record(
      bundle(
          entry(
              R"({"resourceType": "Practitioner", "id": "dr", "name": [{"prefix": ["Dr."], "given": ["Per"], "family": "Lindqvist"}]})") +
          "," + entry(R"({"resourceType": "Condition", "id": "c", "code": {"text": "Diabetes"}})") +
          "," +
          entry(
              R"({"resourceType": "MedicationRequest", "status": "active", "authoredOn": "2016-09-05",
               "contained": [{"resourceType": "Medication", "id": "m", "code": {"text": "metformin"}}],
               "medicationReference": {"reference": "#m"},
               "requester": {"reference": "http://server/fhir/Practitioner/dr/_history/2"},
               "reasonReference": [{"reference": "Condition/c"}],
               "dosageInstruction": [{"timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}},
                 "doseAndRate": [{"doseQuantity": {"value": 500, "unit": "mg"}}]}]})")),
      "test");
  ASSERT_EQ(record.events.size(), 2U);
  EXPECT_EQ(record.events[1].text(),
            "metformin: active, prescribed by Dr. Per Lindqvist, for Diabetes, 500 mg 2 per 1 d");
}

TEST(Record, FullUrlsResolve) {
  const Record record = parse_record(
      R"({"resourceType": "Bundle", "type": "transaction", "entry": [
        {"fullUrl": "urn:uuid:1", "resource": {"resourceType": "Medication", "code": {"text": "aspirin"}}},
        {"resource": {"resourceType": "MedicationAdministration", "status": "completed",
          "medicationReference": {"reference": "urn:uuid:1"}}}]})",
      "test");
  ASSERT_EQ(record.events.size(), 1U);
  EXPECT_EQ(record.events[0].name, "aspirin");
}

TEST(Record, PatientsNameIsNotTakenFromAReference) {
  const Record record = parse_record(
      bundle(
          entry(R"({"resourceType": "Patient", "id": "p", "name": [{"family": "Brandt"}]})") + "," +
          entry(
              R"({"resourceType": "CareTeam", "status": "active", "subject": {"reference": "Patient/p", "display": "Ingrid Brandt"},
               "participant": [{"member": {"reference": "Patient/p", "display": "Ingrid Brandt"}}, {"member": {"display": "Dr. Okafor"}}]})")),
      "test");
  ASSERT_EQ(record.events.size(), 1U);
  EXPECT_EQ(record.events[0].text(), "Care team: active, Dr. Okafor");
}

TEST(Record, ReportAndDocumentTextsAreDecoded) {
  const Record record = parse_record(
      bundle(
          entry(
              R"({"resourceType": "DiagnosticReport", "status": "final", "code": {"text": "Chest X-ray"}, "conclusion": "Clear\nlungs.",
               "presentedForm": [{"contentType": "text/plain", "data": "Tm8gZWZmdXNpb24u"}, {"contentType": "application/pdf", "data": "JVBERg=="}]})") +
          "," + entry(R"({"resourceType": "DocumentReference", "type": {"text": "Note"},
               "content": [{"attachment": {"contentType": "text/plain; charset=utf-8", "data": "RmVlbHMgd2VsbC4="}}]})")),
      "test");
  ASSERT_EQ(record.events.size(), 2U);
  EXPECT_EQ(record.events[0].text(), "Chest X-ray: Clear lungs.");
  EXPECT_EQ(record.events[0].note, "No effusion.");
  EXPECT_EQ(record.events[1].note, "Feels well.");
}

TEST(Record, ResourcesEnteredInErrorAreSkipped) {
  const Record record = parse_record(
      bundle(
          entry(
              R"({"resourceType": "Observation", "status": "entered-in-error", "code": {"text": "x"}})") +
          "," + entry(R"({"resourceType": "AllergyIntolerance", "code": {"text": "y"},
               "verificationStatus": {"coding": [{"code": "entered-in-error"}]}})") +
          "," + entry(R"({"resourceType": "Claim", "id": "1"})")),
      "test");
  EXPECT_TRUE(record.events.empty());
  EXPECT_EQ(record.skipped, 3U);
  EXPECT_EQ(record.resources, 3U);
}

TEST(Record, ARepeatedResourceCountsOnce) {
  const std::string condition =
      entry(R"({"resourceType": "Condition", "id": "c", "code": {"text": "Asthma"}})");
  EXPECT_EQ(parse_record(bundle(condition + "," + condition), "test").events.size(), 1U);
}

TEST(Record, ControlCharactersAreReplaced) {
  EXPECT_EQ(only_event(R"({"resourceType": "Condition", "code": {"text": "a\u001b[2Jb"}})").name,
            "a [2Jb");
}

TEST(Record, NdjsonAndFolderGiveTheSameAsABundle) {
  const fs::path folder = fs::path(testing::TempDir()) / "galen_record_folder";
  fs::create_directories(folder);
  std::ofstream(folder / "Condition.ndjson")
      << R"({"resourceType": "Condition", "id": "1", "code": {"text": "A"}, "subject": {"reference": "Patient/p"}})"
      << "\n\n"
      << R"({"resourceType": "Condition", "id": "2", "code": {"text": "B"}, "subject": {"reference": "Patient/p"}})"
      << "\n";
  std::ofstream(folder / "Patient.json")
      << "\xEF\xBB\xBF"
      << R"({"resourceType": "Patient", "id": "p", "gender": "male"})";
  std::ofstream(folder / "notes.txt") << "not FHIR";
  const Record record = open_record(folder);
  EXPECT_EQ(record.patient, "male");
  EXPECT_EQ(record.events.size(), 2U);
  EXPECT_EQ(record.resources, 3U);
  fs::remove_all(folder);
}

TEST(Record, DemoRecordIsRead) {
  const Record record = open_record(GALEN_SOURCE_DIR "/demo/record.json");
  EXPECT_EQ(record.patient, "female, born 1958-04-17");
  const std::string text = condensed_text(record, 20'000);
  EXPECT_THAT(text, HasSubstr("metformin hydrochloride 500 MG Oral Tablet: 2016-09-05 active, "
                              "prescribed by Dr. Per Lindqvist"));
  EXPECT_THAT(text, Not(HasSubstr("Ingrid")));
  EXPECT_THAT(text, Not(HasSubstr("Left out")));
}

TEST(IsFhir, LooksAtTheContent) {
  EXPECT_TRUE(fhir::is_fhir("\xEF\xBB\xBF {\n \"resourceType\": \"Bundle\","));
  EXPECT_TRUE(fhir::is_fhir(R"({"id": "1", "resourceType": "Patient"})"));
  EXPECT_FALSE(fhir::is_fhir(R"({"type": "FeatureCollection"})"));
  EXPECT_FALSE(fhir::is_fhir(R"("resourceType")"));
  EXPECT_FALSE(fhir::is_fhir(""));
}

}  // namespace
}  // namespace galen
