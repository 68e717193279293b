#include "engine/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <galen/error.h>

#include "../model/gemma/test_model.h"
#include "base/json.h"

namespace galen::engine {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

model::Profile base_profile() {
  model::Profile profile;
  profile.name = "gemma-3-270m";
  profile.folder = model::test_model().parent_path();
  profile.decoder = model::test_model().filename();
  return profile;
}

// One thread: ggml's threads wait for each other in a busy loop, which a loaded machine makes slow.
std::unique_ptr<Engine> load_engine(int context = 0, int threads = 1) {
  EngineOptions options;
  options.context = context;
  options.threads = threads;
  return Engine::load(base_profile(), options);
}

Message message(Role role, std::string text) {
  return {role, {TextPart{std::move(text)}}};
}
Message user(std::string text) {
  return message(Role::user, std::move(text));
}
Message assistant(std::string text) {
  return message(Role::assistant, std::move(text));
}

const char* const kQuestion = "What is the capital of Germany?";

class EngineOnGemma : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (std::filesystem::exists(model::test_model())) engine_ = load_engine();
  }
  static void TearDownTestSuite() { engine_.reset(); }
  void SetUp() override {
    if (!engine_) GTEST_SKIP() << "no Gemma 3 270M: run scripts/setup";
  }
  static GenerateOptions tokens(int count) {
    GenerateOptions options;
    options.max_tokens = count;
    return options;
  }
  static std::unique_ptr<Engine> engine_;
};
std::unique_ptr<Engine> EngineOnGemma::engine_;

TEST_F(EngineOnGemma, AnswersAQuestion) {
  const Answer answer = engine_->generate({user(kQuestion)}, tokens(8));
  EXPECT_THAT(answer.text, HasSubstr("Berlin"));
  EXPECT_EQ(answer.prompt_tokens, engine_->count_tokens({user(kQuestion)}));
  EXPECT_LE(answer.answer_tokens, 8);
  EXPECT_GT(answer.decode_seconds, 0);
}

TEST_F(EngineOnGemma, StreamsWhatItReturns) {
  std::string streamed;
  GenerateOptions options = tokens(12);
  options.on_text = [&](std::string_view piece) { streamed += piece; };
  EXPECT_EQ(engine_->generate({user(kQuestion)}, options).text, streamed);
}

TEST_F(EngineOnGemma, GreedyIsRepeatable) {
  const auto fresh = load_engine();
  const std::string first = fresh->generate({user("Pneumonia is")}, tokens(24)).text;
  EXPECT_EQ(load_engine()->generate({user("Pneumonia is")}, tokens(24)).text, first);
}

TEST_F(EngineOnGemma, OneAndTwoThreadsSayTheSame) {
  const Answer one = engine_->generate({user("Pneumonia is")}, tokens(12));
  EXPECT_EQ(load_engine(0, 2)->generate({user("Pneumonia is")}, tokens(12)).text, one.text);
}

TEST_F(EngineOnGemma, SamplingFollowsTheSeed) {
  GenerateOptions options = tokens(16);
  options.sampling = {.temperature = 1, .seed = 3};
  const auto run = [&](std::uint64_t seed) {
    options.sampling.seed = seed;
    return engine_->generate({user("The lungs are")}, options).text;
  };
  (void)run(3);  // from here on every run reuses the same cache
  EXPECT_EQ(run(3), run(3));
  EXPECT_NE(run(3), run(4));
}

TEST_F(EngineOnGemma, ASecondTurnReusesTheFirst) {
  const auto engine = load_engine();
  const std::vector<Message> one{user("Name a bone."), assistant("The femur."),
                                 user("Name a muscle.")};
  const Answer first = engine->generate(one, tokens(6));
  std::vector<Message> two = one;
  two.push_back(assistant(first.text));
  two.push_back(user("What is the capital of Germany?"));
  const Answer second = engine->generate(two, tokens(8));
  EXPECT_GT(second.cached_tokens, first.prompt_tokens - 4);
  const Answer alone = load_engine()->generate(two, tokens(8));
  EXPECT_EQ(alone.cached_tokens, 0);
  EXPECT_EQ(second.prompt_tokens, alone.prompt_tokens);
  EXPECT_EQ(second.text, alone.text);
}

TEST_F(EngineOnGemma, ATranscriptStopsAtTheNextQuestion) {
  const Answer answer =
      engine_->generate({user("What is the capital of France?"), assistant("Paris."),
                         user("What is the capital of Germany?")},
                        tokens(60));
  EXPECT_EQ(answer.finish, FinishReason::stop);
  EXPECT_THAT(answer.text, HasSubstr("Berlin"));
  EXPECT_THAT(answer.text, testing::Not(HasSubstr("Question")));
}

TEST_F(EngineOnGemma, StopStringsEndTheAnswer) {
  GenerateOptions options = tokens(40);
  options.stop = {"Berlin"};
  const Answer answer = engine_->generate({user(kQuestion)}, options);
  EXPECT_EQ(answer.finish, FinishReason::stop);
  EXPECT_THAT(answer.text, testing::Not(HasSubstr("Ber")));
}

TEST_F(EngineOnGemma, AJsonSchemaGivesJson) {
  GenerateOptions options = tokens(120);
  options.json_schema = R"({"type":"object","properties":{"city":{"type":"string","maxLength":20},
    "population":{"type":"integer"},"capital":{"type":"boolean"}},"required":["city","population","capital"]})";
  const Answer answer = engine_->generate({user("Describe Berlin as JSON:")}, options);
  ASSERT_EQ(answer.finish, FinishReason::stop) << answer.text;
  const Json json = parse_json(answer.text, "answer");
  EXPECT_TRUE(json["city"].is_string());
  EXPECT_TRUE(json["population"].is_number_integer());
  EXPECT_TRUE(json["capital"].is_boolean());
}

