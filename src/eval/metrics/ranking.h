#pragma once
// Metrics of ranked scores, equal to scikit-learn's. All give NaN where a class is absent, so that
// a bootstrap can skip such a resample. Throw invalid_argument for sizes that do not agree, labels
// out of range and scores that are not finite.

#include <span>

namespace galen::eval {

enum class Average { macro, weighted };

/// Area under the ROC curve; tied scores count half (Mann-Whitney).
/// @param labels 1 positive, 0 negative
[[nodiscard]] double roc_auc(std::span<const int> labels, std::span<const double> scores);

/// Mean of the classes' one-vs-rest areas: plain, or weighted by the classes' frequency.
/// @param labels 0 .. classes - 1
/// @param scores labels.size() x classes
[[nodiscard]] double roc_auc_ovr(std::span<const int> labels, std::span<const double> scores,
                                 int classes, Average average = Average::macro);

/// Sum of precision times the step of recall, over the distinct scores from high to low.
[[nodiscard]] double average_precision(std::span<const int> labels, std::span<const double> scores);

struct OperatingPoint {
  double threshold = 0;  ///< positive where score >= threshold; infinite: never positive
  double sensitivity = 0;
  double specificity = 0;
};

/// The point of the ROC curve with the largest sensitivity + specificity - 1 (Youden's J); of equal
/// ones that of the highest threshold.
[[nodiscard]] OperatingPoint youden_point(std::span<const int> labels,
                                          std::span<const double> scores);

}  // namespace galen::eval
