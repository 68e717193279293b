#include "train/probe/logistic.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "train/probe/lbfgs.h"

namespace galen::train {
namespace {

/// Outputs of one row: weights (outputs x columns, then the intercepts) times the row.
void scores_of(std::span<const double> parameters, std::span<const double> row,
               std::span<double> scores) {
  const std::size_t columns = row.size();
  for (std::size_t k = 0; k < scores.size(); ++k) {
    scores[k] = dot(parameters.subspan(k * columns, columns), row) +
                parameters[scores.size() * columns + k];
  }
}

double sigmoid(double score) {
  return 1 / (1 + std::exp(-score));
}

/// Scores to probabilities, in place; gives the log of the sum that they were divided by.
double softmax(std::span<double> scores) {
  const double largest = *std::max_element(scores.begin(), scores.end());
  double sum = 0;
  for (double& score : scores) sum += score = std::exp(score - largest);
  for (double& score : scores) score /= sum;
  return largest + std::log(sum);
}

/// The loss of one row; turns the scores into the loss's derivative by them.
double softmax_loss(std::span<double> scores, int label) {
  const double own = scores[static_cast<std::size_t>(label)];
  const double loss = softmax(scores) - own;
  scores[static_cast<std::size_t>(label)] -= 1;
  return loss;
}

double binary_loss(double& score, bool is_positive) {
  const double margin = is_positive ? score : -score;
  const double loss = std::log1p(std::exp(-std::abs(margin))) + std::max(0.0, -margin);
  score = sigmoid(score) - (is_positive ? 1 : 0);
  return loss;
}

/// The mean loss plus the penalty, and its gradient, of `outputs` outputs over all rows.
struct Problem {
  const Matrix& features;
  std::span<const int> labels;
  std::size_t outputs = 1;
  int positive = 1;  ///< the class of a single output
  double penalty = 0;

  double operator()(std::span<const double> at, std::span<double> gradient) const {
    const std::size_t columns = features.columns;
    const double share = 1 / static_cast<double>(features.rows);
    std::fill(gradient.begin(), gradient.end(), 0.0);
    std::vector<double> scores(outputs);
    double loss = 0;
    for (std::size_t r = 0; r < features.rows; ++r) {
      const auto row = features.row(r);
      scores_of(at, row, scores);
      loss += outputs == 1 ? binary_loss(scores[0], labels[r] == positive)
                           : softmax_loss(scores, labels[r]);
      for (std::size_t k = 0; k < outputs; ++k) {
        add_scaled(share * scores[k], row, gradient.subspan(k * columns, columns));
        gradient[outputs * columns + k] += share * scores[k];
      }
    }
    const auto weights = at.first(outputs * columns);
    add_scaled(penalty, weights, gradient.first(outputs * columns));
    return share * loss + penalty / 2 * dot(weights, weights);
  }
};

/// Solves for outputs `first` .. first + problem.outputs of `model`.
bool solve(const Problem& problem, Logistic& model, std::size_t first,
           const LogisticOptions& options) {
  const auto weights =
      std::span(model.weights.values)
          .subspan(first * model.weights.columns, problem.outputs * model.weights.columns);
  const auto intercepts = std::span(model.intercepts).subspan(first, problem.outputs);
  std::vector<double> at(weights.begin(), weights.end());
  at.insert(at.end(), intercepts.begin(), intercepts.end());
  const Minimum minimum = minimise(
      problem, at, {.tolerance = options.tolerance, .max_iterations = options.max_iterations});
  std::copy_n(at.begin(), weights.size(), weights.begin());
  std::copy_n(at.begin() + static_cast<std::ptrdiff_t>(weights.size()), intercepts.size(),
              intercepts.begin());
  return minimum.converged;
}

}  // namespace

Logistic fit_logistic(const Matrix& features, std::span<const int> labels, int classes,
                      const LogisticOptions& options, const Logistic* start) {
  const std::size_t outputs = classes == 2 ? 1 : static_cast<std::size_t>(classes);
  Logistic model;
  model.weights = Matrix(outputs, features.columns);
  model.intercepts.resize(outputs);
  if (start != nullptr) model = *start;
  model.classes = classes;
  model.one_vs_rest = options.one_vs_rest;
  const double penalty = 1 / (options.c * static_cast<double>(features.rows));
  if (outputs == 1 || !options.one_vs_rest) {
    model.converged = solve({features, labels, outputs, 1, penalty}, model, 0, options);
    return model;
  }
  model.converged = true;
  for (std::size_t k = 0; k < outputs; ++k) {
    const Problem problem{features, labels, 1, static_cast<int>(k), penalty};
    model.converged = solve(problem, model, k, options) && model.converged;
  }
  return model;
}

Matrix Logistic::probabilities(const Matrix& features) const {
  Matrix result(features.rows, static_cast<std::size_t>(classes));
  std::vector<double> scores(weights.rows);
  for (std::size_t r = 0; r < features.rows; ++r) {
    const auto row = result.row(r);
    for (std::size_t k = 0; k < weights.rows; ++k)
      scores[k] = dot(weights.row(k), features.row(r)) + intercepts[k];
    if (classes == 2) {
      row[1] = sigmoid(scores[0]);
      row[0] = sigmoid(-scores[0]);
      continue;
    }
    if (one_vs_rest) {
      for (double& score : scores) score = sigmoid(score);
      const double sum = std::accumulate(scores.begin(), scores.end(), 0.0);
      for (double& score : scores) score /= sum;
    } else {
      softmax(scores);
    }
    std::copy(scores.begin(), scores.end(), row.begin());
  }
  return result;
}

}  // namespace galen::train
