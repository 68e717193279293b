#include "tasks/ask/choices.h"

#include <gtest/gtest.h>
#include <vector>

#include <galen/error.h>

namespace galen::tasks {
namespace {

TEST(GrammarOfChoices, QuotesEachChoice) {
  const std::vector<std::string> choices{"Yes", "a \"quoted\" \\ one", "two\nlines"};
  EXPECT_EQ(grammar_of_choices(choices),
            "root ::= \" \"? (\"Yes\" | \"a \\\"quoted\\\" \\\\ one\" | \"two\\x0Alines\")\n");
}

TEST(GrammarOfChoices, RefusesAnEmptyChoice) {
  const std::vector<std::string> choices{"Yes", ""};
  EXPECT_THROW((void)grammar_of_choices(choices), Error);
}

}  // namespace
}  // namespace galen::tasks
