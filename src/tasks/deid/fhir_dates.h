#pragma once
// Dates of FHIR: date, dateTime and instant as text.

#include <string>
#include <string_view>

namespace galen::deid {

/// "2004", "2004-01", "2004-01-19" or the last with a time.
[[nodiscard]] bool is_fhir_date(std::string_view text);

/// The year, 0 when there is none.
[[nodiscard]] int year_of(std::string_view text);
[[nodiscard]] int this_year();

/// Some days earlier; the time of day stays. Of a date without a day, the year alone moves.
[[nodiscard]] std::string shifted_fhir_date(std::string_view text, int days);

}  // namespace galen::deid
