#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "eval/metrics/bootstrap.h"
#include "train/mil/bags.h"
#include "train/probe/matrix.h"

namespace galen::train {

/// The outputs of test bags, each from the model of the fold that tested it.
struct BagPredictions {
  std::vector<std::size_t> bags;  ///< indices into BagList::bags
  std::vector<int> folds;
  Matrix outputs;  ///< bags.size() x classes, or x 1

  void append(int fold, const std::vector<std::size_t>& tested, const Matrix& predicted);
};

/// Metrics with intervals of a bootstrap over groups. Classification: as train/probe's evaluate().
/// Regression: "mae", "rmse", "r2", "pearson". Survival: "c_index", the mean over folds, since
/// risks of different models do not compare.
[[nodiscard]] OrderedJson report_bags(const BagPredictions& predictions, const BagList& list,
                                      MilTask task, const eval::BootstrapOptions& bootstrap);

/// One line a bag: slide, group, fold, the truth, the prediction.
void save_bag_predictions(const std::filesystem::path& path, const BagPredictions& predictions,
                          const BagList& list, MilTask task);

}  // namespace galen::train
