// Fine-tuning with the vision tower: it starts as the frozen one, learns, resumes and is exported.
#include "model/siglip/tower.h"

#include <filesystem>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <galen/error.h>

#include "base/file.h"
#include "model/weights/import.h"
#include "tiny_model.h"
#include "train/sft/setup.h"
#include "train/sft/trainer.h"
#include "train/siglip/tower_files.h"
#include "vision/preprocess/normalise.h"

namespace galen::train {
namespace {

namespace fs = std::filesystem;
using Tensors = std::map<std::string, torch::Tensor>;

constexpr std::size_t kMaxFile = std::size_t{1} << 24U;
const CancelToken kGoOn;

SftOptions tower_options(const std::string& run) {
  SftOptions options = options_for(run);
  options.train_tower = true;
  options.tower_lr = 2e-3;
  return options;
}

/// Largest difference, as a part of the largest expected value.
double error(const torch::Tensor& found, const torch::Tensor& expected) {
  return ((found - expected).abs().max() / expected.abs().max()).item<double>();
}

/// A model before its first step, and the loss of the training examples with its gradients.
struct Start {
  explicit Start(const SftOptions& options)
      : base(open_base(options)), examples(tokenise(base, options.data, options.longest)) {
    torch::set_num_threads(1);
    torch::manual_seed(1);
    images = images_of(examples.images, base, options, kGoOn);
    model = make_model(base, options, images);
    std::vector<const Example*> batch;
    for (const Example& example : examples.train) batch.push_back(&example);
    loss = -model->score(batch).log_probs.mean();
    loss.backward();
  }

  Tensors tower_gradients() const {
    Tensors gradients;
    for (const auto& item : model->tower()->named_parameters())
      gradients[item.key()] = item.value().grad();
    return gradients;
  }

