#pragma once

#include <string>

namespace galen::fhir {

/// "2020", "2020-02" and "2020-02-03T10:00:00Z" as a whole day, the first or the last that is
/// meant. Empty stays empty. Throws invalid_argument for what is no FHIR date.
[[nodiscard]] std::string first_day(const std::string& date);
[[nodiscard]] std::string last_day(const std::string& date);

/// A day, counted from 1970-01-01. Throws invalid_argument.
[[nodiscard]] long day_number(const std::string& date);

}  // namespace galen::fhir
