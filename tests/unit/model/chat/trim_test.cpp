#include "model/chat/trim.h"

#include <gtest/gtest.h>

namespace galen::model {
namespace {

TEST(Trim, TakesWhatPythonStripTakes) {
  EXPECT_EQ(trimmed(" \t\r\n a b \v\f\x1c\x1d\x1e\x1f"), "a b");
  EXPECT_EQ(trimmed("\u00a0\u2003a\u3000\u2028"), "a");
  EXPECT_EQ(trimmed("\u0085a\u0085"), "a");
}

TEST(Trim, LeavesZeroWidthCharactersAndInnerSpace) {
  EXPECT_EQ(trimmed("\u200ba  b\ufeff"), "\u200ba  b\ufeff");
}

TEST(Trim, OfWhiteSpaceIsEmpty) {
  EXPECT_EQ(trimmed(" \u2009 "), "");
  EXPECT_EQ(trimmed(""), "");
}

}  // namespace
}  // namespace galen::model
