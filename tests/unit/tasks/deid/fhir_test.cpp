#include "tasks/deid/fhir.h"

#include "base/json.h"
#include "study.h"
#include "tasks/deid/fhir_dates.h"

namespace galen::deid {
namespace {

const Pseudonyms kPseudonyms = Pseudonyms::from_key("00112233445566778899aabbccddeeff");

constexpr const char* kBundle = R"({"resourceType": "Bundle", "type": "collection", "entry": [
  {"fullUrl": "urn:uuid:p-17", "resource": {"resourceType": "Patient", "id": "p-17",
    "text": {"status": "generated", "div": "<div>Erika Mustermann</div>"},
    "identifier": [{"system": "http://hospital", "value": "MRN-47110815"}],
    "name": [{"family": "Mustermann", "given": ["Erika"]}],
    "telecom": [{"system": "phone", "value": "555-867-5309"}],
    "gender": "female", "birthDate": "1980-12-31", "photo": [{"data": "AAAA"}],
    "address": [{"line": ["1 Long Street"], "city": "Springfield", "state": "MA",
                 "postalCode": "02139", "country": "US"}],
    "maritalStatus": {"coding": [{"system": "http://m", "code": "M", "display": "Married"}],
                      "text": "Married"},
    "extension": [{"url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race",
                   "extension": [{"url": "ombCategory", "valueCoding": {"system": "urn:x", "code": "2106-3"}}]},
                  {"url": "http://x/mothersMaidenName", "valueString": "Schmidt"}]}},
  {"fullUrl": "urn:uuid:o-1", "resource": {"resourceType": "Observation", "id": "o-1",
    "status": "final", "subject": {"reference": "urn:uuid:p-17", "display": "Erika Mustermann"},
    "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4", "display": "Heart rate"}]},
    "effectiveDateTime": "2004-01-19T10:11:12+01:00", "note": [{"text": "Erika felt well"}],
    "valueQuantity": {"value": 72, "unit": "/min", "system": "http://unitsofmeasure.org", "code": "/min"},
    "performer": [{"reference": "Practitioner?identifier=http://npi|9999"}]}},
  {"resource": {"resourceType": "Condition", "id": "c-1", "subject": {"reference": "Patient/p-17"},
    "onsetAge": {"value": 95, "code": "a", "system": "http://unitsofmeasure.org"}}}]})";

Json done(const DeidProfile& profile = {}, const std::string& text = kBundle) {
  return Json::parse(deidentify_fhir(text, profile, kPseudonyms, "test").text);
}

TEST(DeidFhir, KeepsCodesAndNumbersAndNothingThatNames) {
  const Json bundle = done();
  const Json& patient = bundle["entry"][0]["resource"];
  for (const char* key : {"name", "telecom", "identifier", "text", "photo", "extension"}) {
    EXPECT_FALSE(patient.contains(key)) << key;
  }
  EXPECT_EQ(patient["gender"], "female");
  EXPECT_EQ(patient["birthDate"], "1980");
  EXPECT_EQ(patient["address"][0],
            Json({{"state", "MA"}, {"country", "US"}, {"postalCode", "021"}}));
  EXPECT_EQ(patient["maritalStatus"]["coding"][0]["display"], "Married");
  const Json& observation = bundle["entry"][1]["resource"];
  EXPECT_EQ(observation["effectiveDateTime"], "2004");
  EXPECT_EQ(observation["valueQuantity"]["value"], 72);
  EXPECT_FALSE(observation["subject"].contains("display"));
  EXPECT_FALSE(observation.contains("note"));
  EXPECT_EQ(bundle["entry"][2]["resource"]["onsetAge"]["value"], 90);
  const std::string text = bundle.dump();
  for (const char* left : {"Mustermann", "Erika", "Schmidt", "Long Street", "Springfield", "p-17",
                           "47110815", "555-867", "9999"}) {
    EXPECT_EQ(text.find(left), std::string::npos) << left;
  }
}

