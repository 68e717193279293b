#include "train/grpo/rewards.h"

#include <gtest/gtest.h>

#include <galen/error.h>

#include "base/file.h"
#include "base/json.h"

namespace galen::train {
namespace {

TEST(Rewards, TheLetterCountsHoweverItIsWritten) {
  for (const char* answer : {"B", "(B) pneumonia", "B: pneumonia", "Final Answer: (B)"})
    EXPECT_EQ(reward_of(Reward::letter, answer, "B"), 1) << answer;
  for (const char* answer : {"C", "Bone", "", "Final Answer: (A)"})
    EXPECT_EQ(reward_of(Reward::letter, answer, "B: pneumonia"), 0) << answer;
}

TEST(Rewards, TextsAreComparedByTheMetricsOfTheEvaluation) {
  EXPECT_EQ(reward_of(Reward::exact, "The left lung.", "left lung"), 1);
  EXPECT_EQ(reward_of(Reward::exact, "the right lung", "left lung"), 0);
  EXPECT_NEAR(reward_of(Reward::rouge, "no effusion seen", "no effusion"), 0.8, 1e-12);
}

TEST(Rewards, JsonMustBeOneValueAndNothingElse) {
  EXPECT_EQ(reward_of(Reward::json, R"({"finding": "none"})", ""), 1);
  EXPECT_EQ(reward_of(Reward::json, "```json\n[1, 2]\n```", ""), 1);
  EXPECT_EQ(reward_of(Reward::json, "Here it is: {}", ""), 0);
  EXPECT_EQ(reward_of(Reward::json, "{", ""), 0);
}

TEST(Rewards, SeveralCountByTheirMean) {
  EXPECT_EQ(reward_of({Reward::json, Reward::exact}, "1", "one"), 0.5);
  EXPECT_THROW((void)parse_reward("taste"), Error);
}

TEST(Advantages, EqualTheGolden) {
  const Json golden =
      parse_json(read_file(GALEN_SOURCE_DIR "/tests/golden/grpo.json", 1 << 20), "grpo.json");
  const auto found = group_advantages(golden["rewards"].get<std::vector<double>>());
  for (std::size_t i = 0; i < found.size(); ++i)
    EXPECT_NEAR(found[i], golden["advantages"][i].get<double>(), 1e-12);
}

TEST(Advantages, OfEqualRewardsAreZero) {
  EXPECT_EQ(group_advantages({1, 1, 1}), (std::vector<double>{0, 0, 0}));
}

}  // namespace
}  // namespace galen::train
