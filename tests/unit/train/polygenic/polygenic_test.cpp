#include "train/polygenic/polygenic.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <galen/error.h>
#include <galen/prs_image.h>

#include "base/file.h"
#include "train/sft/conversations.h"
#include "train/views/random.h"

namespace galen::train {
namespace {

namespace fs = std::filesystem;

/// People with one trait. A disease "crossed" comes with high scores in men and low ones in women,
/// "plain" with high scores in all.
class PolygenicTest : public testing::Test {
 protected:
  PolygenicTest() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::path(testing::TempDir()) / "galen_polygenic_test" / test->name();
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    torch::set_num_threads(1);
    Random random(5);
    ScoreTable scores;
    scores.scores = {"t@1e-08", "t@1e-05", "t@0.01"};
    scores.denominators = {2, 2, 2};
    std::string people = "IID,split,age,sex,crossed,plain\n";
    for (int i = 0; i < 700; ++i) {
      const double score = random.normal(0, 1);
      const bool is_male = random.chance(0.5);
      scores.people.push_back(fmt::format("p{}", i));
      for (int t = 0; t < 3; ++t) scores.sums.push_back(score + 0.1 * t);
      const bool crossed = (is_male ? score : -score) + random.normal(0, 0.3) > 0;
      const bool plain = score + random.normal(0, 0.5) > 0;
      people += fmt::format("p{},{},{:.0f},{},{},{}\n", i,
                            i < 500   ? "train"
                            : i < 580 ? "val"
                                      : "test",
                            random.uniform(40, 70), is_male ? "male" : "female", crossed ? 1 : 0,
                            i == 0  ? "NA"
                            : plain ? "1"
                                    : "0");
    }
    write_file(folder_ / "people.csv", people);
    write_scores(folder_ / "scores.tsv", scores, ScoreLayout::columns);
    options_.people = folder_ / "people.csv";
    options_.scores = folder_ / "scores.tsv";
    options_.out = folder_ / "run";
    options_.demographics = {"age", "sex"};
    options_.outcomes = {"crossed", "plain"};
    options_.vit.epochs = 12;
    options_.vit.batch = 32;
    options_.vit.lr = 3e-3;
    options_.cases = 40;
    options_.threads = 1;
  }

  [[nodiscard]] Cohort cohort() const {
    return read_cohort(options_.people, options_.scores,
                       {options_.demographics, options_.outcomes});
  }

  fs::path folder_;
  PolygenicOptions options_;
};

TEST_F(PolygenicTest, TheVitSeesAnInteractionThatTheLinearModelCannot) {
  options_.outcomes = {"crossed"};
  options_.unseen = {"plain"};
  const OrderedJson result = run_polygenic(options_, CancelToken());
  const OrderedJson& crossed = result.at("outcomes").at(0);
  EXPECT_LT(crossed.at("linear").at("auc").get<double>(), 0.7);
  EXPECT_GT(crossed.at("vit").at("auc").get<double>(), 0.85);
  EXPECT_LT(crossed.at("vit").at("p").get<double>(), 0.01);
  EXPECT_EQ(crossed.at("cases"), 40);
  const OrderedJson& plain = result.at("outcomes").at(1);
  EXPECT_EQ(plain.at("unseen"), true);
  EXPECT_EQ(plain.at("scored_by"), "crossed");
  EXPECT_TRUE(fs::exists(folder_ / "run" / "predictions.csv"));
}

TEST_F(PolygenicTest, WritesQuestionsThatSftReads) {
  options_.vit.epochs = 1;
  options_.questions = 20;
  static_cast<void>(run_polygenic(options_, CancelToken()));
  const auto conversations = read_conversations(folder_ / "run" / "questions.jsonl");
  ASSERT_EQ(conversations.size(), 2U * (20 + 2));
  int yes = 0;
  for (const Conversation& c : conversations) {
    ASSERT_EQ(c.images.size(), 1U);
    EXPECT_TRUE(fs::exists(c.images[0]));
    ASSERT_EQ(c.messages.size(), 2U);
    yes += std::get<std::string>(c.messages[1].parts.at(0)) == "Yes" ? 1 : 0;
  }
  EXPECT_EQ(yes, 22);
}

TEST_F(PolygenicTest, GoesOnToTheBitFromACheckpoint) {
  const Cohort people = cohort();
  VitHeadOptions options = options_.vit;
  options.epochs = 3;
  const Matrix whole =
      train_vit_head(people, 2, options, folder_ / "whole", CancelToken()).probabilities;
  const fs::path second = "checkpoints/step-000000000002.safetensors";
  fs::create_directories(folder_ / "killed" / "checkpoints");
  fs::copy_file(folder_ / "whole" / second, folder_ / "killed" / second);
  const Matrix resumed =
      train_vit_head(people, 2, options, folder_ / "killed", CancelToken()).probabilities;
  EXPECT_EQ(resumed.values, whole.values);
  options.lr = 1;
  EXPECT_THROW(
      static_cast<void>(train_vit_head(people, 2, options, folder_ / "killed", CancelToken())),
      Error);
}

TEST_F(PolygenicTest, DoesNotGoOnWithOtherOutcomesOrScores) {
  VitHeadOptions options = options_.vit;
  options.epochs = 1;
  const fs::path run = folder_ / "run";
  static_cast<void>(train_vit_head(cohort(), 2, options, run, CancelToken()));
  EXPECT_NO_THROW(static_cast<void>(train_vit_head(cohort(), 2, options, run, CancelToken())));
  Cohort other = cohort();
  std::swap(other.outcomes[0], other.outcomes[1]);
  EXPECT_THROW(static_cast<void>(train_vit_head(other, 2, options, run, CancelToken())), Error);
  other = cohort();
  other.scores.sums[0] += 1;
  EXPECT_THROW(static_cast<void>(train_vit_head(other, 2, options, run, CancelToken())), Error);
}

TEST_F(PolygenicTest, UnknownOutcomesAreLeftOut) {
  const Cohort people = cohort();
  EXPECT_EQ(people.rows("train", 0).size(), 500U);
  EXPECT_EQ(people.rows("train", 1).size(), 499U);
  EXPECT_EQ(people.features().columns, 3U + 2);
  EXPECT_NE(people.demographics[0].find("sex: "), std::string::npos);
}

TEST_F(PolygenicTest, TablesThatDoNotFitAreRefused) {
  write_file(folder_ / "others.csv", "IID,split,age,sex,crossed\nx,train,50,male,1\n");
  EXPECT_THROW(static_cast<void>(read_cohort(folder_ / "others.csv", options_.scores, {{}, {}})),
               Error);
  EXPECT_THROW(
      static_cast<void>(read_cohort(options_.people, options_.scores, {{"split"}, {"crossed"}})),
      Error);
  EXPECT_THROW(static_cast<void>(read_cohort(options_.people, options_.scores, {{}, {"age"}})),
               Error);
}

}  // namespace
}  // namespace galen::train
