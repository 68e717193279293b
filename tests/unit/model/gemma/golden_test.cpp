// Tiny Gemma 3 checkpoints made by tests/golden/make_gemma3.py, imported by Galen, run by the
// decoder and compared with what transformers computed in float32.

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <gtest/gtest.h>
#include <unistd.h>

#include "io/store/safetensors.h"
#include "model/gemma/decoder.h"
#include "model/weights/import.h"
#include "model/weights/quantize.h"

namespace galen::model {
namespace {

constexpr Token kImageToken = 384;

const std::filesystem::path& golden_folder() {
  static const auto folder =
      std::filesystem::path(GALEN_SOURCE_DIR) / "tests" / "golden" / "gemma3";
  return folder;
}

/// A checkpoint imported into a folder of this process, removed at the end.
class Imported {
 public:
  Imported(const std::string& model, WeightType type)
      : folder_(std::filesystem::path(testing::TempDir()) /
                ("galen_golden_" + std::to_string(::getpid()))),
        profile_(import_model(golden_folder() / model / "checkpoint",
                              {.name = model, .out = folder_, .type = type})) {}
  ~Imported() { std::filesystem::remove_all(folder_); }
  Imported(const Imported&) = delete;
  Imported& operator=(const Imported&) = delete;
  [[nodiscard]] const Profile& profile() const { return profile_; }

 private:
  std::filesystem::path folder_;
  Profile profile_;
};

/// What transformers computed for one prompt.
struct Golden {
  std::vector<Token> tokens;
  std::vector<Token> greedy;
  std::vector<float> soft_tokens;    ///< of all images
  std::size_t soft_token_count = 0;  ///< per image
  std::vector<float> logits;         ///< tokens x vocabulary
  std::size_t vocabulary = 0;
};

std::vector<Token> tokens_of(const store::Safetensors& file, const char* name) {
  std::vector<Token> tokens;
  for (const float value : file.floats(file.tensor(name)))
    tokens.push_back(static_cast<Token>(value));
  return tokens;
}

Golden read_golden(const std::string& model, const std::string& name) {
  const auto file = store::Safetensors::open(golden_folder() / model / (name + ".safetensors"));
  Golden golden;
  golden.tokens = tokens_of(file, "tokens");
  golden.greedy = tokens_of(file, "greedy");
  golden.logits = file.floats(file.tensor("logits"));
  golden.vocabulary = golden.logits.size() / golden.tokens.size();
  if (const store::Tensor* soft = file.find("soft_tokens")) {
    golden.soft_tokens = file.floats(*soft);
    golden.soft_token_count = soft->shape[1];
  }
  return golden;
}

struct Deviation {
  double worst = 0;    ///< largest difference of a logit
  double largest = 0;  ///< largest logit
};

void compare(std::span<const float> found, std::size_t row, const Golden& golden,
             std::size_t position, Deviation& deviation) {
  const float* expected = golden.logits.data() + position * golden.vocabulary;
  for (std::size_t i = 0; i < golden.vocabulary; ++i) {
    deviation.worst = std::max(deviation.worst, std::abs(double{found[row + i]} - expected[i]));
    deviation.largest = std::max(deviation.largest, std::abs(double{expected[i]}));
  }
}

/// Feeds the prompt, runs of text and images in turn, and compares the logits of every text
/// position.
Deviation run_prompt(Decoder& decoder, const Golden& golden) {
  Deviation deviation;
  const auto vocabulary = static_cast<std::size_t>(decoder.vocabulary());
  const auto width = static_cast<std::size_t>(decoder.width());
  std::span<const float> soft(golden.soft_tokens);
  for (std::size_t at = 0; at < golden.tokens.size();) {
    const bool is_image = golden.tokens[at] == kImageToken;
    std::size_t end = at;
    while (end < golden.tokens.size() && (golden.tokens[end] == kImageToken) == is_image) ++end;
    if (is_image) {
      EXPECT_EQ(end - at, golden.soft_token_count);
      decoder.append_image(soft.first((end - at) * width));
      soft = soft.subspan((end - at) * width);
    } else {
      const auto logits =
          decoder.append_with_logits(std::span(golden.tokens).subspan(at, end - at));
      for (std::size_t i = at; i < end; ++i)
        compare(logits, (i - at) * vocabulary, golden, i, deviation);
    }
    at = end;
  }
  return deviation;
}

std::vector<Token> continue_greedily(Decoder& decoder, std::size_t count, std::size_t vocabulary) {
  std::vector<Token> made;
  for (std::size_t i = 0; i < count; ++i) {
    const auto logits = decoder.logits().first(vocabulary);
    made.push_back(static_cast<Token>(std::ranges::max_element(logits) - logits.begin()));
    decoder.append(std::span(&made.back(), 1));
  }
  return made;
}

DecoderOptions exact_options() {
  // A batch shorter than the longest prompts, and longer than an image.
  return {.context = 256, .threads = 1, .batch = 48, .kv = KvType::f32, .gpu_layers = 0};
}

struct Case {
  const char* model;
  const char* name;
};

class GemmaGolden : public testing::TestWithParam<Case> {};

TEST_P(GemmaGolden, equals_transformers_at_every_text_position) {
  const auto [model, name] = GetParam();
  const Golden golden = read_golden(model, name);
  const Imported imported(model, WeightType::f32);
  const Profile& profile = imported.profile();
  const auto decoder = Decoder::load(profile.folder / profile.decoder, exact_options());
  const Deviation deviation = run_prompt(*decoder, golden);
  RecordProperty("relative", std::to_string(deviation.worst / deviation.largest));
  EXPECT_LE(deviation.worst, 1e-3 * deviation.largest);
  EXPECT_EQ(continue_greedily(*decoder, golden.greedy.size(), golden.vocabulary), golden.greedy);
}

INSTANTIATE_TEST_SUITE_P(
    Prompts, GemmaGolden,
    testing::Values(Case{"sharded", "image_first"}, Case{"sharded", "image_middle"},
                    Case{"sharded", "image_last"}, Case{"sharded", "two_images"},
                    Case{"sharded", "beyond_window"}, Case{"pattern", "image_middle"},
                    Case{"text_only", "long"}),
    [](const auto& test) { return std::string(test.param.model) + "_" + test.param.name; });

struct Bound {
  WeightType type;
  double relative;  ///< of the largest logit
};

class GemmaQuantised : public testing::TestWithParam<Bound> {};

TEST_P(GemmaQuantised, stays_within_its_bound) {
  const auto [type, relative] = GetParam();
  const Golden golden = read_golden("sharded", "beyond_window");
  const Imported imported("sharded", type);
  const Profile& profile = imported.profile();
  const auto decoder = Decoder::load(profile.folder / profile.decoder, exact_options());
  const Deviation deviation = run_prompt(*decoder, golden);
  EXPECT_LE(deviation.worst, relative * deviation.largest) << deviation.worst / deviation.largest;
}

INSTANTIATE_TEST_SUITE_P(Types, GemmaQuantised,
                         testing::Values(Bound{WeightType::bf16, 0.01},
                                         Bound{WeightType::f16, 0.01},
                                         Bound{WeightType::q8_0, 0.05}),
                         [](const auto& test) {
                           return std::string(weight_type_name(test.param.type));
                         });

}  // namespace
}  // namespace galen::model
