#pragma once
// Uncertainty of areas under ROC curves without resampling: DeLong, DeLong and Clarke-Pearson 1988,
// by midranks (Sun and Xu 2014). Equal to pROC's and MLstatkit's. All give NaN with fewer than two
// rows of a class. Throw as roc_auc.

#include <span>

namespace galen::eval {

struct AucInterval {
  double auc = 0;
  double standard_error = 0;
  double low = 0;  ///< normal, cut to 0 and 1
  double high = 0;
};

/// @param labels 1 positive, 0 negative
/// @param level of the interval, 0 to 1
[[nodiscard]] AucInterval delong_interval(std::span<const int> labels,
                                          std::span<const double> scores, double level = 0.95);

/// Two scores of the same rows.
struct AucDifference {
  double difference = 0;  ///< area of b minus that of a
  double standard_error = 0;
  double z = 0;
  double p = 1;  ///< two-sided
};

[[nodiscard]] AucDifference delong_test(std::span<const int> labels, std::span<const double> a,
                                        std::span<const double> b);

}  // namespace galen::eval