TEST_F(EngineOnGemma, AGrammarHolds) {
  GenerateOptions options = tokens(10);
  options.grammar = R"(root ::= "yes" | "no")";
  EXPECT_THAT(engine_->generate({user("Is water wet?")}, options).text,
              testing::AnyOf("yes", "no"));
}

TEST_F(EngineOnGemma, ABrokenGrammarIsMalformed) {
  GenerateOptions options = tokens(10);
  options.grammar = "root ::= (";
  EXPECT_THROW((void)engine_->generate({user("x")}, options), Error);
}

TEST_F(EngineOnGemma, SpeculationGivesTheSameAnswer) {
  const char* const report =
      "Lungs: clear, no focal consolidation.\nPleura: no effusion, no pneumothorax.\nHeart: normal "
      "size.\n"
      "Lungs: clear, no focal consolidation.\nPleura: no effusion, no pneumothorax.\nHeart:";
  GenerateOptions options = tokens(48);
  const Answer plain = engine_->generate({user(report)}, options);
  options.lookup_speculation = true;
  const Answer drafted = engine_->generate({user(report)}, options);
  EXPECT_EQ(drafted.text, plain.text);
  EXPECT_EQ(drafted.answer_tokens, plain.answer_tokens);
}

TEST_F(EngineOnGemma, CancelKeepsWhatWasSaid) {
  CancelToken cancel;
  GenerateOptions options = tokens(200);
  options.cancel = &cancel;
  int pieces = 0;
  options.on_text = [&](std::string_view) {
    if (++pieces == 2) cancel.cancel();
  };
  const Answer answer = engine_->generate({user(kQuestion)}, options);
  EXPECT_EQ(answer.finish, FinishReason::cancelled);
  EXPECT_FALSE(answer.text.empty());
  EXPECT_LT(answer.answer_tokens, 10);
  EXPECT_THAT(engine_->generate({user(kQuestion)}, tokens(8)).text, HasSubstr("Berlin"));
}

TEST_F(EngineOnGemma, CancelWorksDuringPrefill) {
  CancelToken cancel;
  GenerateOptions options = tokens(5);
  options.cancel = &cancel;
  options.on_prefill = [&](int done, int) {
    if (done > 0) cancel.cancel();
  };
  std::string text;
  for (int i = 0; i < 700; ++i) text += "word ";
  const Answer answer = engine_->generate({user(text)}, options);
  EXPECT_EQ(answer.finish, FinishReason::cancelled);
  EXPECT_EQ(answer.answer_tokens, 0);
}

TEST_F(EngineOnGemma, TheContextGrowsAsAskedAndKeepsTheConversation) {
  const auto engine = load_engine();
  const std::string before = engine->generate({user(kQuestion)}, tokens(8)).text;
  GenerateOptions options = tokens(5000);
  options.stop = {"Berlin"};
  const Answer grown = engine->generate({user(kQuestion)}, options);
  EXPECT_EQ(grown.finish, FinishReason::stop);
  EXPECT_EQ(grown.cached_tokens, grown.prompt_tokens - 1);
  EXPECT_EQ(engine->generate({user(kQuestion)}, tokens(8)).text, before);
}

TEST_F(EngineOnGemma, ATooSmallContextIsNamed) {
  const auto engine = load_engine(48);
  std::string text;
  for (int i = 0; i < 60; ++i) text += "word ";
  try {
    (void)engine->generate({user(text)}, tokens(4));
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::limit_exceeded);
    EXPECT_THAT(error.what(),
                testing::AllOf(HasSubstr("66"), HasSubstr("48"), HasSubstr("--context")));
  }
  const Answer answer = engine->generate({user("One two three four")}, tokens(1000));
  EXPECT_EQ(answer.finish, FinishReason::length);
  EXPECT_EQ(answer.prompt_tokens + answer.answer_tokens, 48);
}

TEST_F(EngineOnGemma, WhatCannotBeAskedIsRefused) {
  const auto kind_of = [&](const std::vector<Message>& messages, const GenerateOptions& options) {
    try {
      (void)engine_->generate(messages, options);
    } catch (const Error& error) {
      return error.kind();
    }
    return ErrorKind::internal;
  };
  GenerateOptions both = tokens(1);
  both.grammar = "root ::= \"a\"";
  both.json_schema = R"({"type":"null"})";
  GenerateOptions think = tokens(1);
  think.think = true;
  const Message picture{Role::user, {ImagePart{make_image(8, 8, 3)}}};
  EXPECT_EQ(kind_of({}, tokens(1)), ErrorKind::invalid_argument);
  EXPECT_EQ(kind_of({user("a"), user("b")}, tokens(1)), ErrorKind::invalid_argument);
  EXPECT_EQ(kind_of({user("a"), assistant("b")}, tokens(1)), ErrorKind::invalid_argument);
  EXPECT_EQ(kind_of({user("a"), message(Role::system, "b"), user("c")}, tokens(1)),
            ErrorKind::invalid_argument);
  EXPECT_EQ(kind_of({picture}, tokens(1)), ErrorKind::invalid_argument);
  EXPECT_EQ(kind_of({user("a")}, tokens(0)), ErrorKind::invalid_argument);
  EXPECT_EQ(kind_of({user("a")}, both), ErrorKind::invalid_argument);
  EXPECT_EQ(kind_of({user("a")}, think), ErrorKind::unsupported);
}

}  // namespace
}  // namespace galen::engine
