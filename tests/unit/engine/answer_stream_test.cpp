#include "engine/answer_stream.h"

#include <gtest/gtest.h>

namespace galen::engine {
namespace {

TEST(AnswerStream, StreamsExactlyTheAnswer) {
  std::string streamed;
  AnswerStream stream(
      {}, [&](std::string_view piece) { streamed += piece; }, nullptr);
  EXPECT_TRUE(stream.push("<unused94>thought\nsecret<unused95>No "));
  EXPECT_TRUE(stream.push("effusion."));
  stream.finish();
  EXPECT_EQ(streamed, "No effusion.");
  EXPECT_EQ(stream.text(), streamed);
  EXPECT_EQ(stream.thinking(), "secret");
}

TEST(AnswerStream, HandsThinkingOnWhereAsked) {
  std::string thinking;
  AnswerStream stream({}, nullptr, [&](std::string_view piece) { thinking += piece; });
  stream.push("<unused94>thought\na");
  stream.push("b");
  stream.finish();
  EXPECT_EQ(thinking, "ab");
  EXPECT_EQ(stream.text(), "");
}

TEST(AnswerStream, EndsBeforeAStopStringWhereverItIsCut) {
  const std::string text = "Berlin.\nQuestion: next";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    std::string streamed;
    AnswerStream stream(
        {"\nQuestion:"}, [&](std::string_view piece) { streamed += piece; }, nullptr);
    const bool open = stream.push(text.substr(0, cut)) && stream.push(text.substr(cut));
    stream.finish();
    EXPECT_FALSE(open) << cut;
    EXPECT_EQ(stream.text(), "Berlin.") << cut;
    EXPECT_EQ(streamed, "Berlin.") << cut;
  }
}

TEST(AnswerStream, AStopStringThatNeverCompletesIsPartOfTheAnswer) {
  AnswerStream stream({"###"}, nullptr, nullptr);
  EXPECT_TRUE(stream.push("a ##"));
  EXPECT_EQ(stream.text(), "a ");
  stream.finish();
  EXPECT_EQ(stream.text(), "a ##");
}

TEST(AnswerStream, TheEarliestOfSeveralStopStringsEndsIt) {
  AnswerStream stream({"three", "two"}, nullptr, nullptr);
  EXPECT_FALSE(stream.push("one two three"));
  EXPECT_EQ(stream.text(), "one ");
}

TEST(AnswerStream, StopStringsDoNotEndThinking) {
  AnswerStream stream({"stop"}, nullptr, nullptr);
  EXPECT_TRUE(stream.push("<unused94>thought\nstop here?<unused95>yes"));
  stream.finish();
  EXPECT_EQ(stream.text(), "yes");
}

}  // namespace
}  // namespace galen::engine
