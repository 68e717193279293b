#include "train/probe/knn.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace galen::train {
namespace {

Matrix normalised(Matrix rows) {
  for (std::size_t r = 0; r < rows.rows; ++r) {
    const auto row = rows.row(r);
    const double length = std::sqrt(dot(row, row));
    if (length > 0) {
      for (double& value : row) value /= length;
    }
  }
  return rows;
}

class Knn : public Classifier {
 public:
  Knn(const Matrix& features, std::vector<int> labels, int classes, const KnnOptions& options)
      : known_(normalised(features)),
        labels_(std::move(labels)),
        classes_(static_cast<std::size_t>(classes)),
        k_(std::min(static_cast<std::size_t>(options.k), known_.rows)),
        temperature_(options.temperature) {}

  [[nodiscard]] Matrix probabilities(const Matrix& features) const override {
    const Matrix asked = normalised(features);
    Matrix votes(asked.rows, classes_);
    for (std::size_t r = 0; r < asked.rows; ++r) vote(asked.row(r), votes.row(r));
    return votes;
  }
  [[nodiscard]] std::vector<std::pair<std::string, Matrix>> tensors() const override {
    return {{"features", known_}, {"labels", as_row({labels_.begin(), labels_.end()})}};
  }

 private:
  void vote(std::span<const double> row, std::span<double> votes) const {
    std::vector<double> similarity(known_.rows);
    for (std::size_t i = 0; i < known_.rows; ++i) similarity[i] = dot(known_.row(i), row);
    std::vector<std::size_t> order(known_.rows);
    std::iota(order.begin(), order.end(), 0);
    const auto last = order.begin() + static_cast<std::ptrdiff_t>(k_);
    std::partial_sort(order.begin(), last, order.end(), [&](std::size_t a, std::size_t b) {
      return similarity[a] != similarity[b] ? similarity[a] > similarity[b] : a < b;
    });
    double sum = 0;
    for (auto i = order.begin(); i != last; ++i) {
      // Relative to the nearest, which the division by the sum undoes: nothing overflows.
      const double weight = std::exp((similarity[*i] - similarity[order.front()]) / temperature_);
      votes[static_cast<std::size_t>(labels_[*i])] += weight;
      sum += weight;
    }
    for (double& value : votes) value /= sum;
  }

  Matrix known_;
  std::vector<int> labels_;
  std::size_t classes_;
  std::size_t k_;
  double temperature_;
};

}  // namespace

Trained train_knn(const TrainingSet& set, const KnnOptions& options) {
  Trained trained = fit_and_cross_validate(
      set,
      [&](const Matrix& features, const std::vector<int>& labels) {
        return std::make_unique<Knn>(features, labels, set.classes, options);
      },
      options.threads);
  trained.facts = {{"k", options.k}, {"temperature", options.temperature}};
  return trained;
}

}  // namespace galen::train
