#include <gtest/gtest.h>

#include "eval/metrics/rouge.h"
#include "eval/metrics/squad.h"
#include "golden.h"

namespace galen::eval {
namespace {

TEST(RougeL, equals_the_package) {
  const Json cases = golden("rouge");
  ASSERT_EQ(cases.size(), 5U);
  for (const Json& c : cases) {
    const RougeScore score =
        rouge_l(c.at("candidate").get<std::string>(), c.at("reference").get<std::string>());
    const auto expected = c.at("scores").get<std::vector<double>>();
    EXPECT_NEAR(score.precision, expected[0], 1e-12);
    EXPECT_NEAR(score.recall, expected[1], 1e-12);
    EXPECT_NEAR(score.f1, expected[2], 1e-12);
  }
}

TEST(ExactMatch, ignores_case_punctuation_articles_and_spaces) {
  EXPECT_TRUE(exact_match("The left lung.", "left  LUNG"));
  EXPECT_TRUE(exact_match("x-ray", "xray"));
  EXPECT_FALSE(exact_match("left lung", "right lung"));
  EXPECT_FALSE(exact_match("leftlung", "left lung"));
  EXPECT_EQ(normalise_answer("  A big,\tDOG! "), "big dog");
}

TEST(TokenF1, counts_each_word_as_often_as_both_have_it) {
  EXPECT_DOUBLE_EQ(token_f1("no no lesion", "no lesion"), 0.8);  // 2 of 3, 2 of 2
  EXPECT_DOUBLE_EQ(token_f1("heart", "lung"), 0);
  EXPECT_DOUBLE_EQ(token_f1("", "lung"), 0);
  EXPECT_DOUBLE_EQ(token_f1("the", "a"), 1);
}

}  // namespace
}  // namespace galen::eval
