#pragma once
// How well probabilities state their own certainty.

#include <span>

namespace galen::eval {

/// Mean squared distance of the probabilities from the truth (scikit-learn's brier_score_loss):
/// the positive class's for two classes, summed over the classes for more.
/// @param labels 0 .. classes - 1
/// @param probabilities labels.size() x classes
[[nodiscard]] double brier_score(std::span<const int> labels, std::span<const double> probabilities,
                                 int classes);

/// Expected calibration error (Guo et al. 2017): the mean gap between confidence and accuracy of
/// the most probable class, over `bins` equal intervals (low, high], weighted by their counts.
[[nodiscard]] double calibration_error(std::span<const int> labels,
                                       std::span<const double> probabilities, int classes,
                                       int bins = 15);

}  // namespace galen::eval
