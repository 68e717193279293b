#pragma once

#include <span>

namespace galen::eval {

/// Harrell's concordance index for right-censored times: of the comparable pairs, the share in
/// which the one with the higher risk has the event first; equal risks count half. A pair is
/// comparable when the earlier time is an event, or when the times are equal and only one is an
/// event (that one then counts as earlier), as in scikit-survival. NaN without comparable pairs.
/// Time grows with the square of the number of subjects.
/// @param events 1 event, 0 censored
/// @throws Error invalid_argument for sizes that differ
[[nodiscard]] double concordance_index(std::span<const double> times, std::span<const int> events,
                                       std::span<const double> risks);

}  // namespace galen::eval
