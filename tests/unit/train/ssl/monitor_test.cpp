#include "train/ssl/monitor.h"

#include <gtest/gtest.h>

namespace galen::train {
namespace {

TEST(FeatureSpread, IsZeroForACollapsedEncoderAndOneForASphere) {
  EXPECT_NEAR(feature_spread(torch::ones({10, 4})), 0, 1e-6);
  torch::manual_seed(1);
  EXPECT_NEAR(feature_spread(torch::randn({2000, 64})), 1, 0.02);
}

TEST(EffectiveRank, CountsTheDirectionsInUse) {
  EXPECT_NEAR(effective_rank(torch::eye(5)), 5, 1e-6);
  EXPECT_NEAR(effective_rank(torch::ones({6, 3})), 1, 1e-6);
}

TEST(KnnAccuracy, IsOneForSeparateClasses) {
  const torch::Tensor features = torch::tensor({{1.F, 0.F}, {1.F, .1F}, {0.F, 1.F}, {.1F, 1.F}});
  EXPECT_EQ(knn_accuracy(features, {0, 0, 1, 1}, {"a", "b", "c", "d"}, 1), 1);
}

TEST(KnnAccuracy, LetsNoPictureOfTheSameGroupVote) {
  const torch::Tensor features = torch::tensor({{1.F, 0.F}, {1.F, .1F}, {0.F, 1.F}, {.1F, 1.F}});
  EXPECT_EQ(knn_accuracy(features, {0, 0, 1, 1}, {"a", "a", "b", "b"}, 1), 0);
}

}  // namespace
}  // namespace galen::train
