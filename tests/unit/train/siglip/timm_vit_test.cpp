#include "train/siglip/timm_vit.h"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <galen/error.h>

#include "train/siglip/image_size.h"

namespace galen::train {
namespace {

constexpr int64_t kWidth = 8;
constexpr int64_t kLayers = 2;

/// A random ViT in timm's naming: 32x32 images in patches of 8, with a class token.
TimmVit random_vit() {
  torch::manual_seed(5);
  TimmVit vit;
  vit.heads = 2;
  const auto add = [&](const std::string& name, at::IntArrayRef shape) {
    vit.tensors[name] = torch::randn(shape);
  };
  add("cls_token", {1, 1, kWidth});
  add("pos_embed", {1, 17, kWidth});
  add("patch_embed.proj.weight", {kWidth, 3, 8, 8});
  add("patch_embed.proj.bias", {kWidth});
  for (int64_t i = 0; i < kLayers; ++i) {
    const std::string block = fmt::format("blocks.{}.", i);
    for (const char* norm : {"norm1", "norm2"}) {
      add(block + norm + ".weight", {kWidth});
      add(block + norm + ".bias", {kWidth});
    }
    add(block + "attn.qkv.weight", {3 * kWidth, kWidth});
    add(block + "attn.qkv.bias", {3 * kWidth});
    add(block + "attn.proj.weight", {kWidth, kWidth});
    add(block + "attn.proj.bias", {kWidth});
    add(block + "mlp.fc1.weight", {2 * kWidth, kWidth});
    add(block + "mlp.fc1.bias", {2 * kWidth});
    add(block + "mlp.fc2.weight", {kWidth, 2 * kWidth});
    add(block + "mlp.fc2.bias", {kWidth});
  }
  add("norm.weight", {kWidth});
  add("norm.bias", {kWidth});
  return vit;
}

/// A ViT written out from timm's names, without its class token.
torch::Tensor plain_vit(const TimmVit& vit, const torch::Tensor& images, int64_t heads) {
  const auto get = [&](const std::string& name) { return vit.tensors.at(name); };
  const auto norm = [&](const torch::Tensor& x, const std::string& name) {
    return torch::layer_norm(x, {kWidth}, get(name + ".weight"), get(name + ".bias"), 1e-6);
  };
  const auto linear = [&](const torch::Tensor& x, const std::string& name) {
    return torch::linear(x, get(name + ".weight"), get(name + ".bias"));
  };
  torch::Tensor x = torch::conv2d(images, get("patch_embed.proj.weight"),
                                  get("patch_embed.proj.bias"), /*stride=*/8);
  x = x.flatten(2).transpose(1, 2) + get("pos_embed").narrow(1, 1, 16);
  for (int64_t i = 0; i < kLayers; ++i) {
    const std::string block = fmt::format("blocks.{}.", i);
    const torch::Tensor qkv = linear(norm(x, block + "norm1"), block + "attn.qkv")
                                  .reshape({x.size(0), 16, 3, heads, kWidth / heads})
                                  .permute({2, 0, 3, 1, 4});
    const double scale = 1 / std::sqrt(static_cast<double>(kWidth / heads));
    const torch::Tensor weights = (qkv[0].matmul(qkv[1].transpose(-2, -1)) * scale).softmax(-1);
    const torch::Tensor attended = weights.matmul(qkv[2]).transpose(1, 2).flatten(2);
    x = x + linear(attended, block + "attn.proj");
    x = x +
        linear(torch::gelu(linear(norm(x, block + "norm2"), block + "mlp.fc1")), block + "mlp.fc2");
  }
  return norm(x, "norm");
}

TEST(TimmVit, TowerEqualsTheEncoderWithoutItsClassToken) {
  at::set_num_threads(1);
  const torch::NoGradGuard no_grad;
  TimmVit vit = random_vit();
  vit.normalisation = kImageNet;
  SiglipVisionConfig config = tower_config(vit, 32);
  config.exact_gelu = true;
  VisionTower tower(config);
  init_from_timm(*tower, vit);

  const torch::Tensor unit = torch::rand({2, 3, 32, 32});
  const auto channels = [](const std::array<float, 3>& values) {
    return torch::tensor({values[0], values[1], values[2]}).view({1, 3, 1, 1});
  };
  const torch::Tensor expected =
      plain_vit(vit, (unit - channels(kImageNet.mean)) / channels(kImageNet.std), config.heads);
  const torch::Tensor features = tower->features(unit * 2 - 1);
  EXPECT_LT((features - expected).abs().max().item<double>(), 1e-4);
}

TEST(TimmVit, PositionsAreResampledForAnotherImageSize) {
  const SiglipVisionConfig config = tower_config(random_vit(), 16);
  VisionTower tower(config);
  init_from_timm(*tower, random_vit());
  EXPECT_EQ(tower->position_embedding()->weight.size(0), 4);

  // A constant table stays constant, and shrinking averages: the mean is kept by symmetry.
  const torch::Tensor ramp = torch::arange(4.0F).repeat({4}).view({16, 1});
  const torch::Tensor half = resample_positions(ramp, 2);
  EXPECT_NEAR(half.mean().item<double>(), 1.5, 1e-5);
  EXPECT_LT(half[0].item<double>(), half[1].item<double>());
  EXPECT_TRUE(torch::allclose(resample_positions(torch::ones({16, 3}), 3), torch::ones({9, 3})));
}

TEST(TimmVit, MissingTensorIsNamed) {
  TimmVit vit = random_vit();
  vit.tensors.erase("blocks.1.attn.qkv.bias");
  VisionTower tower(tower_config(vit, 32));
  try {
    init_from_timm(*tower, vit);
    ADD_FAILURE() << "a missing tensor was not noticed";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::malformed);
    EXPECT_NE(std::string(error.what()).find("blocks.1.attn.qkv.bias"), std::string::npos);
  }
}

}  // namespace
}  // namespace galen::train
