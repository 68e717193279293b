#pragma once
// FHIR R4 datatypes in words (hl7.org/fhir/R4/datatypes.html).

#include <string>
#include <vector>

#include "io/fhir/collection.h"
#include "io/fhir/field.h"

namespace galen::fhir {

/// A CodeableConcept: its text, else the first display, else the first code.
[[nodiscard]] std::string concept_text(const Field& field);
/// The concepts of an array, joined by ", ".
[[nodiscard]] std::string concepts_text(const Field& array);
/// The code of a CodeableConcept's first coding, e.g. "active".
[[nodiscard]] std::string concept_code(const Field& field);
/// "7.2 %", "<5 mg", with the unit as written.
[[nodiscard]] std::string quantity_text(const Field& field);
/// "10 - 20 mg".
[[nodiscard]] std::string range_text(const Field& field);
/// The value[x] of `owner` whose names begin with `stem` ("value"): any type an Observation may
/// have.
[[nodiscard]] std::string choice_text(const Field& owner, const std::string& stem);
/// The first date among `<stem>DateTime`, `<stem>Date`, `<stem>Period.start`, `<stem>Instant`.
[[nodiscard]] std::string choice_date(const Field& owner, const std::string& stem);
/// "Tablet once daily": the sentence of a Dosage, or one made of dose and timing.
[[nodiscard]] std::string dosage_text(const Field& field);
/// The plain text of an Attachment of type text/*; empty for other types. Throws malformed when it
/// is not base64 or not UTF-8.
[[nodiscard]] std::string attachment_text(const Field& field);
/// What a Reference means to a reader: its display, else the name or code of the resource meant,
/// which may be contained in `owner`. Never the name of a patient.
[[nodiscard]] std::string reference_text(const Field& field, const Field& owner,
                                         const Collection& collection);
/// The references of an array, joined by ", ".
[[nodiscard]] std::string references_text(const Field& array, const Field& owner,
                                          const Collection& collection);
/// Non-empty parts joined.
[[nodiscard]] std::string joined(const std::vector<std::string>& parts,
                                 const std::string& separator);

}  // namespace galen::fhir
