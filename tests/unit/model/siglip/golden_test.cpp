// Tiny checkpoints made with transformers (tests/golden/make_siglip.py, make_gemma3.py), imported
// by Galen, run by the towers and compared with what transformers computed in float32.

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <gtest/gtest.h>
#include <string>
#include <unistd.h>
#include <vector>

#include "base/file.h"
#include "base/json.h"
#include "io/store/safetensors.h"
#include "model/siglip/tower.h"
#include "model/weights/import.h"

namespace galen::model {
namespace {

constexpr double kTolerance = 1e-4;
const std::filesystem::path kGolden = std::filesystem::path(GALEN_SOURCE_DIR) / "tests/golden";

/// Largest difference over largest expected value.
double relative_error(const std::vector<float>& values, const std::vector<float>& expected) {
  EXPECT_EQ(values.size(), expected.size());
  double difference = 0;
  double largest = 0;
  for (std::size_t i = 0; i < std::min(values.size(), expected.size()); ++i) {
    EXPECT_TRUE(std::isfinite(values[i])) << i;
    difference = std::max(difference, std::abs(double{values[i]} - expected[i]));
    largest = std::max(largest, std::abs(double{expected[i]}));
  }
  return difference / largest;
}

std::filesystem::path fresh_folder(const std::string& name) {
  auto folder = std::filesystem::path(testing::TempDir()) /
                ("galen_siglip_golden_" + std::to_string(::getpid()) + "_" + name);
  std::filesystem::remove_all(folder);
  return folder;
}

class SiglipGolden : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const std::string name = GetParam();
    const auto checkpoint = fresh_folder(name + "_checkpoint");
    std::filesystem::copy(kGolden / "siglip" / name / "checkpoint", checkpoint);
    std::filesystem::copy(kGolden / "siglip/spiece.model", checkpoint / "spiece.model");
    profile_ = import_model(checkpoint,
                            {.name = name, .out = fresh_folder(name), .type = WeightType::f32});
  }
  void TearDown() override { std::filesystem::remove_all(profile_.folder); }

  [[nodiscard]] static std::vector<float> expected(const char* tensor) {
    const auto file =
        store::Safetensors::open(kGolden / "siglip" / GetParam() / "golden.safetensors");
    return file.floats(file.tensor(tensor));
  }
  [[nodiscard]] static std::vector<std::string> texts() {
    const auto file = kGolden / "siglip" / GetParam() / "golden.json";
    return parse_json(read_file(file, 1U << 20U), file.string())["texts"]
        .get<std::vector<std::string>>();
  }
  [[nodiscard]] std::unique_ptr<VisionTower> vision() const {
    return VisionTower::load(profile_.folder / profile_.vision);
  }
  [[nodiscard]] std::unique_ptr<TextTower> text() const {
    return TextTower::load(profile_.folder / profile_.vision, profile_.folder / profile_.tokenizer);
  }

  Profile profile_;
};

constexpr int kImages = 3;

TEST_P(SiglipGolden, PatchFeaturesEqualTransformers) {
  const auto features = vision()->patch_features(expected("pixels"), kImages);
  EXPECT_LE(relative_error(features, expected("patch_features")), kTolerance);
}

TEST_P(SiglipGolden, PooledEmbeddingsEqualTransformers) {
  EXPECT_LE(relative_error(vision()->pooled(expected("pixels"), kImages), expected("pooled")),
            kTolerance);
}

TEST_P(SiglipGolden, TextEmbeddingsEqualTransformers) {
  EXPECT_LE(relative_error(text()->embed(texts()), expected("text")), kTolerance);
}

double cosine(const float* a, const float* b, std::size_t width) {
  double product = 0;
  double a_square = 0;
  double b_square = 0;
  for (std::size_t i = 0; i < width; ++i) {
    product += double{a[i]} * b[i];
    a_square += double{a[i]} * a[i];
    b_square += double{b[i]} * b[i];
  }
  return product / std::sqrt(a_square * b_square);
}

TEST_P(SiglipGolden, LogitsEqualTransformers) {
  const auto tower = text();
  const auto text_embeddings = tower->embed(texts());
  const auto image_embeddings = vision()->pooled(expected("pixels"), kImages);
  const auto width = static_cast<std::size_t>(tower->width());
  std::vector<float> logits;
  for (std::size_t image = 0; image < image_embeddings.size(); image += width) {
    for (std::size_t text = 0; text < text_embeddings.size(); text += width) {
      const double score = cosine(&image_embeddings[image], &text_embeddings[text], width);
      logits.push_back(
          static_cast<float>(std::exp(tower->logit_scale()) * score + tower->logit_bias()));
    }
  }
  EXPECT_LE(relative_error(logits, expected("logits_per_image")), kTolerance);
}

INSTANTIATE_TEST_SUITE_P(Seeds, SiglipGolden, testing::Values("a", "b"));

struct Gemma3Case {
  const char* model;
  const char* name;
  int images;
};

class Gemma3Golden : public testing::TestWithParam<Gemma3Case> {};

TEST_P(Gemma3Golden, SoftTokensEqualTransformers) {
  const auto [model, name, images] = GetParam();
  const auto file =
      store::Safetensors::open(kGolden / "gemma3" / model / (std::string(name) + ".safetensors"));
  std::vector<float> pixels = file.floats(file.tensor("pixels"));
  for (float& value : pixels) {
    value = value / 127.5F - 1.0F;
  }
  const Profile profile =
      import_model(kGolden / "gemma3" / model / "checkpoint",
                   {.name = model, .out = fresh_folder(model), .type = WeightType::f32});
  const auto tower = VisionTower::load(profile.folder / profile.vision);
  const auto tokens = tower->soft_tokens(pixels, images);
  EXPECT_LE(relative_error(tokens, file.floats(file.tensor("soft_tokens"))), kTolerance);
  std::filesystem::remove_all(profile.folder);
}

INSTANTIATE_TEST_SUITE_P(Models, Gemma3Golden,
                         testing::Values(Gemma3Case{"sharded", "image_first", 1},
                                         Gemma3Case{"sharded", "two_images", 2},
                                         Gemma3Case{"pattern", "image_middle", 1}));

}  // namespace
}  // namespace galen::model
