#include "train/mil/mil.h"

#include <chrono>

#include "drawn_bags.h"
#include "io/store/hdf5.h"
#include "io/store/table.h"

namespace galen::train {
namespace {

double auc_of(const MilOutcome& outcome) {
  return outcome.result.at("test").at("auc").at("value").get<double>();
}

TEST(Mil, attention_finds_the_one_patch_that_the_mean_drowns) {
  MilOptions options = marked_slides(empty_folder("needle"));
  const MilOutcome attention = run_mil(options, CancelToken());
  EXPECT_GT(auc_of(attention), 0.95);
  const store::Hdf5Reader map(options.out / "attention" / "s40.h5");  // ill: patch 0 is marked
  const std::vector<float> weights = map.floats("attention");
  ASSERT_EQ(weights.size(), 40U);
  EXPECT_EQ(std::max_element(weights.begin(), weights.end()) - weights.begin(), 0);
  EXPECT_EQ(map.integers("coords").size(), 80U);

  options.aggregator = "mean";
  options.out = options.out.parent_path() / "mean";
  EXPECT_LT(auc_of(run_mil(options, CancelToken())), auc_of(attention) - 0.1);
}

TEST(Mil, reports_empty_bags_and_learns_from_the_rest) {
  const auto folder = empty_folder("empty");
  MilOptions options = marked_slides(folder);
  write_bag(folder / "s3.h5", 0, 0, 0);
  write_bag(folder / "s4.h5", 1, 1, 0);
  options.training.epochs = 1;
  const MilOutcome outcome = run_mil(options, CancelToken());
  ASSERT_EQ(outcome.problems.size(), 1U);
  EXPECT_NE(outcome.problems[0].find("s3.h5"), std::string::npos);
  EXPECT_EQ(outcome.result.at("slides").at("used").get<int>(), 59);
}

TEST(Mil, cross_validates_without_splits_and_writes_its_files) {
  MilOptions options = marked_slides(empty_folder("files"));
  options.list.split_column = "none";
  options.folds = 3;
  options.training.epochs = 1;
  options.attention = AttentionFormat::csv;
  const MilOutcome outcome = run_mil(options, CancelToken());
  EXPECT_EQ(outcome.result.at("folds").size(), 3U);
  const store::Table predictions = store::read_table(options.out / "predictions.csv");
  EXPECT_EQ(predictions.rows.size(), 60U);
  EXPECT_EQ(predictions.columns.back(), "p_well");
  const store::Table map = store::read_table(options.out / "attention" / "s7.csv");
  EXPECT_EQ(map.rows.size(), 40U);
  EXPECT_EQ(map.rows[11][0], "256");
  EXPECT_EQ(map.rows[11][1], "256");
  for (const char* name : {"mil.json", "fold-2/model.safetensors", "fold-2/log.jsonl"})
    EXPECT_TRUE(std::filesystem::exists(options.out / name)) << name;
}

/// Slides with 0 to 5 marked patches, listed by `line`(slide, marked).
template <typename Line>
MilOptions counted_slides(const std::filesystem::path& folder, const std::string& header,
                          Line line) {
  MilOptions options = marked_slides(folder);
  std::string list = header + ",split\n";
  for (int i = 0; i < 60; ++i) {
    const int marked = i % 6;
    write_bag(folder / fmt::format("s{}.h5", i), 20, static_cast<std::size_t>(marked),
              static_cast<std::uint64_t>(i));
    list += line(i, marked) + (i < 36 ? ",train\n" : i < 46 ? ",val\n" : ",test\n");
  }
  write_file(folder / "slides.csv", list);
  options.aggregator = "mean";
  options.training.epochs = 30;
  return options;
}

TEST(Mil, regression_predicts_a_number_in_its_own_unit) {
  MilOptions options =
      counted_slides(empty_folder("regression"), "slide,label",
                     [](int i, int marked) { return fmt::format("s{},{}", i, 100 + 10 * marked); });
  options.list.task = MilTask::regression;
  const MilOutcome outcome = run_mil(options, CancelToken());
  EXPECT_GT(outcome.result.at("test").at("r2").at("value").get<double>(), 0.7);
  EXPECT_LT(outcome.result.at("test").at("mae").at("value").get<double>(), 8);
}

TEST(Mil, survival_ranks_the_risks) {
  MilOptions options =
      counted_slides(empty_folder("survival"), "slide,time,event", [](int i, int marked) {
        return fmt::format("s{},{},{}", i, 60 - 10 * marked + i % 5, i % 4 == 0 ? 0 : 1);
      });
  options.list.task = MilTask::survival;
  options.training.batch = 18;
  const MilOutcome outcome = run_mil(options, CancelToken());
  EXPECT_GT(outcome.result.at("test").at("c_index").at("value").get<double>(), 0.85);
}

TEST(Mil, survival_without_an_event_in_validation_has_no_best_epoch) {
  MilOptions options =
      counted_slides(empty_folder("censored"), "slide,time,event", [](int i, int marked) {
        return fmt::format("s{},{},{}", i, 60 - 10 * marked + i % 5, i < 36 || i >= 46 ? 1 : 0);
      });
  options.list.task = MilTask::survival;
  options.training.batch = 18;
  options.training.epochs = 3;
  const MilOutcome outcome = run_mil(options, CancelToken());
  const auto& fold = outcome.result.at("folds").at(0);
  EXPECT_EQ(fold.at("best_epoch").get<int>(), 0);
  EXPECT_EQ(fold.at("epochs").get<int>(), 3);
}

TEST(Mil, refuses_to_go_on_with_other_features) {
  MilOptions options = marked_slides(empty_folder("changed"));
  options.training.epochs = 1;
  (void)run_mil(options, CancelToken());
  const auto bag = options.list.list.parent_path() / "s3.h5";
  const auto before = std::filesystem::last_write_time(bag);
  write_bag(bag, 40, 1, 99);
  std::filesystem::last_write_time(bag, before + std::chrono::seconds(2));
  EXPECT_THROW((void)run_mil(options, CancelToken()), Error);
}

}  // namespace
}  // namespace galen::train
