#include "tasks/ehr/calculator.h"

#include <gtest/gtest.h>

#include <galen/error.h>

namespace galen::tasks {
namespace {

TEST(CalculatorTest, keeps_the_order_of_operations) {
  EXPECT_EQ(calculate("1 + 2 * 3"), "7");
  EXPECT_EQ(calculate("(1 + 2) * 3"), "9");
  EXPECT_EQ(calculate("2 ^ 3 ^ 2"), "512");
  EXPECT_EQ(calculate("-2 ^ 2"), "-4");
  EXPECT_EQ(calculate("7 / 2"), "3.5");
  EXPECT_EQ(calculate("70 / 1.75 ^ 2"), "22.85714286");
}

TEST(CalculatorTest, has_functions_of_numbers) {
  EXPECT_EQ(calculate("mean(8.1, 7.4, 6.9) "), "7.466666667");
  EXPECT_EQ(calculate("round(mean(8.1, 7.4, 6.9), 1)"), "7.5");
  EXPECT_EQ(calculate("max(1, 5, 3) - min(2, 4)"), "3");
  EXPECT_EQ(calculate("sqrt(abs(-16)) + sum(1, 2) + count(9, 9)"), "9");
}

TEST(CalculatorTest, counts_between_dates) {
  EXPECT_EQ(calculate("days(2020-02-01, 2020-03-01)"), "29");
  EXPECT_EQ(calculate("days('2020-03-01', \"2020-02-01\")"), "-29");
  EXPECT_EQ(calculate("months(2020-01-31, 2020-02-29)"), "0");
  EXPECT_EQ(calculate("months(2020-02-10, 2020-02-01)"), "0");
  EXPECT_EQ(calculate("years(1960-05-02, 2021-05-01)"), "60");
  EXPECT_EQ(calculate("years(1960-05-01, 2021-05-01T10:00:00Z)"), "61");
  EXPECT_EQ(calculate("years(1960, 1950)"), "-10");
}

TEST(CalculatorTest, refuses_what_it_cannot_calculate) {
  for (const char* bad : {"", "1 +", "1 / 0", "sqrt(-1)", "system(1)", "days(2020-13-01, 2020)",
                          "1 2", "(1", "min()", "mean(1,)", "10 ^ 400", "days(2020)"}) {
    EXPECT_THROW((void)calculate(bad), Error) << bad;
  }
  EXPECT_THROW((void)calculate(std::string(400, '(')), Error);
  EXPECT_THROW((void)calculate(std::string(600, '1')), Error);
}

}  // namespace
}  // namespace galen::tasks
