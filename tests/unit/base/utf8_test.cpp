#include "base/utf8.h"

#include <gtest/gtest.h>
#include <string>

namespace galen {
namespace {

TEST(Utf8, TakesCharactersOfEveryLength) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("A\xC3\xA9\xE2\x82\xAC\xF0\x9F\xA9\xBA"));
  EXPECT_TRUE(is_utf8(std::string("\0", 1)));
}

TEST(Utf8, RefusesWhatIsNotWellFormed) {
  EXPECT_FALSE(is_utf8("\x80"));              // a lone continuation
  EXPECT_FALSE(is_utf8("\xC3"));              // cut
  EXPECT_FALSE(is_utf8("\xC3("));             // no continuation
  EXPECT_FALSE(is_utf8("\xC0\xAF"));          // overlong
  EXPECT_FALSE(is_utf8("\xE0\x80\xAF"));      // overlong
  EXPECT_FALSE(is_utf8("\xED\xA0\x80"));      // surrogate
  EXPECT_FALSE(is_utf8("\xF4\x90\x80\x80"));  // beyond U+10FFFF
  EXPECT_FALSE(is_utf8("\xFF"));
}

TEST(Utf8, IsCutBetweenCharacters) {
  EXPECT_EQ(utf8_prefix("A\xE2\x82\xAC", 4), "A\xE2\x82\xAC");
  EXPECT_EQ(utf8_prefix("A\xE2\x82\xAC", 3), "A");
  EXPECT_EQ(utf8_prefix("A\xE2\x82\xAC", 1), "A");
  EXPECT_EQ(utf8_prefix("\xE2\x82\xAC", 2), "");
}

}  // namespace
}  // namespace galen