  Base base;
  ExampleSet examples;
  AnswerModelImpl::Images images;
  AnswerModel model{nullptr};
  torch::Tensor loss;
};

/// The tower of the tiny checkpoint as a GGUF in f32.
fs::path tower_file(const std::string& checkpoint) {
  const model::Profile profile = model::import_model(
      checkpoint, {.name = "f32", .out = fresh("f32") / "m", .type = model::WeightType::f32});
  return profile.folder / profile.vision;
}

TEST(SftTower, StartsFromTheLossOfTheFrozenTower) {
  SftOptions options = tower_options("start");
  options.vision = tower_file(options.model);
  const Start trained(options);
  options.train_tower = false;
  const Start frozen(options);
  EXPECT_LT(error(trained.loss, frozen.loss), 1e-6);
  EXPECT_FALSE(frozen.model->tower());
}

TEST(SftTower, TheFolderAndTheGgufHoldTheSameTower) {
  const std::string folder = options_for("both").model;
  const VisionTower from_folder = load_folder_tower(folder);
  const VisionTower from_gguf = load_gguf_tower(tower_file(folder));
  const auto expected = from_folder->named_parameters();
  ASSERT_EQ(from_gguf->named_parameters().size(), expected.size());
  for (const auto& item : from_gguf->named_parameters())
    EXPECT_TRUE(torch::equal(item.value(), expected[item.key()])) << item.key();
}

/// The loss's gradient at the features, sent through a tower of its own.
Tensors gradients_by_hand(const SftOptions& options, const Start& start) {
  VisionTower tower = load_folder_tower(options.model);
  torch::Tensor features;
  const auto from_leaf = [&](const torch::Tensor& indices) {
    const torch::NoGradGuard no_grad;
    features = pooled_patches(tower->features(start.images(indices)), 16);
    return features.set_requires_grad(true);
  };
  torch::manual_seed(1);
  AnswerModel frozen = make_model(start.base, options, from_leaf);
  AnswerModel model(frozen->decoder(), frozen->projector(), from_leaf);
  std::vector<const Example*> batch;
  for (const Example& example : start.examples.train) batch.push_back(&example);
  (-model->score(batch).log_probs.mean()).backward();
  const torch::Tensor indices = torch::arange(6);
  pooled_patches(tower->features(start.images(indices)), 16).backward(features.grad());
  Tensors gradients;
  for (const auto& item : tower->named_parameters()) gradients[item.key()] = item.value().grad();
  return gradients;
}

TEST(SftTower, TheGradientReachesEveryWeightWithAndWithoutRecomputation) {
  SftOptions options = tower_options("gradients");
  const Start start(options);
  const Tensors expected = gradients_by_hand(options, start);
  options.recompute = true;
  const Start again(options);
  ASSERT_EQ(expected.size(), 37U);
  for (const Tensors& found : {start.tower_gradients(), again.tower_gradients()}) {
    for (const auto& [name, gradient] : expected) {
      // A softmax does not see what is added to all of its scores.
      if (name.ends_with("k_proj.bias")) continue;
      EXPECT_GT(gradient.abs().max().item<double>(), 0) << name;
      EXPECT_LT(error(found.at(name), gradient), 1e-4) << name;
    }
  }
}

TEST(SftTower, AResumedRunEndsWithTheSameBytes) {
  SftOptions options = tower_options("whole");
  options.checkpoint_every = 6;
  run_sft(options, kGoOn);
  const fs::path adapter = options.out / "adapter" / "adapter_model.safetensors";
  const fs::path tower = options.out / "model" / "mmproj.gguf";
  const std::string whole_adapter = read_file(adapter, kMaxFile);
  const std::string whole_tower = read_file(tower, kMaxFile);

  CancelToken stop;
  stop.cancel();
  ASSERT_TRUE(fs::remove(options.out / "checkpoints" / "step-000000000012.safetensors"));
  EXPECT_THROW(run_sft(options, stop), Error);
  run_sft(options, kGoOn);
  EXPECT_EQ(read_file(adapter, kMaxFile), whole_adapter);
  EXPECT_EQ(read_file(tower, kMaxFile), whole_tower);
  EXPECT_FALSE(fs::exists(options.out / "features.safetensors"));
}

TEST(SftTower, TheEngineGivesTheSoftTokensThatTorchTrained) {
  SftOptions options = tower_options("export");
  options.validate_every = options.steps;  // so that the last weights are the best
  options.merge = true;
  const SftResult result = run_sft(options, kGoOn);
  const std::vector<Image> images{picture(0), picture(1)};
  std::vector<float> pixels = vision::normalise(images);

  const torch::NoGradGuard no_grad;
  const Tensors learned =
      read_tensors(options.out / "checkpoints" / "step-000000000012.safetensors");
  VisionTower tower = load_folder_tower(options.model);
  double moved = 0;
  for (auto& item : tower->named_parameters()) {
    const torch::Tensor& value = learned.at("learned.model.tower." + item.key());
    moved = std::max(moved, (value - item.value()).abs().max().item<double>());
    item.value().copy_(value);
  }
  EXPECT_GT(moved, 1e-3);
  const std::string projector_name = "learned.model.projector.mm_";
  Projector projector(learned.at(projector_name + "soft_emb_norm.weight"),
                      learned.at(projector_name + "input_projection_weight"), 1e-6);
  const torch::Tensor batch = torch::from_blob(pixels.data(), {2, 3, kSide, kSide});
  const torch::Tensor expected = projector(pooled_patches(tower->features(batch), 16));

  const model::Profile profile = model::load_profile(result.model);
  const auto engine = model::VisionTower::load(result.model / profile.vision, {.threads = 1});
  std::vector<float> tokens = engine->soft_tokens(pixels, 2);
  EXPECT_LT(error(torch::from_blob(tokens.data(), expected.sizes()), expected), 1e-4);

  const VisionTower merged = load_folder_tower(options.out / "merged");
  for (const auto& item : merged->named_parameters())
    EXPECT_TRUE(torch::equal(item.value(), tower->named_parameters()[item.key()])) << item.key();
}

TEST(SftTower, AModelWithoutATowerIsRefused) {
  SftOptions options = tower_options("none");
  options.model = GALEN_SOURCE_DIR "/tests/golden/gemma3/text_only/checkpoint";
  write_file(options.data, R"({"messages": [{"role": "user", "content": "Is it?"},)"
                           R"({"role": "assistant", "content": "No."}]})"
                           "\n");
  try {
    run_sft(options, kGoOn);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
    EXPECT_NE(std::string(error.what()).find("--vision"), std::string::npos);
  }
}

}  // namespace
}  // namespace galen::train
