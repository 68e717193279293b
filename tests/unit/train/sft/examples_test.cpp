// From lines of JSON to packs of tokens, without torch.
#include "train/sft/examples.h"

#include <algorithm>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

#include <galen/error.h>

#include "base/file.h"
#include "model/weights/import.h"
#include "train/sft/packs.h"

namespace galen::train {
namespace {

namespace fs = std::filesystem;

fs::path data_file(const std::string& text) {
  const fs::path path = fs::path(testing::TempDir()) / "galen_sft_conversations.jsonl";
  write_file(path, text);
  return path;
}

std::string error_of(const std::string& text) {
  try {
    (void)read_conversations(data_file(text));
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Conversations, AreReadWithTheirImagesWhereTheyBelong) {
  const auto read = read_conversations(data_file(
      R"({"image": "a.png", "messages": [{"role": "user", "content": "What is it?"}, )"
      R"({"role": "assistant", "content": "A radiograph."}], "group": "p1", "split": "val"})"
      "\n\n"
      R"({"images": ["a.png", "b.png"], "messages": [{"role": "user", )"
      R"("content": "Compare <image> with <image>."}, {"role": "assistant", "content": "Equal."}]})"
      "\n"));
  using Parts = std::vector<std::variant<std::string, model::ImageMark>>;
  ASSERT_EQ(read.size(), 2U);
  EXPECT_EQ(read[0].split, "val");
  EXPECT_EQ(read[0].group, "p1");
  EXPECT_EQ(read[0].images, (std::vector{fs::path(testing::TempDir()) / "a.png"}));
  EXPECT_EQ(read[0].messages[0].parts, (Parts{model::ImageMark{0}, std::string("What is it?")}));
  EXPECT_EQ(read[1].split, "train");
  EXPECT_EQ(read[1].messages[0].parts,
            (Parts{std::string("Compare "), model::ImageMark{0}, std::string(" with "),
                   model::ImageMark{1}, std::string(".")}));
  EXPECT_EQ(read[1].messages[1].parts, (Parts{std::string("Equal.")}));
}

TEST(Conversations, NameTheLineAndWhatIsWrong) {
  EXPECT_THAT(error_of("{\"messages\": 3}"), testing::HasSubstr(":1: 'messages' is not a list"));
  EXPECT_THAT(error_of("{\"messages\": [{\"role\": \"robot\", \"content\": \"x\"}]}"),
              testing::HasSubstr("'robot'"));
  EXPECT_THAT(error_of("\n{\"image\": \"a.png\", \"messages\": [{\"role\": \"user\", "
                       "\"content\": \"<image> and <image>\"}]}"),
              testing::HasSubstr(":2: 1 images, but 2 times <image>"));
  EXPECT_THAT(error_of("\n"), testing::HasSubstr("holds no conversations"));
}

/// The tiny model's tokenizer.
std::unique_ptr<model::Decoder> tokenizer() {
  const fs::path folder = fs::path(testing::TempDir()) / "galen_sft_examples_model";
  fs::remove_all(folder);
  const model::Profile profile =
      model::import_model(fs::path(GALEN_SOURCE_DIR) / "tests/golden/gemma3/sharded/checkpoint",
                          {.name = "tiny", .out = folder});
  return model::Decoder::load(folder / profile.decoder,
                              {.context = 32, .threads = 1, .batch = 32, .gpu_layers = 0});
}

Conversation about_images(int turns, const std::string& split = "train") {
  Conversation conversation;
  conversation.images = {"one.png", "two.png"};
  conversation.split = split;
  for (int i = 0; i < turns; ++i) {
    conversation.messages.push_back({model::Role::user, {std::string("Is there an effusion?")}});
    conversation.messages.push_back({model::Role::assistant, {std::string("No.")}});
  }
  auto& first = conversation.messages.front().parts;
  first.insert(first.begin(), {model::ImageMark{0}, model::ImageMark{1}});
  return conversation;
}

TEST(Examples, HoldOneRowPerSoftTokenAndLearnOnlyAnswers) {
  const auto decoder = tokenizer();
  const ExampleSet set = make_examples({about_images(2), about_images(1, "val")}, *decoder,
                                       {.chat = true, .tokens_per_image = 16});
  ASSERT_EQ(set.train.size(), 1U);
  ASSERT_EQ(set.validation.size(), 1U);
  EXPECT_EQ(set.images.size(), 2U);
  const Example& example = set.train.front();
  ASSERT_EQ(example.images.size(), 2U);
  for (const Example::Image& image : example.images) {
    for (int i = 0; i < 16; ++i)
      EXPECT_EQ(example.tokens[static_cast<std::size_t>(image.begin + i)], 0);
    EXPECT_NE(example.tokens[static_cast<std::size_t>(image.begin + 16)], 0);
  }
  ASSERT_EQ(example.answers.size(), 2U);
  for (const Example::Answer& answer : example.answers) {
    std::string text;
    for (std::int64_t i = answer.begin; i < answer.end; ++i)
      text += decoder->piece(example.tokens[static_cast<std::size_t>(i)], true);
    EXPECT_EQ(text, "No.<end_of_turn>");
  }
}

TEST(Examples, LeaveOutWhatIsTooLongAndSayHowMuch) {
  const auto decoder = tokenizer();
  const std::int64_t longest =
      make_examples({about_images(1)}, *decoder, {.tokens_per_image = 16}).train[0].size();
  const ExampleOptions options{.chat = true, .tokens_per_image = 16, .longest = longest};
  const ExampleSet set = make_examples({about_images(1), about_images(3)}, *decoder, options);
  EXPECT_EQ(set.train.size(), 1U);
  EXPECT_EQ(set.too_long, 1);
  EXPECT_THROW((void)make_examples({about_images(3)}, *decoder, options), Error);
}

TEST(BatchOrder, EveryEpochHasEveryExampleOnceInAnotherOrder) {
  BatchOrder order(10, 4, 7);
  ASSERT_EQ(order.steps_per_epoch(), 3);
  std::vector<std::vector<std::int64_t>> epochs;
  for (std::int64_t epoch = 0; epoch < 2; ++epoch) {
    auto& seen = epochs.emplace_back();
    for (std::int64_t step = 0; step < 3; ++step) {
      for (const std::int64_t i : order.at(epoch * 3 + step)) seen.push_back(i);
    }
    EXPECT_EQ(std::set<std::int64_t>(seen.begin(), seen.end()).size(), 10U);
  }
  EXPECT_NE(epochs[0], epochs[1]);
  EXPECT_EQ(BatchOrder(10, 4, 7).at(4), order.at(4));
  EXPECT_NE(BatchOrder(10, 4, 8).at(0), order.at(0));
}

TEST(Packs, HoldEveryExampleOnceAndKeepToTheCapacity) {
  const std::vector<std::int64_t> sizes{30, 70, 50, 20, 100, 130, 40};
  const auto packs = make_packs(sizes, 100);
  std::multiset<std::int64_t> seen;
  for (const auto& pack : packs) {
    std::int64_t tokens = 0;
    for (const std::int64_t i : pack) {
      seen.insert(i);
      tokens += sizes[static_cast<std::size_t>(i)];
    }
    EXPECT_TRUE(tokens <= 100 || pack.size() == 1);
  }
  EXPECT_EQ(seen.size(), sizes.size());
  EXPECT_EQ(packs.size(), 5U);  // 130 | 100 | 70 + 30 | 50 + 40 | 20
}

}  // namespace
}  // namespace galen::train
