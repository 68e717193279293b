#pragma once

#include <span>

namespace galen::eval {

/// Of predicted against true values of the same number. Each is NaN without rows.
/// @throws Error invalid_argument for sizes that differ
[[nodiscard]] double mean_absolute_error(std::span<const double> truth,
                                         std::span<const double> predicted);
[[nodiscard]] double root_mean_squared_error(std::span<const double> truth,
                                             std::span<const double> predicted);
/// Coefficient of determination, 1 - residual / total sum of squares; NaN for constant truth.
[[nodiscard]] double r_squared(std::span<const double> truth, std::span<const double> predicted);
/// Pearson's correlation; NaN when either side is constant.
[[nodiscard]] double pearson(std::span<const double> truth, std::span<const double> predicted);

}  // namespace galen::eval
