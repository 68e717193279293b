#pragma once

#include <map>
#include <string>
#include <vector>

#include "train/finetune/finetune.h"

namespace galen::train {

/// What a classifier said about a set of pictures.
struct Predictions {
  int classes = 0;
  bool multi_label = false;
  std::vector<double> scores;       ///< rows x classes: probabilities
  std::vector<int> truth;           ///< rows, or with several labels rows x classes of 0 and 1
  std::vector<std::string> groups;  ///< rows
  std::vector<std::string> names;   ///< rows
};

/// Macro area under the ROC curve of the classes that occur; NaN when none does.
[[nodiscard]] double macro_auc(const Predictions& predictions);

/// "auc", and one label: "balanced_accuracy", "f1"; several labels: "average_precision" (macro) and
/// "auc.CLASS" of each class; with intervals over groups.
[[nodiscard]] std::map<std::string, Measured> measure(const Predictions& predictions,
                                                      const std::vector<std::string>& class_names,
                                                      std::uint64_t seed);

}  // namespace galen::train
