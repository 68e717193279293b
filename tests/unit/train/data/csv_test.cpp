#include "train/data/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <galen/error.h>

namespace galen::train {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ParseCsv, ReadsPlainAndQuotedFields) {
  EXPECT_THAT(parse_csv("a,b,c\n1,\"x, \"\"y\"\"\nz\",3\n", "t.csv"),
              ElementsAre(ElementsAre("a", "b", "c"), ElementsAre("1", "x, \"y\"\nz", "3")));
}

TEST(ParseCsv, TakesBothLineEndsAByteOrderMarkAndNoLastLineEnd) {
  EXPECT_THAT(parse_csv("\xEF\xBB\xBF"
                        "a,b\r\n\r\n1,\"2\"\r\n,",
                        "t.csv"),
              ElementsAre(ElementsAre("a", "b"), ElementsAre("1", "2"), ElementsAre("", "")));
  EXPECT_THAT(parse_csv("", "t.csv"), IsEmpty());
}

TEST(ParseCsv, RefusesAnOpenQuote) {
  EXPECT_THROW(static_cast<void>(parse_csv("a\n\"b\n", "t.csv")), Error);
}

}  // namespace
}  // namespace galen::train
