#include "train/probe/lbfgs.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>

#include "train/probe/matrix.h"

namespace galen::train {
namespace {

struct Pair {
  std::vector<double> step;
  std::vector<double> change;  ///< of the gradient over the step
  double product = 0;          ///< of the two; positive
};

double largest(std::span<const double> values) {
  double result = 0;
  for (const double value : values) result = std::max(result, std::abs(value));
  return result;
}

/// Minus the approximate inverse Hessian times the gradient (the two-loop recursion).
std::vector<double> direction_of(const std::deque<Pair>& pairs, std::span<const double> gradient) {
  std::vector<double> direction(gradient.begin(), gradient.end());
  std::vector<double> weights(pairs.size());
  for (std::size_t i = pairs.size(); i-- > 0;) {
    weights[i] = dot(pairs[i].step, direction) / pairs[i].product;
    add_scaled(-weights[i], pairs[i].change, direction);
  }
  const double scale = pairs.empty()
                           ? 1 / std::max(1.0, std::sqrt(dot(gradient, gradient)))
                           : pairs.back().product / dot(pairs.back().change, pairs.back().change);
  for (double& value : direction) value *= scale;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const double back = dot(pairs[i].change, direction) / pairs[i].product;
    add_scaled(weights[i] - back, pairs[i].step, direction);
  }
  for (double& value : direction) value = -value;
  return direction;
}

/// A point with its value and gradient.
struct Place {
  std::vector<double> at;
  std::vector<double> gradient;
  double value = 0;
};

/// Halves the step until the value falls enough (Armijo), up to the rounding of the value itself.
bool search_line(const Objective& objective, const Place& from, std::span<const double> direction,
                 Place& next) {
  constexpr double kSufficient = 1e-4;
  constexpr int kMaxHalvings = 40;
  const double slope = dot(from.gradient, direction);
  const double rounding = 4 * std::numeric_limits<double>::epsilon() * std::abs(from.value);
  double length = 1;
  for (int i = 0; i < kMaxHalvings; ++i, length /= 2) {
    next.at = from.at;
    add_scaled(length, direction, next.at);
    next.value = objective(next.at, next.gradient);
    if (next.value <= from.value + kSufficient * length * slope + rounding) return true;
  }
  return false;
}

void remember(std::deque<Pair>& pairs, const Place& from, const Place& next, int history) {
  Pair pair{next.at, next.gradient, 0};
  add_scaled(-1, from.at, pair.step);
  add_scaled(-1, from.gradient, pair.change);
  pair.product = dot(pair.step, pair.change);
  if (!(pair.product > 0)) return;  // rounding at the minimum
  pairs.push_back(std::move(pair));
  if (pairs.size() > static_cast<std::size_t>(history)) pairs.pop_front();
}

}  // namespace

Minimum minimise(const Objective& objective, std::vector<double>& at, const LbfgsOptions& options) {
  Place place{at, std::vector<double>(at.size()), 0};
  place.value = objective(place.at, place.gradient);
  Place next = place;
  std::deque<Pair> pairs;
  int iteration = 0;
  while (iteration < options.max_iterations && largest(place.gradient) > options.tolerance) {
    const std::vector<double> direction = direction_of(pairs, place.gradient);
    if (!search_line(objective, place, direction, next)) break;
    remember(pairs, place, next, options.history);
    std::swap(place, next);
    ++iteration;
  }
  at = place.at;
  return {place.value, iteration, largest(place.gradient) <= options.tolerance};
}

}  // namespace galen::train
