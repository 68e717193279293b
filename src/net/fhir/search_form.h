#pragma once

#include <span>
#include <string>
#include <string_view>

namespace galen::net {

/// How FHIR R4 searches one resource type of a patient.
struct SearchForm {
  std::string_view type;
  std::string_view date;     ///< search parameter of the date the index goes by; empty = none
  std::string_view include;  ///< of what it cannot be understood without; empty = none
};

/// The types that say something about a patient (hl7.org/fhir/R4: each type's search parameters).
[[nodiscard]] std::span<const SearchForm> search_forms();
/// Null for a type that is not in the list.
[[nodiscard]] const SearchForm* search_form(std::string_view type);

}  // namespace galen::net
