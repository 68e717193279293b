// A tiny multimodal Gemma 3 with random weights, in f32: what it says is noise, but the same noise
// whenever the path through the caches differs and the input does not.
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <galen/error.h>

#include "engine/engine.h"
#include "model/weights/import.h"

namespace galen::engine {
namespace {

namespace fs = std::filesystem;

class EngineOnTinyModel : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = fs::temp_directory_path() / ("galen-engine-" + std::to_string(getpid()));
    fs::remove_all(folder_);
    model::ImportOptions options;
    options.name = "tiny";
    options.out = folder_ / "tiny";
    options.type = model::WeightType::f32;
    profile_ = model::import_model(
        fs::path(GALEN_SOURCE_DIR) / "tests/golden/gemma3/sharded/checkpoint", options);
  }
  static void TearDownTestSuite() { fs::remove_all(folder_); }

  static std::unique_ptr<Engine> load(const fs::path& cache = {}) {
    EngineOptions options;
    options.threads = 1;
    options.kv = model::KvType::f32;
    options.image_cache = cache;
    return Engine::load(profile_, options);
  }
  static Image picture(int seed) {
    Image image = make_image(profile_.image_size, profile_.image_size, 3);
    for (std::size_t i = 0; i < image.data.size(); ++i) {
      image.data[i] =
          static_cast<std::uint8_t>((i * 37 + static_cast<std::size_t>(seed) * 101) % 251);
    }
    return image;
  }
  static Message user(std::vector<Part> parts) { return {Role::user, std::move(parts)}; }
  static Message assistant(std::string text) {
    return {Role::assistant, {TextPart{std::move(text)}}};
  }
  static GenerateOptions tokens(int count) {
    GenerateOptions options;
    options.max_tokens = count;
    return options;
  }

  /// Pictures first, first + 1, ... in `cells` cells of `per_cell` images.
  static MosaicPart mosaic(int tokens_per_cell, int cells, int per_cell = 1, int first = 1) {
    MosaicPart part;
    part.tokens_per_cell = tokens_per_cell;
    for (int i = 0; i < cells; ++i) {
      auto& cell = part.cells.emplace_back();
      for (int k = 0; k < per_cell; ++k) {
        const int seed = first + i * per_cell + k;
        cell.push_back({"picture " + std::to_string(seed), [seed] {
                          ++reads_;
                          return picture(seed);
                        }});
      }
    }
    return part;
  }

  static std::atomic<int> reads_;
  static fs::path folder_;
  static model::Profile profile_;
};
std::atomic<int> EngineOnTinyModel::reads_ = 0;
fs::path EngineOnTinyModel::folder_;
model::Profile EngineOnTinyModel::profile_;

TEST_F(EngineOnTinyModel, AnImageTakesItsTokensAndChangesTheAnswer) {
  const auto engine = load();
  const Message with{user({ImagePart{picture(1)}, TextPart{"a chest radiograph"}})};
  const Message without{user({TextPart{"a chest radiograph"}})};
  EXPECT_GT(engine->count_tokens({with}),
            engine->count_tokens({without}) + profile_.tokens_per_image);
  const Answer answer = engine->generate({with}, tokens(12));
  EXPECT_EQ(answer.images_encoded, 1);
  EXPECT_EQ(answer.prompt_tokens, engine->count_tokens({with}));
  EXPECT_NE(answer.text, engine->generate({without}, tokens(12)).text);
}

TEST_F(EngineOnTinyModel, AnswersHaveTheLikelihoodOfTheirTokensInTurn) {
  const auto engine = load();
  const std::vector<Message> chat{user({ImagePart{picture(1)}, TextPart{"is it"}})};
  const std::vector<std::string> answers{"no", "no effusion", "yes"};
  const auto likelihoods = engine->answer_log_likelihoods(chat, answers);
  for (const double one : likelihoods) EXPECT_LT(one, 0);
  // A longer answer with the same beginning is less likely, and each is what it is alone.
  EXPECT_LT(likelihoods[1], likelihoods[0]);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    EXPECT_NEAR(load()->answer_log_likelihoods(chat, {answers[i]})[0], likelihoods[i], 1e-3);
  }
  // What greedy answering says first is likelier than any other word.
  const std::string greedy = engine->generate(chat, tokens(1)).text;
  ASSERT_FALSE(greedy.empty());
  const auto against = engine->answer_log_likelihoods(chat, {greedy, "yes", "no"});
  EXPECT_GE(against[0], std::max(against[1], against[2]));
  EXPECT_THROW((void)engine->answer_log_likelihoods(chat, {""}), Error);
}

