#pragma once
// Made-up records of a few resources, for tests.

#include <string>

#include "base/json.h"

namespace galen::fhir {

inline Json coded(const std::string& system, const std::string& code, const std::string& display) {
  return {{"coding", {{{"system", system}, {"code", code}, {"display", display}}}},
          {"text", display}};
}

/// A Bundle of one patient: two conditions, three HbA1c values, a prescription by a practitioner
/// who stands in another file, and a reference that dangles.
inline Json small_bundle(const std::string& patient) {
  const std::string loinc = "http://loinc.org";
  const Json subject{{"reference", "urn:uuid:" + patient}};
  Json entries = Json::array();
  const auto add = [&](Json resource) {
    const std::string url = "urn:uuid:" + resource.at("id").get<std::string>();
    entries.push_back({{"fullUrl", url}, {"resource", std::move(resource)}});
  };
  add({{"resourceType", "Patient"},
       {"id", patient},
       {"birthDate", "1960-05-01"},
       {"gender", "female"}});
  add({{"resourceType", "Encounter"},
       {"id", patient + "-visit"},
       {"status", "finished"},
       {"class", {{"code", "AMB"}}},
       {"subject", subject},
       {"period", {{"start", "2020-01-02T10:00:00Z"}}}});
  add({{"resourceType", "Condition"},
       {"id", patient + "-diabetes"},
       {"clinicalStatus",
        coded("http://terminology.hl7.org/CodeSystem/condition-clinical", "active", "Active")},
       {"code", coded("http://snomed.info/sct", "44054006", "Diabetes mellitus type 2")},
       {"subject", subject},
       {"encounter", {{"reference", "urn:uuid:" + patient + "-visit"}}},
       {"onsetDateTime", "2015-03-01"}});
  add({{"resourceType", "Condition"},
       {"id", patient + "-gone"},
       {"code", coded("http://snomed.info/sct", "10509002", "Acute bronchitis")},
       {"subject", subject},
       {"encounter", {{"reference", "Encounter/never-exported"}}},
       {"onsetDateTime", "2019-01-05"}});
  const std::pair<const char*, double> values[] = {
      {"2018-04-01", 8.1}, {"2019-04-01", 7.4}, {"2020-04-01", 6.9}};
  for (const auto& [date, value] : values) {
    add({{"resourceType", "Observation"},
         {"id", patient + "-hba1c-" + std::string(date).substr(0, 4)},
         {"status", "final"},
         {"category",
          {coded("http://terminology.hl7.org/CodeSystem/observation-category", "laboratory",
                 "Laboratory")}},
         {"code", coded(loinc, "4548-4", "Hemoglobin A1c")},
         {"subject", subject},
         {"effectiveDateTime", std::string(date) + "T08:00:00Z"},
         {"valueQuantity", {{"value", value}, {"unit", "%"}}}});
  }
  add({{"resourceType", "MedicationRequest"},
       {"id", patient + "-metformin"},
       {"status", "active"},
       {"intent", "order"},
       {"medicationCodeableConcept",
        coded("http://www.nlm.nih.gov/research/umls/rxnorm", "860975", "Metformin 500 MG")},
       {"subject", subject},
       {"authoredOn", "2015-03-02"},
       {"requester", {{"reference", "Practitioner?identifier=urn:npi|77"}}}});
  return {{"resourceType", "Bundle"}, {"type", "transaction"}, {"entry", std::move(entries)}};
}

inline Json practitioner_bundle() {
  return {{"resourceType", "Bundle"},
          {"type", "batch"},
          {"entry",
           {{{"resource",
              {{"resourceType", "Practitioner"},
               {"id", "p77"},
               {"identifier", {{{"system", "urn:npi"}, {"value", "77"}}}},
               {"name", {{{"family", "Weber"}}}}}}}}}};
}

}  // namespace galen::fhir
