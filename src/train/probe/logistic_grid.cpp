#include "train/probe/logistic_grid.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/parallel.h"
#include "eval/metrics/ranking.h"
#include "train/probe/logistic.h"
#include "train/probe/scaler.h"

namespace galen::train {
namespace {

/// The refit is solved further than the grid's fits, whose scores no longer change.
constexpr double kRefitTolerance = 1e-8;

class ScaledLogistic : public Classifier {
 public:
  ScaledLogistic(Scaler scaler, Logistic model)
      : scaler_(std::move(scaler)), model_(std::move(model)) {}
  [[nodiscard]] Matrix probabilities(const Matrix& features) const override {
    return model_.probabilities(scaler_.apply(features));
  }
  [[nodiscard]] std::vector<std::pair<std::string, Matrix>> tensors() const override {
    return {{"scaler.mean", as_row(scaler_.mean)},
            {"scaler.scale", as_row(scaler_.scale)},
            {"weight", model_.weights},
            {"bias", as_row(model_.intercepts)}};
  }

 private:
  Scaler scaler_;
  Logistic model_;
};

/// One fold's probabilities of its held-out rows, and their AUC, for each C.
struct FoldResult {
  std::vector<Matrix> probabilities;
  std::vector<double> auc;
};

double auc_of(const std::vector<int>& labels, const Matrix& probabilities) {
  return eval::roc_auc_ovr(labels, probabilities.values, static_cast<int>(probabilities.columns));
}

FoldResult try_fold(const TrainingSet& set, const FoldSplit& split, const LogisticGrid& grid) {
  Matrix features = take_rows(set.features, split.train);
  const Scaler scaler = Scaler::fit(features);
  features = scaler.apply(std::move(features));
  const Matrix held_out = scaler.apply(take_rows(set.features, split.held_out));
  const std::vector<int> labels = take(set.labels, split.train);
  const std::vector<int> held_out_labels = take(set.labels, split.held_out);
  FoldResult result;
  Logistic model;
  for (const double c : grid.cs) {
    // The solution for the C before is near, which saves most iterations.
    model = fit_logistic(
        features, labels, set.classes,
        {.c = c, .one_vs_rest = grid.one_vs_rest, .max_iterations = grid.max_iterations},
        result.auc.empty() ? nullptr : &model);
    result.probabilities.push_back(model.probabilities(held_out));
    result.auc.push_back(auc_of(held_out_labels, result.probabilities.back()));
  }
  return result;
}

/// Folds that lack a class have no AUC and do not count.
double mean_auc(const std::vector<FoldResult>& folds, std::size_t c) {
  double sum = 0;
  int count = 0;
  for (const FoldResult& fold : folds) {
    if (std::isnan(fold.auc[c])) continue;
    sum += fold.auc[c];
    ++count;
  }
  return count == 0 ? std::numeric_limits<double>::quiet_NaN() : sum / count;
}

/// The first of all where none has a score.
std::size_t first_best(const std::vector<double>& scores) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < scores.size(); ++i) {
    const bool is_first = std::isnan(scores[best]) && !std::isnan(scores[i]);
    if (is_first || scores[i] > scores[best]) best = i;
  }
  return best;
}

std::vector<double> default_cs() {
  std::vector<double> cs;
  for (int i = 0; i < 10; ++i) cs.push_back(std::pow(10.0, -4.0 + 8.0 * i / 9.0));
  return cs;
}

OrderedJson facts_of(const LogisticGrid& grid, const std::vector<FoldResult>& folds,
                     const std::vector<double>& means, std::size_t best, bool converged) {
  OrderedJson tried = OrderedJson::array();
  for (std::size_t i = 0; i < grid.cs.size(); ++i) {
    OrderedJson by_fold = OrderedJson::array();
    for (const FoldResult& fold : folds) by_fold.push_back(fold.auc[i]);  // NaN is written as null
    tried.push_back({{"C", grid.cs[i]}, {"auc", means[i]}, {"by_fold", by_fold}});
  }
  return {{"multiclass", grid.one_vs_rest ? "one-vs-rest" : "multinomial"},
          {"C", grid.cs[best]},
          {"converged", converged},
          {"grid", tried}};
}

}  // namespace

Trained train_logistic(const TrainingSet& set, const LogisticGrid& wanted) {
  LogisticGrid grid = wanted;
  if (grid.cs.empty()) grid.cs = default_cs();
  std::vector<FoldResult> folds(static_cast<std::size_t>(set.fold_count()));
  std::vector<FoldSplit> splits;
  for (int fold = 0; fold < set.fold_count(); ++fold) splits.push_back(split_fold(set, fold));
  parallel_for(folds.size(), grid.threads,
               [&](std::size_t fold) { folds[fold] = try_fold(set, splits[fold], grid); });
  std::vector<double> means;
  for (std::size_t i = 0; i < grid.cs.size(); ++i) means.push_back(mean_auc(folds, i));
  const std::size_t best = first_best(means);

  Trained trained;
  trained.out_of_fold = Matrix(set.features.rows, static_cast<std::size_t>(set.classes));
  for (std::size_t fold = 0; fold < folds.size(); ++fold) {
    const auto& rows = splits[fold].held_out;
    for (std::size_t i = 0; i < rows.size(); ++i)
      std::ranges::copy(folds[fold].probabilities[best].row(i),
                        trained.out_of_fold.row(rows[i]).begin());
  }
  const Scaler scaler = Scaler::fit(set.features);
  Logistic model = fit_logistic(scaler.apply(set.features), set.labels, set.classes,
                                {.c = grid.cs[best],
                                 .one_vs_rest = grid.one_vs_rest,
                                 .tolerance = kRefitTolerance,
                                 .max_iterations = 10 * grid.max_iterations});
  trained.facts = facts_of(grid, folds, means, best, model.converged);
  trained.classifier = std::make_unique<ScaledLogistic>(scaler, std::move(model));
  return trained;
}

}  // namespace galen::train
