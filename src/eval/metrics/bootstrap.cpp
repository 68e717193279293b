#include "eval/metrics/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <random>

#include "base/raise.h"

namespace galen::eval {
namespace {

/// The rows of each group, groups in the order of their first row.
std::vector<std::vector<std::size_t>> rows_by_group(std::span<const std::string> groups) {
  std::map<std::string, std::size_t> index;
  std::vector<std::vector<std::size_t>> rows;
  for (std::size_t row = 0; row < groups.size(); ++row) {
    const auto [found, is_new] = index.try_emplace(groups[row], rows.size());
    if (is_new) rows.emplace_back();
    rows[found->second].push_back(row);
  }
  return rows;
}

void check(std::span<const std::string> groups, const BootstrapOptions& options) {
  if (groups.empty()) raise(ErrorKind::invalid_argument, "bootstrap: there are no rows");
  if (options.resamples < 1 || !(options.level > 0 && options.level < 1)) {
    raise(ErrorKind::invalid_argument,
          "bootstrap: {} resamples at level {}; at least 1 and a level between 0 and 1 are wanted",
          options.resamples, options.level);
  }
}

}  // namespace

double quantile(std::vector<double> values, double q) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::sort(values.begin(), values.end());
  const double at = q * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (at - std::floor(at)) * (values[above] - values[below]);
}

Interval bootstrap_interval(std::span<const std::string> groups, const RowMetric& metric,
                            const BootstrapOptions& options) {
  check(groups, options);
  const auto rows = rows_by_group(groups);
  std::mt19937_64 random(options.seed);
  std::vector<double> values;
  std::vector<std::size_t> drawn;
  for (int i = 0; i < options.resamples; ++i) {
    drawn.clear();
    for (std::size_t g = 0; g < rows.size(); ++g) {
      const auto& group = rows[random() % rows.size()];
      drawn.insert(drawn.end(), group.begin(), group.end());
    }
    const double value = metric(drawn);
    if (std::isfinite(value)) values.push_back(value);
  }
  const double tail = (1 - options.level) / 2;
  return {quantile(values, tail), quantile(values, 1 - tail), static_cast<int>(values.size())};
}

}  // namespace galen::eval
