// A tiny multimodal Gemma 3 with random weights, in f32: what it says is noise, but the same noise
// whenever the path through the caches differs and the input does not.
#include <filesystem>
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

  static fs::path folder_;
  static model::Profile profile_;
};
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

}  // namespace
}  // namespace galen::engine
