#include "eval/ehrqa/answer_match.h"

#include <gtest/gtest.h>

namespace galen::eval {
namespace {

EhrQuestion free_question(const std::string& answer) {
  EhrQuestion question;
  question.answer = answer;
  return question;
}

EhrQuestion choice_question() {
  EhrQuestion question;
  question.choices = {"Asthma", "Gout", "Hypertension", "Anemia"};
  question.answer = "Gout";
  return question;
}

TEST(AnswerMatchTest, takes_a_choice_by_letter_or_by_its_words) {
  for (const char* right : {"B", "b: Gout", "(B)", "B.", "B: Gout", "Gout", "gout.",
                            "The final answer is (B)", "Final Answer: (B)"}) {
    EXPECT_TRUE(is_right(choice_question(), right)) << right;
  }
  for (const char* wrong : {"A", "", "C) Hypertension", "Gout or Asthma", "None",
                            "Final Answer: (A)", "A: Asthma, not gout"}) {
    EXPECT_FALSE(is_right(choice_question(), wrong)) << wrong;
  }
}

TEST(AnswerMatchTest, takes_a_day_in_several_forms) {
  const EhrQuestion question = free_question("2020-04-01");
  for (const char* right : {"2020-04-01", "On 2020-04-01T08:00:00Z.", "April 1, 2020",
                            "1 April 2020", "Apr 1st, 2020", "the 1st of April 2020"}) {
    EXPECT_TRUE(is_right(question, right)) << right;
  }
  for (const char* wrong :
       {"2020-04-02", "2020", "April 2020", "4/1/2020", "2020-04-01 or 2020-04-02", ""}) {
    EXPECT_FALSE(is_right(question, wrong)) << wrong;
  }
}

TEST(AnswerMatchTest, compares_numbers_and_units) {
  const EhrQuestion question = free_question("7.40 %");
  for (const char* right : {"7.4 %", "7.4", "7.4%", "7.400 % (Hemoglobin A1c)"}) {
    EXPECT_TRUE(is_right(question, right)) << right;
  }
  EXPECT_FALSE(is_right(question, "7.5 %"));
  EXPECT_FALSE(is_right(question, "none"));
  EXPECT_TRUE(is_right(free_question("82.1 kg"), "82.1"));
  EXPECT_TRUE(is_right(free_question("82.1 kg"), "It was 82.1 kg."));
  EXPECT_FALSE(is_right(free_question("82.1 kg"), "82.1 lb"));
  EXPECT_TRUE(is_right(free_question("82.1 kg"), "82.1 kg. That is the last one."));
  EXPECT_TRUE(is_right(free_question("1.7 m"), "1.7 m"));
  EXPECT_FALSE(is_right(free_question("1.7 m"), "1.7 mm"));
  EXPECT_TRUE(is_right(free_question("3"), "3"));
  EXPECT_FALSE(is_right(free_question("3"), "13"));
  EXPECT_TRUE(is_right(free_question("-2.5"), "-2.5"));
  EXPECT_FALSE(is_right(free_question("-2.5"), "2.5"));
}

TEST(AnswerMatchTest, finds_names_whatever_their_case_and_brackets) {
  EXPECT_TRUE(is_right(free_question("Dr. Edith654 Beier427"), "dr. edith654 beier427"));
  EXPECT_TRUE(is_right(free_question("Gingivitis (disorder)"), "It is gingivitis, disorder."));
  EXPECT_FALSE(is_right(free_question("Gingivitis (disorder)"), "Sinusitis (disorder)"));
  EXPECT_FALSE(is_right(free_question("Gingivitis (disorder)"), ""));
}

}  // namespace
}  // namespace galen::eval
