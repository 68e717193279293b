#include "model/gemma/decoder.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <galen/error.h>

#include "test_model.h"

namespace galen::model {
namespace {

class DecoderOnGemma : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(test_model()))
      GTEST_SKIP() << "no Gemma 3 270M: run scripts/setup";
  }
  static std::unique_ptr<Decoder> load(DecoderOptions options = {}) {
    if (options.context == 8192) options.context = 1024;
    options.threads = 1;  // ggml's threads wait in a busy loop: slow on a loaded machine
    return Decoder::load(test_model(), options);
  }
};

Token best(std::span<const float> logits) {
  return static_cast<Token>(std::ranges::max_element(logits) - logits.begin());
}

std::vector<Token> prompt(const Decoder& decoder, std::string_view text) {
  std::vector<Token> tokens = decoder.tokenize(text, false);
  tokens.insert(tokens.begin(), decoder.bos());
  return tokens;
}

std::vector<Token> continue_greedily(Decoder& decoder, int count) {
  std::vector<Token> made;
  for (int i = 0; i < count; ++i) {
    made.push_back(best(decoder.logits()));
    decoder.append(std::span(&made.back(), 1));
  }
  return made;
}

float largest_difference(std::span<const float> a, std::span<const float> b) {
  float worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i) worst = std::max(worst, std::abs(a[i] - b[i]));
  return worst;
}

TEST_F(DecoderOnGemma, KnowsTheCapitalOfGermany) {
  const auto decoder = load();
  decoder->append(prompt(*decoder, "Question: What is the capital of Germany?\nAnswer:"));
  std::string answer;
  for (const Token token : continue_greedily(*decoder, 6)) answer += decoder->piece(token, false);
  EXPECT_THAT(answer, testing::HasSubstr("Berlin"));
}

// ggml rounds differently for one row and for many, so that logits of a 4-bit model differ by a few
// percent; a wrong position or mask would change them by their own size.
TEST_F(DecoderOnGemma, LogitsOfOneBatchAreCloseToThoseOfSingleSteps) {
  const auto decoder = load();
  const auto tokens = prompt(*decoder, "Chest radiograph, two views. No focal consolidation.");
  const auto all = decoder->append_with_logits(tokens);
  const auto row = static_cast<std::size_t>(decoder->vocabulary());
  ASSERT_EQ(all.size(), tokens.size() * row);
  decoder->clear();
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    decoder->append(std::span(&tokens[i], 1));
    const auto expected = std::span(all).subspan(i * row, row);
    const float largest =
        std::abs(*std::ranges::max_element(expected, {}, [](float v) { return std::abs(v); }));
    EXPECT_LT(largest_difference(decoder->logits(), expected), 0.1F * largest) << "token " << i;
  }
}

TEST_F(DecoderOnGemma, RewindGivesTheSameContinuation) {
  const auto decoder = load();
  const auto tokens = prompt(*decoder, "Question: What is the capital of Germany?\nAnswer:");
  decoder->append(tokens);
  const int position = decoder->position();
  const auto first = continue_greedily(*decoder, 8);
  EXPECT_EQ(decoder->rewind(position - 1), position - 1);
  EXPECT_EQ(decoder->position(), position - 1);
  decoder->append(std::span(tokens).last(1));
  EXPECT_EQ(continue_greedily(*decoder, 8), first);
}

TEST_F(DecoderOnGemma, RewindBeyondTheSlidingWindowStartsAgain) {
  const auto decoder = load({.context = 2048, .batch = 128});
  const std::vector<Token> tokens(1000, decoder->tokenize(" the", false).front());
  decoder->append(tokens);
  EXPECT_EQ(decoder->rewind(990), 990);
  EXPECT_EQ(decoder->rewind(100), 0);
  EXPECT_EQ(decoder->position(), 0);
}

TEST_F(DecoderOnGemma, RewindComesBackToASavePoint) {
  const auto decoder = load({.context = 2048, .batch = 128});
  const auto tokens = prompt(*decoder, "Question: What is the capital of Germany?\nAnswer:");
  decoder->append(std::span(tokens).first(tokens.size() - 1));
  const int position = decoder->position();
  decoder->save_point();
  decoder->append(std::span(tokens).last(1));
  const auto expected = continue_greedily(*decoder, 8);
  decoder->append(std::vector<Token>(1000, tokens[3]));
  EXPECT_EQ(decoder->rewind(position), position);
  decoder->append(std::span(tokens).last(1));
  EXPECT_EQ(continue_greedily(*decoder, 8), expected);
}

TEST_F(DecoderOnGemma, ResizeKeepsWhatWasAppended) {
  const auto decoder = load({.context = 64});
  const auto tokens = prompt(*decoder, "The patient was given aspirin and");
  decoder->append(tokens);
  const auto expected = continue_greedily(*decoder, 8);
  decoder->clear();
  decoder->append(std::span(tokens).first(tokens.size() - 1));
  decoder->resize(512);
  EXPECT_EQ(decoder->context(), 512);
  decoder->append(std::span(tokens).last(1));
  EXPECT_EQ(continue_greedily(*decoder, 8), expected);
}

TEST_F(DecoderOnGemma, AppendBeyondTheContextIsRefused) {
  const auto decoder = load({.context = 256});
  try {
    decoder->append(std::vector<Token>(257, 5));
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::limit_exceeded);
    EXPECT_THAT(error.what(), testing::HasSubstr("257"));
    EXPECT_THAT(error.what(), testing::HasSubstr("256"));
  }
  EXPECT_EQ(decoder->position(), 0);
}

TEST_F(DecoderOnGemma, CancelStopsAnAppend) {
  const auto decoder = load();
  CancelToken cancel;
  cancel.cancel();
  decoder->set_cancel(&cancel);
  const Token token = decoder->bos();
  EXPECT_THROW(decoder->append(std::span(&token, 1)), Error);
  decoder->set_cancel(nullptr);
  decoder->append(std::span(&token, 1));
  EXPECT_EQ(decoder->position(), 1);
}

TEST_F(DecoderOnGemma, ImageEmbeddingsTakePositionsAndChangeWhatFollows) {
  const auto decoder = load();
  const auto tokens = prompt(*decoder, "The capital of France is");
  decoder->append(tokens);
  const std::vector<float> without(decoder->logits().begin(), decoder->logits().end());
  decoder->clear();
  decoder->append(std::span(tokens).first(1));
  std::vector<float> image(16 * static_cast<std::size_t>(decoder->width()), 0.5F);
  decoder->append_image(image);
  EXPECT_EQ(decoder->position(), 17);
  EXPECT_TRUE(decoder->logits().empty());
  decoder->append(std::span(tokens).subspan(1));
  EXPECT_GT(largest_difference(decoder->logits(), without), 0.1F);
}

TEST_F(DecoderOnGemma, TextIsNotMadeSpecialUnlessAsked) {
  const auto decoder = load();
  EXPECT_THAT(decoder->tokenize("<start_of_turn>", true), testing::ElementsAre(105));
  EXPECT_GT(decoder->tokenize("<start_of_turn>", false).size(), 1U);
  EXPECT_EQ(decoder->piece(105, true), "<start_of_turn>");
  EXPECT_EQ(decoder->piece(100, true), "<unused94>");
  EXPECT_EQ(decoder->piece(101, true), "<unused95>");
  EXPECT_TRUE(decoder->is_end(1));
  EXPECT_TRUE(decoder->is_end(106));
}

TEST(Decoder, MissingFileIsNotFound) {
  try {
    (void)Decoder::load("/nonexistent/model.gguf");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::not_found);
  }
}

}  // namespace
}  // namespace galen::model
