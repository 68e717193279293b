#pragma once

#include <string>
#include <string_view>

namespace galen::tasks {

/// The value of an expression, as text: numbers, + - * / ^ and brackets; round(x, digits), sqrt,
/// abs, min, max, mean, sum, count of lists; days(a, b), months(a, b) and years(a, b), whole units
/// from one date (YYYY, YYYY-MM or YYYY-MM-DD) to another. Integers come without a point. Throws
/// invalid_argument for what cannot be calculated.
[[nodiscard]] std::string calculate(std::string_view expression);

}  // namespace galen::tasks