TEST(DeidFhir, RemapsReferencesAndIdsAlike) {
  const Json bundle = done();
  const std::string id = bundle["entry"][0]["resource"]["id"];
  EXPECT_EQ(bundle["entry"][0]["fullUrl"], "urn:uuid:" + id);
  EXPECT_EQ(bundle["entry"][1]["resource"]["subject"]["reference"], "urn:uuid:" + id);
  EXPECT_EQ(bundle["entry"][2]["resource"]["subject"]["reference"], "Patient/" + id);
  EXPECT_EQ(id.size(), 36U);
}

TEST(DeidFhir, LeavesNoIdInReferencesToVersionsOperationsAndHosts) {
  const std::string id = done()["entry"][0]["resource"]["id"];
  const auto remapped = [](const std::string& reference) {
    const Json json = {{"resourceType", "Observation"}, {"subject", {{"reference", reference}}}};
    return done({}, json.dump())["subject"]["reference"].get<std::string>();
  };
  EXPECT_EQ(remapped("Patient/p-17/_history/2"), "Patient/" + id);
  EXPECT_EQ(remapped("https://hospital.example/fhir/Patient/p-17/_history/2"), "Patient/" + id);
  for (const char* reference : {"Patient/p-17/$everything", "Patient/p-17?name=erika",
                                "https://p-17/1", "https://hospital.example/p-17/Encounter?x=1"}) {
    EXPECT_EQ(remapped(reference).find("p-17"), std::string::npos) << reference;
    EXPECT_EQ(remapped(reference).find("hospital"), std::string::npos) << reference;
  }
}

TEST(DeidFhir, ShiftsTheDatesOfAVersionedSubjectAlike) {
  DeidProfile profile;
  profile.dates = DeidDates::shift;
  const std::string text =
      R"({"resourceType": "Observation", "subject": {"reference": "Patient/p-17/_history/2"},
          "effectiveDateTime": "2004-01-19"})";
  EXPECT_EQ(done(profile, text)["effectiveDateTime"],
            shifted_fhir_date("2004-01-19", kPseudonyms.days_back("p-17")));
}

TEST(DeidFhir, ShiftsDatesWithTheTimesKept) {
  DeidProfile profile;
  profile.dates = DeidDates::shift;
  profile.retain_patient = true;
  const Json bundle = done(profile);
  const std::string date = bundle["entry"][1]["resource"]["effectiveDateTime"];
  EXPECT_EQ(date, shifted_fhir_date("2004-01-19T10:11:12+01:00", kPseudonyms.days_back("p-17")));
  EXPECT_TRUE(date.ends_with("T10:11:12+01:00"));
  EXPECT_EQ(bundle["entry"][0]["resource"]["extension"].size(), 1U);
}

TEST(DeidFhir, RemovesBirthYearsOfTheVeryOldAndSmallZips) {
  std::string text = kBundle;
  text.replace(text.find("1980-12-31"), 10, "1901-12-31");
  text.replace(text.find("02139"), 5, "03601");
  const Json patient = done({}, text)["entry"][0]["resource"];
  EXPECT_FALSE(patient.contains("birthDate"));
  EXPECT_EQ(patient["address"][0]["postalCode"], "000");
}

TEST(DeidFhir, NamesTheElementThatHoldsWhatIsLeft) {
  std::string text = kBundle;
  text.replace(text.find("\"Heart rate\""), 12, "\"Heart of Mustermann\"");
  try {
    (void)done({}, text);
    FAIL() << "a name is left in a display";
  } catch (const Error& error) {
    const std::string why = error.what();
    EXPECT_NE(why.find("left in display"), std::string::npos) << why;
    EXPECT_EQ(why.find("Mustermann"), std::string::npos);
  }
}

TEST(DeidFhir, ReadsLinesOfResources) {
  const std::string lines =
      "{\"resourceType\":\"Patient\",\"id\":\"a\",\"gender\":\"male\"}\n"
      "{\"resourceType\":\"Patient\",\"id\":\"b\",\"gender\":\"female\"}\n";
  const FhirResult result = deidentify_fhir(lines, {}, kPseudonyms, "test");
  EXPECT_EQ(std::count(result.text.begin(), result.text.end(), '\n'), 2);
  EXPECT_THROW((void)deidentify_fhir("{\"resourceType\":", {}, kPseudonyms, "test"), Error);
}

}  // namespace
}  // namespace galen::deid
