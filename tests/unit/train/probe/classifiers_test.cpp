#include <cmath>
#include <gtest/gtest.h>

#include "eval/metrics/ranking.h"
#include "golden.h"
#include "train/probe/knn.h"
#include "train/probe/logistic_grid.h"
#include "train/probe/mlp.h"

namespace galen::train {
namespace {

constexpr double kTolerance = 1e-4;  // asked for: 1e-3

struct Problem {
  TrainingSet set;
  Matrix test;
  std::vector<int> test_labels;
};

Problem problem_of(const std::string& label_column, const Json& expected) {
  const Samples samples = read_samples(golden_list(label_column), 0);
  const Matrix features = golden_features();
  Problem problem;
  problem.set.features = take_rows(features, samples.train);
  problem.set.labels = take(samples.labels, samples.train);
  problem.set.folds = expected.at("folds").get<std::vector<int>>();
  problem.set.classes = static_cast<int>(samples.classes.size());
  problem.test = take_rows(features, samples.test);
  problem.test_labels = take(samples.labels, samples.test);
  return problem;
}

void expect_near(const std::vector<double>& actual, const Json& expected) {
  const auto values = expected.get<std::vector<double>>();
  ASSERT_EQ(actual.size(), values.size());
  for (std::size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(actual[i], values[i], kTolerance);
}

void expect_equals_scikit_learn(const std::string& label_column, const std::string& name) {
  const Json expected = golden(name);
  const Problem problem = problem_of(label_column, expected);
  const Trained trained =
      train_logistic(problem.set, {.one_vs_rest = name == "one_vs_rest", .threads = 1});
  EXPECT_NEAR(trained.facts.at("C").get<double>(), expected.at("C").get<double>(), 1e-9);
  EXPECT_TRUE(trained.facts.at("converged").get<bool>());
  std::vector<double> auc;
  for (const auto& tried : trained.facts.at("grid")) auc.push_back(tried.at("auc").get<double>());
  expect_near(auc, expected.at("auc"));
  const auto tensors = trained.classifier->tensors();
  ASSERT_EQ(tensors.at(2).first, "weight");
  expect_near(tensors[2].second.values, expected.at("weight"));
  expect_near(tensors.at(3).second.values, expected.at("bias"));
  expect_near(trained.classifier->probabilities(problem.test).values, expected.at("probabilities"));
}

TEST(Logistic, multinomial_equals_scikit_learn) {
  expect_equals_scikit_learn("label", "multinomial");
}

TEST(Logistic, one_vs_rest_equals_scikit_learn) {
  expect_equals_scikit_learn("label", "one_vs_rest");
}

TEST(Logistic, of_two_classes_equals_scikit_learn) {
  expect_equals_scikit_learn("malignant", "binary");
}

TEST(Logistic, out_of_fold_probabilities_give_the_fold_its_stated_auc) {
  const Problem problem = problem_of("malignant", golden("binary"));
  const Trained trained = train_logistic(problem.set, {.cs = {1}, .threads = 1});
  const FoldSplit split = split_fold(problem.set, 2);
  const Matrix held_out = take_rows(trained.out_of_fold, split.held_out);
  EXPECT_NEAR(eval::roc_auc_ovr(take(problem.set.labels, split.held_out), held_out.values, 2),
              trained.facts.at("grid")[0].at("by_fold")[2].get<double>(), 1e-12);
}

TEST(Knn, votes_with_the_weights_of_the_formula) {
  TrainingSet set;
  set.features = Matrix(3, 2);
  set.features.values = {2, 0, 0, 3, 1, 1};
  set.labels = {0, 1, 1};
  set.folds = {0, 1, 2};
  set.classes = 2;
  const Trained trained = train_knn(set, {.k = 2, .temperature = 0.5, .threads = 1});
  Matrix asked(1, 2);
  asked.values = {5, 0};
  const double near = std::exp(1 / 0.5);
  const double far = std::exp(std::sqrt(0.5) / 0.5);
  EXPECT_NEAR(trained.classifier->probabilities(asked).row(0)[0], near / (near + far), 1e-12);
}

TEST(Knn, uses_every_row_when_there_are_fewer_than_k) {
  const Problem problem = problem_of("malignant", golden("binary"));
  const Trained trained = train_knn(problem.set, {.k = 100000, .threads = 1});
  const Matrix found = trained.classifier->probabilities(problem.test);
  EXPECT_NEAR(found.row(0)[0] + found.row(0)[1], 1, 1e-12);
}

/// Four clouds at the corners of a square, opposite ones of one class: no line parts them.
Problem crossed_clouds() {
  Problem problem;
  problem.set.classes = 2;
  problem.set.features = Matrix(200, 2);
  for (std::size_t i = 0; i < 200; ++i) {
    const double x = i % 2 == 0 ? 1 : -1;
    const double y = i / 2 % 2 == 0 ? 1 : -1;
    problem.set.features.row(i)[0] = x + 0.4 * std::sin(double(i) * 7.3);
    problem.set.features.row(i)[1] = y + 0.4 * std::cos(double(i) * 3.1);
    problem.set.labels.push_back(x * y > 0 ? 1 : 0);
    problem.set.folds.push_back(static_cast<int>(i / 4 % 2));
  }
  return problem;
}

double out_of_fold_auc(const Problem& problem, const Trained& trained) {
  return eval::roc_auc_ovr(problem.set.labels, trained.out_of_fold.values, 2);
}

TEST(Mlp, learns_what_no_line_can) {
  const Problem problem = crossed_clouds();
  const Trained line = train_logistic(problem.set, {.cs = {1}, .threads = 1});
  const Trained bent = train_mlp(problem.set, {.hidden = 16, .epochs = 60, .threads = 1});
  EXPECT_LT(out_of_fold_auc(problem, line), 0.7);
  EXPECT_GT(out_of_fold_auc(problem, bent), 0.99);
}

TEST(Mlp, repeats_to_the_bit_with_its_seed_on_any_number_of_threads) {
  const Problem problem = crossed_clouds();
  const MlpOptions options{.hidden = 4, .epochs = 3, .seed = 5, .threads = 1};
  MlpOptions threads = options;
  threads.threads = 2;
  MlpOptions other = options;
  other.seed = 6;
  const Trained first = train_mlp(problem.set, options);
  EXPECT_EQ(first.out_of_fold.values, train_mlp(problem.set, threads).out_of_fold.values);
  EXPECT_NE(first.out_of_fold.values, train_mlp(problem.set, other).out_of_fold.values);
}

}  // namespace
}  // namespace galen::train
