#include "train/probe/folds.h"

#include <gtest/gtest.h>
#include <map>

#include <galen/error.h>

#include "golden.h"

namespace galen::train {
namespace {

TEST(StratifiedGroupFolds, equal_scikit_learn_without_shuffling) {
  for (const auto& [column, problem] :
       {std::pair{"label", "multinomial"}, std::pair{"malignant", "binary"}}) {
    const Samples samples = read_samples(golden_list(column), 0);
    EXPECT_EQ(stratified_group_folds(take(samples.labels, samples.train),
                                     take(samples.groups, samples.train), 5, std::nullopt),
              golden(problem).at("folds").get<std::vector<int>>());
  }
}

TEST(StratifiedGroupFolds, keep_groups_whole_and_classes_even_when_shuffled) {
  std::vector<int> labels;
  std::vector<std::string> groups;
  for (int row = 0; row < 200; ++row) {
    groups.push_back("patient " + std::to_string(row / 4));
    labels.push_back(row / 4 % 5 == 0 ? 1 : 0);
  }
  const std::vector<int> folds = stratified_group_folds(labels, groups, 5, 7);
  std::map<std::string, int> fold_of;
  std::map<int, int> positives;
  for (std::size_t row = 0; row < folds.size(); ++row) {
    EXPECT_EQ(fold_of.emplace(groups[row], folds[row]).first->second, folds[row]);
    positives[folds[row]] += labels[row];
  }
  for (int fold = 0; fold < 5; ++fold) EXPECT_EQ(positives[fold], 8) << fold;
  EXPECT_NE(folds, stratified_group_folds(labels, groups, 5, 8));
  EXPECT_EQ(folds, stratified_group_folds(labels, groups, 5, 7));
}

TEST(StratifiedGroupFolds, refuse_more_folds_than_groups_or_rows_of_a_class) {
  const std::vector<std::string> two{"a", "a", "b", "b"};
  EXPECT_THROW((void)stratified_group_folds(std::vector<int>{0, 1, 0, 1}, two, 3, 0), Error);
  const std::vector<std::string> four{"a", "b", "c", "d"};
  EXPECT_THROW((void)stratified_group_folds(std::vector<int>{0, 1, 2, 3}, four, 2, 0), Error);
}

}  // namespace
}  // namespace galen::train
