#include "engine/sampler.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>
#include <map>

#include <galen/error.h>

namespace galen::engine {
namespace {

const std::vector<float> kLogits{0, 2, 1, 3, -1};

TEST(Sampler, GreedyTakesTheHighest) {
  Sampler sampler({}, 5, nullptr);
  EXPECT_EQ(sampler.pick(kLogits), 3);
}

TEST(Sampler, NeverTakesTokensBehindTheVocabulary) {
  Sampler greedy({}, 3, nullptr);
  EXPECT_EQ(greedy.pick(kLogits), 1);
  Sampler warm({.temperature = 5}, 3, nullptr);
  for (int i = 0; i < 200; ++i) EXPECT_LT(warm.pick(kLogits), 3);
}

TEST(Sampler, TheSameSeedGivesTheSameTokens) {
  Sampler a({.temperature = 1, .seed = 7}, 5, nullptr);
  Sampler b({.temperature = 1, .seed = 7}, 5, nullptr);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(a.pick(kLogits), b.pick(kLogits));
}

TEST(Sampler, FollowsTheSoftmax) {
  Sampler sampler({.temperature = 1, .top_k = 0, .top_p = 1, .seed = 1}, 5, nullptr);
  std::map<model::Token, int> counts;
  constexpr int draws = 20000;
  for (int i = 0; i < draws; ++i) ++counts[sampler.pick(kLogits)];
  double total = 0;
  for (const float logit : kLogits) total += std::exp(logit);
  for (std::size_t i = 0; i < kLogits.size(); ++i) {
    EXPECT_NEAR(counts[static_cast<model::Token>(i)] / static_cast<double>(draws),
                std::exp(kLogits[i]) / total, 0.015);
  }
}

TEST(Sampler, TopKOfOneIsGreedy) {
  Sampler sampler({.temperature = 10, .top_k = 1}, 5, nullptr);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(sampler.pick(kLogits), 3);
}

TEST(Sampler, TopPKeepsTheFewestThatReachIt) {
  // Soft-max: 3 has 0.64, 1 has 0.24, 2 has 0.09.
  Sampler sampler({.temperature = 1, .top_k = 0, .top_p = 0.7F}, 5, nullptr);
  for (int i = 0; i < 200; ++i) EXPECT_THAT(sampler.pick(kLogits), testing::AnyOf(3, 1));
}

TEST(Sampler, MinPCutsWhatIsFarBelowTheBest) {
  Sampler sampler({.temperature = 1, .top_k = 0, .top_p = 1, .min_p = 0.2F}, 5, nullptr);
  for (int i = 0; i < 200; ++i) EXPECT_THAT(sampler.pick(kLogits), testing::AnyOf(3, 1));
}

TEST(Sampler, SkipsImpossibleTokens) {
  std::vector<float> logits = kLogits;
  logits[3] = -std::numeric_limits<float>::infinity();
  Sampler sampler({.temperature = 1, .top_k = 1}, 5, nullptr);
  EXPECT_EQ(sampler.pick(logits), 1);
}

TEST(Sampler, OptionsOutOfRangeAreNamed) {
  const auto message = [](const Sampling& options) -> std::string {
    try {
      const Sampler sampler(options, 5, nullptr);
      return "no error";
    } catch (const Error& error) {
      return error.what();
    }
  };
  EXPECT_THAT(message({.temperature = -1}), testing::HasSubstr("temperature -1"));
  EXPECT_THAT(message({.temperature = NAN}), testing::HasSubstr("temperature"));
  EXPECT_THAT(message({.top_k = -3}), testing::HasSubstr("top-k -3"));
  EXPECT_THAT(message({.top_p = 0}), testing::HasSubstr("top-p 0"));
  EXPECT_THAT(message({.min_p = 1.5F}), testing::HasSubstr("min-p 1.5"));
}

}  // namespace
}  // namespace galen::engine