TEST_F(EngineOnTinyModel, AnImageIsEncodedOncePerConversation) {
  const auto engine = load();
  std::vector<Message> chat{user({ImagePart{picture(1)}, TextPart{"what is this"}})};
  const Answer first = engine->generate(chat, tokens(6));
  chat.push_back(assistant(first.text));
  chat.push_back(user({TextPart{"and now"}, ImagePart{picture(2)}}));
  const Answer second = engine->generate(chat, tokens(10));
  EXPECT_EQ(second.images_encoded, 1);
  EXPECT_EQ(second.images_cached, 1);
  EXPECT_GT(second.cached_tokens, profile_.tokens_per_image);
  const Answer alone = load()->generate(chat, tokens(10));
  EXPECT_EQ(alone.images_encoded, 2);
  EXPECT_EQ(alone.cached_tokens, 0);
  EXPECT_EQ(second.text, alone.text);
}

TEST_F(EngineOnTinyModel, AnotherProcessFindsTheImageOnDisk) {
  const fs::path cache = folder_ / "images";
  const std::vector<Message> chat{user({TextPart{"look"}, ImagePart{picture(3)}})};
  const Answer first = load(cache)->generate(chat, tokens(10));
  const Answer second = load(cache)->generate(chat, tokens(10));
  EXPECT_EQ(first.images_encoded, 1);
  EXPECT_EQ(second.images_encoded, 0);
  EXPECT_EQ(second.images_cached, 1);
  EXPECT_EQ(second.text, first.text);
}

TEST_F(EngineOnTinyModel, ManyTurnsGiveTheAnswersOfFreshEngines) {
  const auto engine = load();
  std::vector<Message> chat;
  for (int turn = 0; turn < 5; ++turn) {
    chat.push_back(user({TextPart{"turn " + std::to_string(turn)}, ImagePart{picture(turn % 2)}}));
    const Answer answer = engine->generate(chat, tokens(30));
    EXPECT_EQ(answer.text, load()->generate(chat, tokens(30)).text) << "turn " << turn;
    chat.push_back(assistant(answer.text));
  }
}

TEST_F(EngineOnTinyModel, SpeculationGivesTheSameAnswer) {
  const auto engine = load();
  const std::vector<Message> chat{
      user({ImagePart{picture(1)}, TextPart{"no effusion no effusion no effusion no"}})};
  GenerateOptions options = tokens(80);
  const std::string plain = engine->generate(chat, options).text;
  options.lookup_speculation = true;
  EXPECT_EQ(engine->generate(chat, options).text, plain);
  options.sampling = {.temperature = 1, .seed = 5};
  const std::string drawn = engine->generate(chat, options).text;
  options.lookup_speculation = false;
  EXPECT_EQ(engine->generate(chat, options).text, drawn);
}

TEST_F(EngineOnTinyModel, AnImageOfAnotherSizeIsRefused) {
  try {
    (void)load()->generate({user({ImagePart{make_image(8, 8, 3)}})}, tokens(1));
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
    EXPECT_THAT(error.what(), testing::HasSubstr("8 x 8"));
  }
}

TEST_F(EngineOnTinyModel, AMosaicOfOneImageIsThatImage) {
  const auto engine = load();
  const Message image{user({ImagePart{picture(1)}, TextPart{"what is this"}})};
  const Message whole{user({mosaic(profile_.tokens_per_image, 1), TextPart{"what is this"}})};
  const Message coarse{user({mosaic(4, 1), TextPart{"what is this"}})};
  const Answer seen = engine->generate({image}, tokens(12));
  const Answer streamed = load()->generate({whole}, tokens(12));
  EXPECT_EQ(streamed.text, seen.text);
  EXPECT_EQ(streamed.prompt_tokens, seen.prompt_tokens);
  EXPECT_EQ(engine->count_tokens({coarse}), seen.prompt_tokens - profile_.tokens_per_image + 4);
}

TEST_F(EngineOnTinyModel, ACellOfEqualImagesIsOneOfThem) {
  MosaicPart three = mosaic(4, 1, 3);
  for (DeferredImage& image : three.cells.front()) image.read = [] { return picture(1); };
  const Message many{user({std::move(three), TextPart{"what is this"}})};
  const Message one{user({mosaic(4, 1), TextPart{"what is this"}})};
  EXPECT_EQ(load()->generate({many}, tokens(12)).text, load()->generate({one}, tokens(12)).text);
}

