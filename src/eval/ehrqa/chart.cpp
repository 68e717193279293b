#include "eval/ehrqa/chart.h"

#include <algorithm>
#include <charconv>

#include "base/raise.h"
#include "io/fhir/collection.h"
#include "io/fhir/datatype.h"

namespace galen::eval {
namespace {

using fhir::Collection;
using fhir::Field;
using fhir::Resource;

std::string day_of(const std::string& date) {
  return date.size() < 10 ? std::string() : date.substr(0, 10);
}

std::string name_of(const Resource& resource) {
  return resource.type + "/" + resource.fields["id"].text();
}

bool is_entered_in_error(const Field& f) {
  return f["status"].text() == "entered-in-error" ||
         fhir::concept_code(f["verificationStatus"]) == "entered-in-error";
}

std::string medication_name(const Field& f, const Collection& all) {
  const std::string name = fhir::concept_text(f["medicationCodeableConcept"]);
  return name.empty() ? fhir::reference_text(f["medicationReference"], f, all) : name;
}

std::string reason_of(const Field& f, const Collection& all) {
  const std::string reason = fhir::concepts_text(f["reasonCode"]);
  return reason.empty() ? fhir::references_text(f["reasonReference"], f, all) : reason;
}

/// A reading, when it is a number.
void add_number(const Field& f, const Field& observation, const std::string& reference,
                Chart& chart) {
  const Field quantity = f["valueQuantity"];
  ObservationFact fact;
  fact.name = fhir::concept_text(f["code"]);
  fact.date = day_of(fhir::choice_date(observation, "effective"));
  fact.number = quantity["value"].number();
  const char* const end = fact.number.data() + fact.number.size();
  const bool is_number =
      !fact.number.empty() && std::from_chars(fact.number.data(), end, fact.value).ptr == end;
  if (!is_number || fact.name.empty() || fact.date.empty()) return;
  fact.unit = quantity["unit"].text();
  fact.encounter = observation["encounter"]["reference"].text();
  fact.reference = reference;
  chart.observations.push_back(std::move(fact));
}

void add_resource(const Resource& resource, const Collection& all, Chart& chart) {
  const Field& f = resource.fields;
  const std::string reference = name_of(resource);
  if (is_entered_in_error(f)) return;
  if (resource.type == "Patient") {
    chart.patient = f["id"].text();
  } else if (resource.type == "Condition") {
    ConditionFact fact{fhir::concept_text(f["code"]), day_of(fhir::choice_date(f, "onset")),
                       fhir::concept_code(f["clinicalStatus"]) == "active",
                       f["encounter"]["reference"].text(), reference};
    if (!fact.name.empty() && !fact.onset.empty()) chart.conditions.push_back(std::move(fact));
  } else if (resource.type == "Immunization") {
    ImmunizationFact fact{fhir::concept_text(f["vaccineCode"]),
                          day_of(fhir::choice_date(f, "occurrence")), reference};
    const bool was_given = f["status"].text() != "not-done";
    if (was_given && !fact.name.empty() && !fact.date.empty())
      chart.immunizations.push_back(std::move(fact));
  } else if (resource.type == "MedicationRequest") {
    MedicationFact fact{medication_name(f, all),
                        day_of(f["authoredOn"].date()),
                        f["status"].text() == "active",
                        fhir::reference_text(f["requester"], f, all),
                        reason_of(f, all),
                        reference};
    if (!fact.name.empty() && !fact.date.empty()) chart.medications.push_back(std::move(fact));
  } else if (resource.type == "Observation") {
    add_number(f, f, reference, chart);
    for (const Field& component : f["component"].items())
      add_number(component, f, reference, chart);
  }
}

template <typename Fact>
void sort_by(std::vector<Fact>& facts, std::string Fact::*date) {
  std::stable_sort(facts.begin(), facts.end(),
                   [&](const Fact& a, const Fact& b) { return a.*date < b.*date; });
}

}  // namespace

Chart read_chart(const std::filesystem::path& file) {
  Collection all;
  all.add_path(file);
  Chart chart;
  chart.file = file;
  for (const Resource& resource : all.resources()) add_resource(resource, all, chart);
  if (chart.patient.empty())
    raise(ErrorKind::unsupported, "{}: holds no Patient", file.filename().string());
  sort_by(chart.conditions, &ConditionFact::onset);
  sort_by(chart.immunizations, &ImmunizationFact::date);
  sort_by(chart.medications, &MedicationFact::date);
  sort_by(chart.observations, &ObservationFact::date);
  return chart;
}

}  // namespace galen::eval
