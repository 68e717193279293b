#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>
#include <unistd.h>

#include <galen/error.h>

#include "base/file.h"
#include "base/json.h"
#include "train/nn/resnet.h"
#include "train/nn/vit.h"
#include "train/run/checkpoint.h"

namespace galen::train {
namespace {

namespace fs = std::filesystem;

fs::path golden(const std::string& name) {
  return fs::path(GALEN_SOURCE_DIR) / "tests/golden/vit" / name;
}

double distance(const torch::Tensor& a, const torch::Tensor& b) {
  return (a - b).abs().max().item<double>();
}

VitConfig tiny_config(int64_t registers) {
  return {.size = "golden",
          .width = 16,
          .depth = 2,
          .heads = 2,
          .mlp_width = 64,
          .patch = 8,
          .image_size = 32,
          .registers = registers};
}

class VitGolden : public ::testing::TestWithParam<std::pair<const char*, int64_t>> {
 protected:
  VitGolden() : tensors_(read_tensors(golden(std::string(GetParam().first) + ".safetensors"))) {
    restore(vit_, "", tensors_);
  }

  torch::NoGradGuard no_grad_;
  std::map<std::string, torch::Tensor> tensors_;
  Vit vit_{tiny_config(GetParam().second)};
};

TEST_P(VitGolden, GivesTimmsTokens) {
  EXPECT_LT(distance(vit_.forward(tensors_["test.image"]), tensors_["test.tokens"]), 2e-5);
}

TEST_P(VitGolden, InterpolatesPositionsForSmallCrops) {
  EXPECT_LT(distance(vit_.forward(tensors_["test.small"]), tensors_["test.small_tokens"]), 2e-5);
}

TEST_P(VitGolden, KeepingEveryPatchInAnotherOrderMovesTheTokensOnly) {
  const torch::Tensor order = torch::tensor({3, 1, 0, 2, 7, 6, 5, 4, 8, 9, 10, 11, 15, 14, 13, 12});
  const torch::Tensor all = vit_.forward(tensors_["test.image"]);
  const torch::Tensor kept = vit_.forward(tensors_["test.image"], order);
  const int64_t prefix = vit_.prefix();
  EXPECT_LT(distance(kept.slice(1, prefix), all.slice(1, prefix).index_select(1, order)), 1e-5);
  EXPECT_LT(distance(kept.slice(1, 0, prefix), all.slice(1, 0, prefix)), 1e-5);
}

TEST_P(VitGolden, KeepsOtherPatchesForEachImage) {
  const torch::Tensor image = tensors_["test.image"];
  const torch::Tensor keep = torch::tensor({{0, 5, 9}, {14, 2, 3}});
  const torch::Tensor both = vit_.forward(image, keep);
  EXPECT_LT(distance(both.slice(0, 1), vit_.forward(image.slice(0, 1), keep[1])), 1e-5);
}

INSTANTIATE_TEST_SUITE_P(Timm, VitGolden,
                         ::testing::Values(std::pair{"plain", int64_t{0}},
                                           std::pair{"registers", int64_t{3}}),
                         [](const auto& test) { return test.param.first; });

TEST(Vit, SmallHasThePublishedNumberOfParameters) {
  const auto vit = make_encoder("vit_small_patch16_224");
  int64_t count = 0;
  for (const torch::Tensor& parameter : vit->parameters()) count += parameter.numel();
  EXPECT_EQ(count, 21665664);
}

TEST(Vit, RefusesAnImageThatIsNoMultipleOfThePatch) {
  Vit vit(tiny_config(0));
  EXPECT_THROW((void)vit.forward(torch::zeros({1, 3, 36, 32})), Error);
}

TEST(Encoder, RefusesUnknownArchitectures) {
  for (const char* name : {"vit_huge_patch14_224", "vit_small_patch16_220", "vit_small_patch0_224",
                           "resnet18", "", "vit_small_patch16_224 "}) {
    EXPECT_THROW((void)make_encoder(name), Error) << name;
  }
}

TEST(Encoder, ComesBackFromItsFile) {
  const fs::path file =
      fs::temp_directory_path() / ("galen_encoder_" + std::to_string(::getpid()) + ".safetensors");
  const auto encoder = make_encoder("vit_micro_patch8_reg2_32", 4);  // its own heads too: not 2
  save_encoder(file, *encoder);
  const auto again = load_encoder(file);
  EXPECT_EQ(again->architecture(), "vit_micro_patch8_reg2_32");
  const torch::Tensor image = torch::rand({1, 3, 32, 32});
  EXPECT_EQ(distance(encoder->features(image), again->features(image)), 0);
  fs::remove(file);
}

TEST(Encoder, TakesPositionsOfAnotherGrid) {
  const fs::path file =
      fs::temp_directory_path() / ("galen_grid_" + std::to_string(::getpid()) + ".safetensors");
  const auto small = make_encoder("vit_micro_patch8_32");
  save_encoder(file, *small);
  const auto large = make_encoder("vit_micro_patch8_64");
  load_weights(*large, file);
  // At the small size's crops the large model interpolates back down to nearly the same positions.
  const auto positions = large->named_parameters()["pos_embed"];
  EXPECT_EQ(positions.size(1), 65);
  EXPECT_EQ(
      distance(positions.slice(1, 0, 1), small->named_parameters()["pos_embed"].slice(1, 0, 1)), 0);
  fs::remove(file);
}

TEST(ResNet50, GivesTimmsFeatures) {
  const torch::NoGradGuard no_grad;
  ResNet50 network;
  network.eval();
  const auto wave = [](int64_t count, double phase) {
    return (torch::arange(count, torch::kFloat64) * 0.37 + phase).sin();
  };
  std::map<std::string, torch::Tensor> tensors;
  collect(network, "", tensors);
  int index = 0;
  for (auto& [name, tensor] : tensors) {
    if (tensor.dim() == 0) continue;
    torch::Tensor values = wave(tensor.numel(), index++).view_as(tensor);
    if (tensor.dim() == 4) {
      values = values * std::sqrt(2.0 / static_cast<double>(tensor[0].numel()));
    } else if (name.ends_with("running_var")) {
      values = 1 + 0.5 * values;
    } else {
      values = (name.ends_with("weight") ? 1.0 : 0.0) + 0.1 * values;
    }
    tensor.copy_(values);
  }
  const torch::Tensor image = wave(3 * 64 * 64, 0).view({1, 3, 64, 64}).to(torch::kFloat32);
  const torch::Tensor features = network.features(image)[0];
  const Json expected = parse_json(read_file(golden("resnet50.json"), 1 << 16), "resnet50.json");
  EXPECT_NEAR(features.mean().item<double>(), expected["mean"].get<double>(), 1e-3);
  for (int i = 0; i < 16; ++i) {
    EXPECT_NEAR(features[i].item<double>(), expected["first"][i].get<double>(), 1e-3);
  }
}

TEST(Positions, AreSinesAndCosinesOfXFirst) {
  const torch::Tensor codes = sin_cos_positions(2, 2, 8, SinCosFirst::x);
  const torch::Tensor expected =
      torch::tensor({.84147098, .00999983, .54030231, .99995, 0., 0., 1., 1.});
  EXPECT_LT(distance(codes[1], expected.to(torch::kFloat32)), 1e-6);
  EXPECT_LT(distance(sin_cos_positions(2, 2, 8, SinCosFirst::y)[2], codes[1]), 1e-6);
}

TEST(RowNoise, OfAllProcessesTogetherIsThatOfOne) {
  RowNoise one(7, 0, 1);
  one.begin(3, 4);
  const torch::Tensor whole = one.uniform(8, 5).view({2, 4, 5});
  for (int rank = 0; rank < 2; ++rank) {
    RowNoise half(7, rank, 2);
    half.begin(3, 2);
    const torch::Tensor mine = half.uniform(4, 5).view({2, 2, 5});
    EXPECT_EQ(distance(mine, whole.slice(1, 2 * rank, 2 * rank + 2)), 0);
  }
}

TEST(RowNoise, DiffersFromStepToStep) {
  RowNoise noise(7, 0, 1);
  noise.begin(0, 4);
  const torch::Tensor first = noise.uniform(4, 3);
  noise.begin(1, 4);
  EXPECT_GT(distance(first, noise.uniform(4, 3)), 0.01);
}

TEST(DropPath, DropsWholeBranchesInTrainingOnly) {
  Vit vit(tiny_config(0));
  auto noise = std::make_shared<RowNoise>(1, 0, 1);
  vit.set_drop_path(0.9, noise);
  const torch::Tensor image = torch::rand({16, 3, 32, 32});
  vit.eval();
  const torch::Tensor still = vit.features(image);
  EXPECT_EQ(distance(still, vit.features(image)), 0);
  vit.train();
  noise->begin(0, 16);
  const torch::Tensor row_change = (vit.features(image) - still).abs().amax(1);
  // The last block's two branches each stay with probability 0.1, scaled by 10.
  EXPECT_GT(row_change.max().item<double>(), 1e-3);
}

TEST(BatchNorm, EqualsTorchs) {
  BatchNorm ours(3);
  torch::nn::BatchNorm1d theirs(3);
  const torch::Tensor x = torch::randn({8, 3});
  EXPECT_LT(distance(ours(x), theirs(x)), 1e-6);
  EXPECT_LT(distance(ours->running_var, theirs->running_var), 1e-6);
}

}  // namespace
}  // namespace galen::train
