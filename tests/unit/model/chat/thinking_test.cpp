#include "model/chat/thinking.h"

#include <gtest/gtest.h>
#include <string>

namespace galen::model {
namespace {

struct Split {
  std::string answer;
  std::string thinking;
  bool operator==(const Split&) const = default;
};

void add(Split& split, const ThinkingSplitter::Piece& piece) {
  if (piece.answer_was_thinking) split = {"", split.answer};
  split.answer += piece.answer;
  split.thinking += piece.thinking;
}

Split split_at(const std::string& stream, std::size_t cut) {
  ThinkingSplitter splitter;
  Split split;
  add(split, splitter.push(std::string_view(stream).substr(0, cut)));
  add(split, splitter.push(std::string_view(stream).substr(cut)));
  add(split, splitter.finish());
  return split;
}

struct Case {
  const char* name;
  const char* stream;
  Split expected;
};

class ThinkingStream : public testing::TestWithParam<Case> {};

TEST_P(ThinkingStream, IsSplitTheSameWhereverItIsCut) {
  const std::string stream = GetParam().stream;
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    EXPECT_EQ(split_at(stream, cut), GetParam().expected) << "cut at " << cut;
  }
}

TEST_P(ThinkingStream, IsSplitTheSameByteByByte) {
  ThinkingSplitter splitter;
  Split split;
  for (const char* c = GetParam().stream; *c != '\0'; ++c) add(split, splitter.push({c, 1}));
  add(split, splitter.finish());
  EXPECT_EQ(split, GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Table, ThinkingStream,
    testing::Values(
        Case{"plain", "No pneumothorax.", {"No pneumothorax.", ""}},
        Case{"thinking_then_answer",
             "<unused94>thought\nLook at the apex.<unused95>None.",
             {"None.", "Look at the apex."}},
        Case{"no_label", "<unused94>Look.<unused95>None.", {"None.", "Look."}},
        Case{"never_ends", "<unused94>thought\nLook at", {"", "Look at"}},
        Case{"only_the_label", "<unused94>though", {"", ""}},
        Case{"end_without_start", "thought\nLook.<unused95>None.", {"None.", "thought\nLook."}},
        Case{"twice",
             "<unused94>thought\na<unused95>b<unused94>thought\nc<unused95>d",
             {"bd", "ac"}},
        Case{"text_before", "Well. <unused94>thought\na<unused95>b", {"Well. b", "a"}},
        Case{"almost_a_marker", "a <unused9x> < b", {"a <unused9x> < b", ""}},
        Case{"almost_a_marker_at_the_end", "a <unused9", {"a <unused9", ""}},
        Case{"empty_thinking", "<unused94>thought\n<unused95>b", {"b", ""}}),
    [](const auto& row) { return row.param.name; });

TEST(ThinkingSplitter, NeverHandsOutAPartOfAMarker) {
  ThinkingSplitter splitter;
  EXPECT_EQ(splitter.push("a<unu").answer, "a");
  EXPECT_EQ(splitter.push("sed94>").answer, "");
  EXPECT_TRUE(splitter.is_thinking());
}

}  // namespace
}  // namespace galen::model
