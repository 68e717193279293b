#include "engine/utf8.h"

#include <gtest/gtest.h>

namespace galen::engine {
namespace {

TEST(Utf8Assembler, HoldsACharacterBackUntilItIsWhole) {
  Utf8Assembler assembler;
  EXPECT_EQ(assembler.push("a\xE2\x82"), "a");
  EXPECT_EQ(assembler.push("\xAC"
                           "b"),
            "\xE2\x82\xAC"
            "b");
  EXPECT_EQ(assembler.finish(), "");
}

TEST(Utf8Assembler, GivesTheSameTextByteByByte) {
  const std::string text = "µ → 心 🫀 x";
  Utf8Assembler assembler;
  std::string made;
  for (const char c : text) made += assembler.push({&c, 1});
  EXPECT_EQ(made + assembler.finish(), text);
}

TEST(Utf8Assembler, ReplacesWhatIsNoUtf8) {
  Utf8Assembler assembler;
  EXPECT_EQ(assembler.push("a\xFF"
                           "b\x80"
                           "c"),
            "a\uFFFD"
            "b\uFFFD"
            "c");
  EXPECT_EQ(assembler.push("\xC0\xAF"), "\uFFFD\uFFFD");
  EXPECT_EQ(assembler.push("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(assembler.push("\xE2\x82x"), "\uFFFDx");
}

TEST(Utf8Assembler, ReplacesACharacterThatNeverEnds) {
  Utf8Assembler assembler;
  EXPECT_EQ(assembler.push("\xF0\x9F"), "");
  EXPECT_EQ(assembler.finish(), "\uFFFD");
}

}  // namespace
}  // namespace galen::engine
