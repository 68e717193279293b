#include "net/fhir/search_form.h"

#include <algorithm>
#include <array>

namespace galen::net {
namespace {

constexpr std::array kForms{
    SearchForm{"AllergyIntolerance", "date", ""},
    SearchForm{"CarePlan", "date", ""},
    SearchForm{"CareTeam", "date", ""},
    SearchForm{"Condition", "onset-date", ""},
    SearchForm{"Device", "", ""},
    SearchForm{"DiagnosticReport", "date", ""},
    SearchForm{"DocumentReference", "date", ""},
    SearchForm{"Encounter", "date", ""},
    SearchForm{"FamilyMemberHistory", "date", ""},
    SearchForm{"Goal", "start-date", ""},
    SearchForm{"ImagingStudy", "started", ""},
    SearchForm{"Immunization", "date", ""},
    SearchForm{"MedicationAdministration", "effective-time", "MedicationAdministration:medication"},
    SearchForm{"MedicationDispense", "whenhandedover", "MedicationDispense:medication"},
    SearchForm{"MedicationRequest", "authoredon", "MedicationRequest:medication"},
    SearchForm{"MedicationStatement", "effective", "MedicationStatement:medication"},
    SearchForm{"Observation", "date", ""},
    SearchForm{"Procedure", "date", ""},
    SearchForm{"ServiceRequest", "authored", ""},
};

}  // namespace

std::span<const SearchForm> search_forms() {
  return kForms;
}

const SearchForm* search_form(std::string_view type) {
  const auto* const found = std::find_if(kForms.begin(), kForms.end(),
                                         [&](const SearchForm& form) { return form.type == type; });
  return found == kForms.end() ? nullptr : found;
}

}  // namespace galen::net
