#include "eval/metrics/delong.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "base/raise.h"
#include "eval/metrics/ranking.h"

namespace galen::eval {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// Ranks from 1; tied values share the mean of theirs.
std::vector<double> midranks(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin + 1;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    const double shared = 0.5 * static_cast<double>(begin + 1 + end);
    for (std::size_t i = begin; i < end; ++i) ranks[order[i]] = shared;
    begin = end;
  }
  return ranks;
}

/// Of each positive the share of negatives below it, of each negative the share of positives above;
/// ties count half.
struct Placements {
  std::vector<double> positives;
  std::vector<double> negatives;

  [[nodiscard]] bool is_enough() const { return positives.size() > 1 && negatives.size() > 1; }
};

Placements placements(std::span<const int> labels, std::span<const double> scores) {
  std::vector<double> positives;
  std::vector<double> negatives;
  for (std::size_t i = 0; i < labels.size(); ++i)
    (labels[i] == 1 ? positives : negatives).push_back(scores[i]);
  std::vector<double> all = positives;
  all.insert(all.end(), negatives.begin(), negatives.end());
  const std::vector<double> among_all = midranks(all);
  const std::vector<double> among_positives = midranks(positives);
  const std::vector<double> among_negatives = midranks(negatives);
  const auto m = static_cast<double>(positives.size());
  const auto n = static_cast<double>(negatives.size());
  Placements result;
  for (std::size_t i = 0; i < positives.size(); ++i)
    result.positives.push_back((among_all[i] - among_positives[i]) / n);
  for (std::size_t j = 0; j < negatives.size(); ++j)
    result.negatives.push_back(1 - (among_all[positives.size() + j] - among_negatives[j]) / m);
  return result;
}

double covariance(const std::vector<double>& a, const std::vector<double>& b) {
  const auto count = static_cast<double>(a.size());
  const double mean_a = std::accumulate(a.begin(), a.end(), 0.0) / count;
  const double mean_b = std::accumulate(b.begin(), b.end(), 0.0) / count;
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - mean_a) * (b[i] - mean_b);
  return sum / (count - 1);
}

/// Of the two areas.
double covariance(const Placements& a, const Placements& b) {
  return covariance(a.positives, b.positives) / static_cast<double>(a.positives.size()) +
         covariance(a.negatives, b.negatives) / static_cast<double>(a.negatives.size());
}

/// The z with a share of `p` below it, 0 < p < 1, to 1e-12: bisection of the error function.
double normal_quantile(double p) {
  double low = -40;
  double high = 40;
  for (int i = 0; i < 100; ++i) {
    const double middle = 0.5 * (low + high);
    (0.5 * std::erfc(-middle / std::sqrt(2.0)) < p ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

}  // namespace

AucInterval delong_interval(std::span<const int> labels, std::span<const double> scores,
                            double level) {
  if (!(level > 0 && level < 1))
    raise(ErrorKind::invalid_argument, "a level of {}: give one between 0 and 1", level);
  AucInterval result{roc_auc(labels, scores), kNaN, kNaN, kNaN};
  const Placements places = placements(labels, scores);
  if (!places.is_enough()) return result;
  result.standard_error = std::sqrt(std::max(0.0, covariance(places, places)));
  const double half = normal_quantile(0.5 + level / 2) * result.standard_error;
  result.low = std::max(0.0, result.auc - half);
  result.high = std::min(1.0, result.auc + half);
  return result;
}

AucDifference delong_test(std::span<const int> labels, std::span<const double> a,
                          std::span<const double> b) {
  AucDifference result{roc_auc(labels, b) - roc_auc(labels, a), kNaN, kNaN, kNaN};
  const Placements of_a = placements(labels, a);
  const Placements of_b = placements(labels, b);
  if (!of_a.is_enough()) return result;
  const double variance =
      covariance(of_a, of_a) + covariance(of_b, of_b) - 2 * covariance(of_a, of_b);
  result.standard_error = std::sqrt(std::max(0.0, variance));
  // Equal scores differ by nothing, for certain.
  result.z = result.difference == 0 ? 0 : result.difference / result.standard_error;
  result.p = std::erfc(std::abs(result.z) / std::sqrt(2.0));
  return result;
}

}  // namespace galen::eval
