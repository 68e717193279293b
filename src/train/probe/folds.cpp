#include "train/probe/folds.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <random>

#include "base/raise.h"

namespace galen::train {
namespace {

using Counts = std::vector<double>;  ///< rows of each class

double standard_deviation(std::span<const double> values) {
  const auto count = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  double sum = 0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return std::sqrt(sum / count);
}

/// How unlike the folds are: the spread of each class's share over the folds, mean of the classes.
double unevenness(const std::vector<Counts>& folds, const Counts& totals) {
  double sum = 0;
  std::vector<double> shares(folds.size());
  for (std::size_t k = 0; k < totals.size(); ++k) {
    for (std::size_t f = 0; f < folds.size(); ++f) shares[f] = folds[f][k] / totals[k];
    sum += standard_deviation(shares);
  }
  return sum / static_cast<double>(totals.size());
}

void add(Counts& counts, const Counts& more, double sign) {
  for (std::size_t k = 0; k < counts.size(); ++k) counts[k] += sign * more[k];
}

/// Where the group keeps the folds most alike; of equally good folds the one with fewest rows.
std::size_t best_fold(std::vector<Counts>& folds, const Counts& group, const Counts& totals) {
  std::size_t best = 0;
  double least = std::numeric_limits<double>::infinity();
  double rows_of_best = least;
  for (std::size_t f = 0; f < folds.size(); ++f) {
    const double rows = std::accumulate(folds[f].begin(), folds[f].end(), 0.0);
    add(folds[f], group, 1);
    const double spread = unevenness(folds, totals);
    add(folds[f], group, -1);
    // numpy.isclose, which the reference asks
    const bool is_close = std::isfinite(least) && std::abs(spread - least) <= 1e-8 + 1e-5 * least;
    if (spread < least || (is_close && rows < rows_of_best)) {
      best = f;
      least = spread;
      rows_of_best = rows;
    }
  }
  return best;
}

/// Groups with the most uneven classes first; equal ones in name order, or shuffled.
std::vector<std::size_t> order_of(const std::vector<Counts>& groups,
                                  std::optional<std::uint64_t> shuffle_seed) {
  std::vector<std::size_t> order(groups.size());
  std::iota(order.begin(), order.end(), 0);
  if (shuffle_seed) {
    std::mt19937_64 random(*shuffle_seed);
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random() % i]);
  }
  std::vector<double> spread;
  for (const Counts& counts : groups) spread.push_back(standard_deviation(counts));
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return spread[a] > spread[b]; });
  return order;
}

}  // namespace

std::vector<int> stratified_group_folds(std::span<const int> labels,
                                        std::span<const std::string> groups, int folds,
                                        std::optional<std::uint64_t> shuffle_seed) {
  std::map<int, std::size_t> class_index;
  std::map<std::string, std::size_t> group_index;  // in name order, as numpy.unique gives them
  for (const int label : labels) class_index.emplace(label, class_index.size());
  for (const std::string& group : groups) group_index.emplace(group, 0);
  for (std::size_t i = 0; auto& [name, index] : group_index) index = i++;
  if (group_index.size() < static_cast<std::size_t>(folds)) {
    raise(ErrorKind::invalid_argument, "{} folds of {} groups: a fold holds at least one group",
          folds, group_index.size());
  }
  Counts totals(class_index.size());
  std::vector<Counts> counts(group_index.size(), totals);
  for (std::size_t row = 0; row < labels.size(); ++row) {
    const std::size_t k = class_index.at(labels[row]);
    totals[k] += 1;
    counts[group_index.at(groups[row])][k] += 1;
  }
  if (*std::max_element(totals.begin(), totals.end()) < folds) {
    raise(ErrorKind::invalid_argument, "{} folds, but no class has that many rows", folds);
  }
  std::vector<Counts> filled(static_cast<std::size_t>(folds), Counts(totals.size()));
  std::vector<int> fold_of_group(counts.size());
  for (const std::size_t group : order_of(counts, shuffle_seed)) {
    const std::size_t fold = best_fold(filled, counts[group], totals);
    add(filled[fold], counts[group], 1);
    fold_of_group[group] = static_cast<int>(fold);
  }
  std::vector<int> result;
  for (const std::string& group : groups) result.push_back(fold_of_group[group_index.at(group)]);
  return result;
}

}  // namespace galen::train
