#include "eval/metrics/bootstrap.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <numeric>

#include <galen/error.h>

#include "golden.h"

namespace galen::eval {
namespace {

/// 100 rows in groups of `size`, whose value is their group's parity.
Interval interval_of_mean(std::size_t size, const BootstrapOptions& options = {}) {
  std::vector<std::string> groups;
  for (std::size_t row = 0; row < 100; ++row) groups.push_back(std::to_string(row / size));
  const RowMetric mean = [size](std::span<const std::size_t> rows) {
    double sum = 0;
    for (const std::size_t row : rows) sum += static_cast<double>(row / size % 2);
    return sum / static_cast<double>(rows.size());
  };
  return bootstrap_interval(groups, mean, options);
}

TEST(Quantile, equals_numpy) {
  const Json expected = golden("quantiles");
  const auto values = expected.at("values").get<std::vector<double>>();
  for (std::size_t i = 0; i < expected.at("q").size(); ++i) {
    EXPECT_NEAR(quantile(values, expected.at("q")[i].get<double>()),
                expected.at("results")[i].get<double>(), 1e-14);
  }
}

TEST(Bootstrap, of_single_rows_is_as_wide_as_the_normal_approximation) {
  const Interval interval = interval_of_mean(1, {.resamples = 4000});
  EXPECT_NEAR(interval.low, 0.5 - 1.96 * 0.05, 0.015);
  EXPECT_NEAR(interval.high, 0.5 + 1.96 * 0.05, 0.015);
  EXPECT_EQ(interval.resamples, 4000);
}

TEST(Bootstrap, counts_a_group_as_one_observation) {
  const Interval rows = interval_of_mean(1);
  const Interval groups = interval_of_mean(10);
  EXPECT_GT(groups.high - groups.low, 2.5 * (rows.high - rows.low));  // sqrt(10) expected
}

TEST(Bootstrap, repeats_with_its_seed_only) {
  const Interval first = interval_of_mean(5, {.seed = 3});
  EXPECT_EQ(first.low, interval_of_mean(5, {.seed = 3}).low);
  const Interval other = interval_of_mean(1, {.resamples = 50, .seed = 4});
  const Interval same_size = interval_of_mean(1, {.resamples = 50, .seed = 3});
  EXPECT_NE(other.low, same_size.low);
}

TEST(Bootstrap, leaves_out_resamples_without_a_value) {
  const std::vector<std::string> groups{"a", "b"};
  const RowMetric both_groups = [](std::span<const std::size_t> rows) {
    return rows[0] == rows[1] ? std::numeric_limits<double>::quiet_NaN() : 1.0;
  };
  const Interval interval = bootstrap_interval(groups, both_groups, {.resamples = 200});
  EXPECT_EQ(interval.low, 1);
  EXPECT_GT(interval.resamples, 50);
  EXPECT_LT(interval.resamples, 150);
}

TEST(Bootstrap, refuses_options_that_make_no_sense) {
  const RowMetric one = [](std::span<const std::size_t>) { return 1.0; };
  const std::vector<std::string> groups{"a"};
  EXPECT_THROW((void)bootstrap_interval({}, one), Error);
  EXPECT_THROW((void)bootstrap_interval(groups, one, {.resamples = 0}), Error);
  EXPECT_THROW((void)bootstrap_interval(groups, one, {.level = 1}), Error);
}

}  // namespace
}  // namespace galen::eval
