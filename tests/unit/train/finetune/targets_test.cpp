#include "train/finetune/targets.h"

#include <cmath>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <galen/error.h>

namespace galen::train {
namespace {

/// Labels without pictures.
class LabelledRows final : public Source {
 public:
  explicit LabelledRows(std::vector<std::vector<int>> rows) : rows_(std::move(rows)) {}
  [[nodiscard]] std::size_t size() const override { return rows_.size(); }
  [[nodiscard]] Image read(std::size_t, Random&, int) const override { return {}; }
  [[nodiscard]] int label(std::size_t i) const override {
    return rows_[i].size() == 1 ? rows_[i][0] : -1;
  }
  [[nodiscard]] std::vector<int> labels(std::size_t i) const override { return rows_[i]; }
  [[nodiscard]] std::string group(std::size_t i) const override { return name(i); }
  [[nodiscard]] std::string name(std::size_t i) const override {
    return "row " + std::to_string(i);
  }
  [[nodiscard]] const std::vector<std::string>& label_names() const override { return names_; }

 private:
  std::vector<std::vector<int>> rows_;
  std::vector<std::string> names_{"a", "b", "c"};
};

TEST(Targets, SeveralLabelsWeighTheirRarePositives) {
  const LabelledRows rows({{0, 1}, {0}, {}, {0}});
  const Targets targets(rows, true);
  EXPECT_TRUE(
      torch::equal(targets.of({0, 2}), torch::tensor({{1.0F, 1.0F, 0.0F}, {0.0F, 0.0F, 0.0F}})));
  // 1 negative to 3 positives, 3 to 1, and a class without positives.
  EXPECT_TRUE(torch::allclose(targets.positive_weight(), torch::tensor({1 / 3.0F, 3.0F, 4.0F})));
}

TEST(Targets, OneLabelIsAskedForByName) {
  EXPECT_TRUE(torch::equal(Targets(LabelledRows({{2}, {0}}), false).of({1, 0}),
                           torch::tensor({0, 2}, torch::kInt64)));
  try {
    (void)Targets(LabelledRows({{2}, {0, 1}}), false);
    ADD_FAILURE() << "two labels were taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
    EXPECT_NE(std::string(error.what()).find("row 1"), std::string::npos);
  }
}

TEST(ClassifierLoss, IsTheMeanCrossEntropyOrItsWeightedBinaryForm) {
  const torch::Tensor logits = torch::tensor({{std::log(3.0F), 0.0F}});
  EXPECT_NEAR(classifier_loss(logits, torch::tensor({0}, torch::kInt64), {}).item<double>(),
              -std::log(0.75), 1e-6);
  // Positive of weight 2: -2 log 0.75; negative: -log 0.5; their mean.
  EXPECT_NEAR(classifier_loss(logits, torch::tensor({{1.0F, 0.0F}}), torch::tensor({2.0F, 1.0F}))
                  .item<double>(),
              (-2 * std::log(0.75) - std::log(0.5)) / 2, 1e-6);
}

}  // namespace
}  // namespace galen::train
