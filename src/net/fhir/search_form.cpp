#include "net/fhir/search_form.h"

#include <algorithm>
#include <array>

namespace galen::net {
namespace {

// A type without a date here may have a parameter for one of its dates, as Condition's onset-date:
// a server would leave out what is dated in another way (recorded, planned), and Galen dates it so.
constexpr std::array kForms{
    SearchForm{"AllergyIntolerance", "", ""},
    SearchForm{"CarePlan", "", ""},
    SearchForm{"CareTeam", "date", ""},
    SearchForm{"Condition", "", ""},
    SearchForm{"Device", "", ""},
    SearchForm{"DiagnosticReport", "date", ""},
    SearchForm{"DocumentReference", "date", ""},
    SearchForm{"Encounter", "date", ""},
    SearchForm{"FamilyMemberHistory", "date", ""},
    SearchForm{"Goal", "", ""},
    SearchForm{"ImagingStudy", "started", ""},
    SearchForm{"Immunization", "date", ""},
    SearchForm{"MedicationAdministration", "effective-time", "MedicationAdministration:medication"},
    SearchForm{"MedicationDispense", "whenhandedover", "MedicationDispense:medication"},
    SearchForm{"MedicationRequest", "authoredon", "MedicationRequest:medication"},
    SearchForm{"MedicationStatement", "effective", "MedicationStatement:medication"},
    SearchForm{"Observation", "date", ""},
    SearchForm{"Procedure", "date", ""},
    SearchForm{"ServiceRequest", "", ""},
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
