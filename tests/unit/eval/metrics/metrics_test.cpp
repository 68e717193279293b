#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <vector>

#include <galen/error.h>

#include "eval/metrics/calibration.h"
#include "eval/metrics/concordance.h"
#include "eval/metrics/confusion.h"
#include "eval/metrics/ranking.h"
#include "eval/metrics/regression.h"
#include "golden.h"

namespace galen::eval {
namespace {

constexpr double kTolerance = 1e-12;
using Ints = std::vector<int>;
using Doubles = std::vector<double>;

TEST(Ranking, equals_scikit_learn_with_and_without_ties) {
  const Json cases = golden("binary");
  ASSERT_EQ(cases.size(), 3U);
  for (const Json& c : cases) {
    const auto labels = c.at("labels").get<Ints>();
    const auto scores = c.at("scores").get<Doubles>();
    EXPECT_NEAR(roc_auc(labels, scores), c.at("roc_auc").get<double>(), kTolerance);
    EXPECT_NEAR(average_precision(labels, scores), c.at("average_precision").get<double>(),
                kTolerance);
    const OperatingPoint point = youden_point(labels, scores);
    const auto expected = c.at("youden").get<Doubles>();
    EXPECT_EQ(point.threshold, expected[0]);
    EXPECT_NEAR(point.sensitivity, expected[1], kTolerance);
    EXPECT_NEAR(point.specificity, expected[2], kTolerance);
  }
}

TEST(Ranking, has_no_value_when_a_class_is_absent) {
  EXPECT_TRUE(std::isnan(roc_auc(Ints{1, 1}, Doubles{0.1, 0.2})));
  EXPECT_TRUE(std::isnan(roc_auc(Ints{}, Doubles{})));
  EXPECT_TRUE(std::isnan(roc_auc_ovr(Ints{0, 1}, Doubles{1, 0, 0, 0, 1, 0}, 3)));
  EXPECT_TRUE(std::isnan(average_precision(Ints{0}, Doubles{1})));
}

TEST(Ranking, refuses_sizes_labels_and_scores_that_make_no_sense) {
  EXPECT_THROW((void)roc_auc(Ints{1}, Doubles{0.1, 0.2}), Error);
  EXPECT_THROW((void)roc_auc(Ints{2, 0}, Doubles{0.1, 0.2}), Error);
  EXPECT_THROW((void)roc_auc(Ints{1, 0}, Doubles{0.1, std::numeric_limits<double>::quiet_NaN()}),
               Error);
}

TEST(Confusion, equals_scikit_learn) {
  const Json cases = golden("multiclass");
  ASSERT_EQ(cases.size(), 3U);
  for (const Json& c : cases) {
    const ConfusionMatrix matrix = confusion_matrix(
        c.at("labels").get<Ints>(), c.at("called").get<Ints>(), c.at("classes").get<int>());
    EXPECT_EQ(matrix.counts, c.at("confusion").get<std::vector<std::int64_t>>());
    EXPECT_NEAR(accuracy(matrix), c.at("accuracy").get<double>(), kTolerance);
    EXPECT_NEAR(balanced_accuracy(matrix), c.at("balanced_accuracy").get<double>(), kTolerance);
    EXPECT_NEAR(f1(matrix, Average::macro), c.at("f1_macro").get<double>(), kTolerance);
    EXPECT_NEAR(f1(matrix, Average::weighted), c.at("f1_weighted").get<double>(), kTolerance);
    if (c.contains("f1")) {
      EXPECT_NEAR(f1(matrix), c.at("f1").get<double>(), kTolerance);
    }
  }
}

TEST(Confusion, refuses_a_class_out_of_range) {
  EXPECT_THROW((void)confusion_matrix(Ints{0, 1}, Ints{0, 2}, 2), Error);
}

TEST(Probabilities, equal_scikit_learn_over_several_classes) {
  for (const Json& c : golden("multiclass")) {
    const auto labels = c.at("labels").get<Ints>();
    const auto probabilities = c.at("probabilities").get<Doubles>();
    const int classes = c.at("classes").get<int>();
    EXPECT_NEAR(calibration_error(labels, probabilities, classes),
                c.at("calibration_error").get<double>(), kTolerance);
    if (!c.contains("brier")) continue;
    EXPECT_NEAR(brier_score(labels, probabilities, classes), c.at("brier").get<double>(),
                kTolerance);
    EXPECT_NEAR(roc_auc_ovr(labels, probabilities, classes), c.at("auc_macro").get<double>(),
                kTolerance);
    EXPECT_NEAR(roc_auc_ovr(labels, probabilities, classes, Average::weighted),
                c.at("auc_weighted").get<double>(), kTolerance);
  }
}

TEST(Regression, equals_scikit_learn) {
  const Json c = golden("regression");
  const auto truth = c.at("truth").get<Doubles>();
  const auto predicted = c.at("predicted").get<Doubles>();
  EXPECT_NEAR(mean_absolute_error(truth, predicted), c.at("mae").get<double>(), kTolerance);
  EXPECT_NEAR(root_mean_squared_error(truth, predicted), c.at("rmse").get<double>(), kTolerance);
  EXPECT_NEAR(r_squared(truth, predicted), c.at("r2").get<double>(), kTolerance);
  EXPECT_NEAR(pearson(truth, predicted), c.at("pearson").get<double>(), kTolerance);
  EXPECT_TRUE(std::isnan(r_squared(Doubles{1, 1}, Doubles{1, 2})));
  EXPECT_TRUE(std::isnan(pearson(Doubles{1, 2}, Doubles{3, 3})));
}

TEST(Concordance, counts_tied_times_and_risks_as_stated) {
  for (const Json& c : golden("survival")) {
    EXPECT_NEAR(concordance_index(c.at("times").get<Doubles>(), c.at("events").get<Ints>(),
                                  c.at("risks").get<Doubles>()),
                c.at("concordance").get<double>(), kTolerance);
  }
  EXPECT_TRUE(std::isnan(concordance_index(Doubles{1, 2}, Ints{0, 1}, Doubles{1, 2})));
}

}  // namespace
}  // namespace galen::eval
