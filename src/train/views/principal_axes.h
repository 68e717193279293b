#pragma once

#include <array>
#include <vector>

namespace galen::train {

/// The unit eigenvectors of the two largest eigenvalues of the covariance of at least two points,
/// largest first. Their signs are arbitrary.
[[nodiscard]] std::array<std::array<double, 3>, 2> principal_axes(
    const std::vector<std::array<double, 3>>& points);

}  // namespace galen::train
