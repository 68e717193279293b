// The libtorch towers against transformers on tiny checkpoints (tests/golden/make_siglip.py and
// make_siglip_grads.py).

#include "train/siglip/towers.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <map>
#include <string>
#include <torch/torch.h>
#include <unistd.h>

#include <galen/error.h>

#include "base/file.h"
#include "base/json.h"
#include "model/weights/import.h"
#include "train/run/checkpoint.h"
#include "train/siglip/siglip_folder.h"
#include "train/siglip/sigmoid_loss.h"

namespace galen::train {
namespace {

const std::filesystem::path kGolden =
    std::filesystem::path(GALEN_SOURCE_DIR) / "tests/golden/siglip";

/// Largest difference, relative to the largest expected value.
double relative_error(const torch::Tensor& values, const torch::Tensor& expected) {
  EXPECT_EQ(values.sizes(), expected.sizes());
  return ((values - expected).abs().max() / expected.abs().max()).item<double>();
}

class SiglipGoldenTest : public testing::TestWithParam<std::string> {
 protected:
  SiglipGoldenTest() { at::set_num_threads(1); }

  [[nodiscard]] std::filesystem::path folder() const { return kGolden / GetParam(); }
  [[nodiscard]] torch::Tensor ids() const {
    const Json json = parse_json(read_file(folder() / "golden.json", 1 << 20), "golden.json");
    const auto rows = json["ids"].get<std::vector<std::vector<int64_t>>>();
    torch::Tensor ids = torch::empty(
        {static_cast<int64_t>(rows.size()), static_cast<int64_t>(rows[0].size())}, torch::kInt64);
    for (std::size_t i = 0; i < rows.size(); ++i)
      ids[static_cast<int64_t>(i)] = torch::tensor(rows[i]);
    return ids;
  }
};

TEST_P(SiglipGoldenTest, ForwardEqualsTransformers) {
  const torch::NoGradGuard no_grad;
  Siglip model = load_siglip(folder() / "checkpoint");
  const auto golden = read_tensors(folder() / "golden.safetensors");
  const torch::Tensor pixels = golden.at("pixels");
  EXPECT_LT(relative_error(model->vision->features(pixels), golden.at("patch_features")), 1e-4);
  EXPECT_LT(relative_error(model->vision(pixels), golden.at("pooled")), 1e-4);
  EXPECT_LT(relative_error(model->text(ids()), golden.at("text")), 1e-4);
  const torch::Tensor logits =
      model->logits(model->embed_images(pixels), model->embed_texts(ids()));
  EXPECT_LT(relative_error(logits, golden.at("logits_per_image")), 1e-4);
}

TEST_P(SiglipGoldenTest, GradientsEqualTransformers) {
  Siglip model = load_siglip(folder() / "checkpoint");
  const torch::Tensor pixels = read_tensors(folder() / "golden.safetensors").at("pixels");
  const auto golden = read_tensors(folder() / "gradients.safetensors");
  const int64_t count = pixels.size(0);
  const torch::Tensor logits =
      model->logits(model->embed_images(pixels), model->embed_texts(ids().narrow(0, 0, count)));
  const torch::Tensor loss = sigmoid_loss(logits, torch::eye(count, torch::kBool));
  loss.backward();
  EXPECT_NEAR(loss.item<double>(), golden.at("loss").item<double>(), 1e-5);

  std::map<std::string, torch::Tensor> gradients;
  for (const auto& item : model->named_parameters()) gradients[item.key()] = item.value().grad();
  const torch::Tensor norms = golden.at("norms");
  ASSERT_EQ(static_cast<int64_t>(gradients.size()), norms.size(0));
  int64_t row = 0;
  for (const auto& [name, gradient] : gradients) {
    const double norm = norms[row++].item<double>();
    EXPECT_NEAR(gradient.norm().item<double>(), norm, 1e-4 * norm + 1e-6) << name;
    if (golden.contains(name)) {
      EXPECT_LT(relative_error(gradient, golden.at(name)), 1e-4) << name;
    }
  }
}

TEST_P(SiglipGoldenTest, SavedFolderIsReadBackAndImported) {
  const auto out = std::filesystem::path(testing::TempDir()) /
                   ("galen_siglip_" + GetParam() + std::to_string(getpid()));
  std::filesystem::remove_all(out);
  const Siglip model = load_siglip(folder() / "checkpoint");
  save_siglip(*model, kGolden / "spiece.model", out / "hf");
  const Siglip again = load_siglip(out / "hf");
  for (const auto& item : model->named_parameters()) {
    EXPECT_TRUE(torch::equal(item.value(), again->named_parameters()[item.key()])) << item.key();
  }
  const model::Profile profile = model::import_model(
      out / "hf", {.name = "tiny", .out = out / "imported", .type = model::WeightType::f32});
  EXPECT_EQ(profile.image_size, model->vision->config().image_size);
  EXPECT_TRUE(std::filesystem::exists(out / "imported" / profile.vision));
  std::filesystem::remove_all(out);
}

INSTANTIATE_TEST_SUITE_P(Checkpoints, SiglipGoldenTest, testing::Values("a", "b"),
                         [](const auto& test) { return test.param; });

TEST(SiglipFolder, MisshapenTensorIsNamed) {
  const auto out =
      std::filesystem::path(testing::TempDir()) / ("galen_bad" + std::to_string(getpid()));
  std::filesystem::create_directories(out);
  std::filesystem::copy(kGolden / "a/checkpoint/config.json", out / "config.json");
  auto tensors = read_tensors(kGolden / "a/checkpoint/model.safetensors");
  tensors["vision_model.head.probe"] = torch::zeros({1, 2, 40});
  write_tensors(out / "model.safetensors", tensors);
  try {
    (void)load_siglip(out);
    ADD_FAILURE() << "a misshapen tensor was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::malformed);
    EXPECT_NE(std::string(error.what()).find("vision_model.head.probe"), std::string::npos);
  }
  std::filesystem::remove_all(out);
}

TEST(SigmoidLoss, RepeatedCaptionsArePositive) {
  const torch::Tensor logits = torch::tensor({{4.0F, 4.0F}, {-4.0F, -4.0F}});
  const torch::Tensor same = torch::tensor({{1, 1}, {0, 0}}).to(torch::kBool);
  // Four pairs that are all right by a margin of 4: 4 log(1 + e^-4) / 2 images.
  EXPECT_NEAR(sigmoid_loss(logits, same).item<double>(), 0.0362998, 1e-6);
  EXPECT_NEAR(sigmoid_loss(logits, torch::eye(2, torch::kBool)).item<double>(), 4.0362998, 1e-6);
}

}  // namespace
}  // namespace galen::train
