#include "eval/metrics/answer_letter.h"

#include <gtest/gtest.h>
#include <string>

namespace galen::eval {
namespace {

TEST(AnswerLetter, is_found_by_each_of_the_eight_patterns) {
  EXPECT_EQ(answer_letter("The final answer is (A)"), 'A');
  EXPECT_EQ(answer_letter("The final answer is **(B)**"), 'B');
  EXPECT_EQ(answer_letter("The final answer is $\\boxed{C}$"), 'C');
  EXPECT_EQ(answer_letter("Final Answer:(D)"), 'D');
  EXPECT_EQ(answer_letter("Final Answer: (E)"), 'E');
  EXPECT_EQ(answer_letter("Final Answer: F"), 'F');
  EXPECT_EQ(answer_letter("Final Answer: \n **(G)**"), 'G');
  EXPECT_EQ(answer_letter("**Final Answer:** (J)"), 'J');
}

TEST(AnswerLetter, takes_the_first_match_of_the_first_pattern) {
  EXPECT_EQ(answer_letter("Final Answer: (A). The final answer is (B)"), 'B');
  EXPECT_EQ(answer_letter("Final Answer: A ... Final Answer: B"), 'A');
  EXPECT_EQ(answer_letter("Final Answer: none. Final Answer: B"), 'B');
}

TEST(AnswerLetter, is_absent_without_the_published_words) {
  EXPECT_EQ(answer_letter("B"), std::nullopt);
  EXPECT_EQ(answer_letter("The final answer is B"), std::nullopt);
  EXPECT_EQ(answer_letter("Final Answer: (K)"), std::nullopt);
  EXPECT_EQ(answer_letter("The final answer is"), std::nullopt);
  EXPECT_EQ(answer_letter("final answer: (B)"), std::nullopt);
}

TEST(AnswerLetter, survives_a_million_stars) {
  const std::string stars(1'000'000, '*');
  EXPECT_EQ(answer_letter("Final Answer: " + stars + "(B)"), 'B');
}

}  // namespace
}  // namespace galen::eval