TEST_F(EngineOnTinyModel, MosaicsAreReadOnceAndTellProgress) {
  const fs::path cache = folder_ / "mosaics";
  const Message message{user({mosaic(1, 16), mosaic(1, 10, 2, 20), TextPart{"what is this"}})};
  std::vector<std::size_t> done;
  GenerateOptions options = tokens(8);
  options.on_images = [&](std::size_t now, std::size_t total) {
    EXPECT_EQ(total, 36U);
    done.push_back(now);
  };
  reads_ = 0;
  const auto engine = load(cache);
  const Answer first = engine->generate({message}, options);
  EXPECT_EQ(reads_, 36);
  EXPECT_EQ(first.images_encoded, 36);
  EXPECT_TRUE(std::is_sorted(done.begin(), done.end()));
  EXPECT_EQ(done.back(), 36U);
  const Answer again = load(cache)->generate({message}, options);
  EXPECT_EQ(reads_, 36);
  EXPECT_EQ(again.images_cached, 36);
  EXPECT_EQ(again.text, first.text);
  const Answer follow_up =
      engine->generate({message, assistant(first.text), user({TextPart{"and now"}})}, tokens(4));
  EXPECT_EQ(follow_up.images_cached, 36);
  EXPECT_GT(follow_up.cached_tokens, 26);
}

TEST_F(EngineOnTinyModel, AnotherQuestionAfterALongAnswerCostsItsOwnTokens) {
  const auto engine = load();
  const auto ask = [](const std::string& question) {
    return std::vector<Message>{user({mosaic(1, 16), mosaic(1, 16), TextPart{question}})};
  };
  // Long enough that the sliding windows no longer hold what lies before the question.
  GenerateOptions digits = tokens(1500);
  digits.grammar = "root ::= [0-9]{1400}";
  const Answer first = engine->generate(ask("what is this"), digits);
  ASSERT_GT(first.answer_tokens, 1200) << "the windows have not slid on";
  for (const std::string question : {"is it benign", "and how large"}) {
    const Answer next = engine->generate(ask(question), tokens(8));
    EXPECT_GE(next.cached_tokens, 32) << question;
    EXPECT_EQ(next.text, load()->generate(ask(question), tokens(8)).text);
  }
}

TEST_F(EngineOnTinyModel, ADamagedEntryOfTheCacheIsReadAgain) {
  const fs::path cache = folder_ / "damaged";
  const Message message{user({mosaic(1, 4), TextPart{"what is this"}})};
  const Answer first = load(cache)->generate({message}, tokens(8));
  for (const auto& file : fs::directory_iterator(cache)) std::ofstream(file.path()) << "torn";
  reads_ = 0;
  EXPECT_EQ(load(cache)->generate({message}, tokens(8)).text, first.text);
  EXPECT_EQ(reads_, 4);
}

TEST_F(EngineOnTinyModel, TheErrorOfAReaderComesThrough) {
  MosaicPart broken = mosaic(1, 3);
  broken.cells[1][0].read = []() -> Image { throw Error(ErrorKind::malformed, "slide 7"); };
  try {
    (void)load()->generate({user({std::move(broken), TextPart{"x"}})}, tokens(1));
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::malformed);
    EXPECT_STREQ(error.what(), "slide 7");
  }
}

TEST_F(EngineOnTinyModel, AMosaicThatTheTowerCannotMakeIsRefused) {
  const auto engine = load();
  for (const MosaicPart& part : {mosaic(3, 1), mosaic(9, 1), mosaic(1, 17), mosaic(1, 0)})
    EXPECT_THROW((void)engine->count_tokens({user({part, TextPart{"x"}})}), Error);
}

TEST_F(EngineOnTinyModel, SqueezedPositionsReachBeyondTheTrainedContext) {
  EngineOptions options;
  options.threads = 1;
  EXPECT_EQ(Engine::load(profile_, options)->context_limit(), 2048);
  options.rope_scale = 4;
  const auto engine = Engine::load(profile_, options);
  EXPECT_EQ(engine->context_limit(), 8192);
  std::string text;
  for (int i = 0; i < 2500; ++i) text += "a ";
  EXPECT_GT(engine->generate({user({TextPart{text}})}, tokens(2)).prompt_tokens, 2048);
  EXPECT_GT(engine->memory_plan(8192).kv_cache, engine->memory_plan(2048).kv_cache);
}

}  // namespace
}  // namespace galen::engine
