#include "train/finetune/measure.h"

#include <cmath>
#include <gtest/gtest.h>

namespace galen::train {
namespace {

TEST(Measure, ThreeClassesAreAveragedOneAgainstTheRest) {
  Predictions p;
  p.classes = 3;
  p.truth = {0, 0, 1, 2};
  p.scores = {0.8, 0.1, 0.1, 0.2, 0.7, 0.1, 0.3, 0.6, 0.1, 0.1, 0.2, 0.7};
  p.groups = {"a", "b", "c", "d"};
  const auto measured = measure(p, {"x", "y", "z"}, 1);
  // One-vs-rest areas: class 0 (0.8, 0.2 against 0.3, 0.1) 3/4; class 1 2/3; class 2 1.
  EXPECT_NEAR(measured.at("auc").value, (0.75 + 2.0 / 3 + 1) / 3, 1e-12);
  EXPECT_NEAR(measured.at("balanced_accuracy").value, (0.5 + 1 + 1) / 3, 1e-12);
  EXPECT_LE(measured.at("auc").interval.low, measured.at("auc").value);
  EXPECT_FALSE(measured.contains("average_precision"));
}

TEST(Measure, SeveralLabelsAreMeasuredClassByClass) {
  Predictions p;
  p.classes = 2;
  p.multi_label = true;
  p.truth = {1, 0, 1, 0, 0, 0};
  p.scores = {0.9, 0.5, 0.3, 0.6, 0.5, 0.2};
  p.groups = {"a", "b", "c"};
  EXPECT_NEAR(macro_auc(p), 0.5, 1e-12) << "the second class has no positives and is left out";
  const auto measured = measure(p, {"x", "y"}, 1);
  EXPECT_NEAR(measured.at("auc.x").value, 0.5, 1e-12);
  EXPECT_TRUE(std::isnan(measured.at("auc.y").value));
  EXPECT_NEAR(measured.at("average_precision").value, (1 + 2.0 / 3) / 2, 1e-12);
}

}  // namespace
}  // namespace galen::train
