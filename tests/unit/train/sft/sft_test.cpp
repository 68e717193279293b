// Supervised fine-tuning from end to end on the tiny checkpoint: learns, resumes, exports, and the
// engine's decoder says what torch says.
#include "train/sft/sft.h"

#include <cmath>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <galen/error.h>

#include "base/file.h"
#include "engine/engine.h"
#include "model/gemma/decoder.h"
#include "model/siglip/tower.h"
#include "model/weights/gguf_check.h"
#include "model/weights/import.h"
#include "tiny_model.h"
#include "train/gemma/decoder.h"
#include "train/run/checkpoint.h"
#include "train/sft/setup.h"
#include "train/sft/trainer.h"
#include "vision/preprocess/normalise.h"

namespace galen::train {
namespace {

namespace fs = std::filesystem;

const CancelToken kGoOn;

TEST(Sft, LearnsToTellPicturesApart) {
  SftOptions options = options_for("learns");
  options.steps = 60;
  options.validate_every = 20;
  const SftResult result = run_sft(options, kGoOn);
  EXPECT_EQ(result.steps, 60);
  EXPECT_LT(result.loss, 0.2);
  EXPECT_LT(result.validation_loss, 1);
  EXPECT_GT(result.tokens_per_second, 0);

  engine::EngineOptions engine_options;
  engine_options.threads = 1;
  engine_options.kv = model::KvType::f32;
  const auto engine = engine::Engine::load(model::load_profile(result.model), engine_options);
  for (int i = 0; i < 2; ++i) {
    const std::vector<engine::Message> ask{
        {model::Role::user, {engine::ImagePart{picture(i)}, engine::TextPart{"Describe."}}}};
    engine::GenerateOptions generate;
    generate.max_tokens = 30;
    EXPECT_EQ(engine->generate(ask, generate).text,
              i == 0 ? "The lungs are clear." : "A nodule is seen.");
  }
}

TEST(Sft, AResumedRunEndsWithTheSameBytes) {
  SftOptions options = options_for("whole");
  options.dropout = 0.1;
  options.checkpoint_every = 6;
  run_sft(options, kGoOn);
  const fs::path adapter = options.out / "adapter" / "adapter_model.safetensors";
  const std::string whole = read_file(adapter, 1 << 24);

  CancelToken stop;
  stop.cancel();
  ASSERT_TRUE(fs::remove(options.out / "checkpoints" / "step-000000000012.safetensors"));
  EXPECT_THROW(run_sft(options, stop), Error);
  run_sft(options, kGoOn);
  EXPECT_EQ(read_file(adapter, 1 << 24), whole);

  options.lr *= 2;
  try {
    run_sft(options, kGoOn);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("other options"));
  }
}

TEST(Sft, ARunStoppedInAValidationBeginsWithIt) {
  SftOptions options = options_for("whole");
  options.validate_every = 6;
  options.checkpoint_every = 6;
  const SftResult whole = run_sft(options, kGoOn);
  const std::string adapter =
      read_file(options.out / "adapter" / "adapter_model.safetensors", 1 << 24);

  // What a stop in the validation after step 6 leaves.
  ASSERT_TRUE(fs::remove(options.out / "checkpoints" / "step-000000000012.safetensors"));
  const CheckpointFolder checkpoints(options.out);
  Checkpoint checkpoint = checkpoints.load_latest().value();
  ASSERT_EQ(checkpoint.facts.at("validated"), 6);
  checkpoint.facts["validated"] = 0;
  checkpoint.facts["best_loss"] = -1.0;
  checkpoints.save(6, checkpoint);
  CancelToken stop;
  stop.cancel();
  EXPECT_THROW(run_sft(options, stop), Error);
  EXPECT_EQ(checkpoints.load_latest()->facts.at("validated"), 0);

  const SftResult resumed = run_sft(options, kGoOn);
  EXPECT_EQ(resumed.validation_loss, whole.validation_loss);
  EXPECT_EQ(read_file(options.out / "adapter" / "adapter_model.safetensors", 1 << 24), adapter);
}

/// Trainers with the same start that differ in one option.
std::map<std::string, torch::Tensor> after_one_step(SftOptions options) {
  torch::set_num_threads(1);
  torch::manual_seed(1);
  const Base base = open_base(options);
  const ExampleSet examples = tokenise(base, options.data, options.longest);
  const auto features = [](const torch::Tensor& indices) {
    return torch::sin(indices.unsqueeze(1) + torch::arange(16 * 32)).view({-1, 16, 32});
  };
  Learner learner(make_model(base, options, features), options, 1);
  std::vector<const Example*> batch;
  for (const Example& example : examples.train) batch.push_back(&example);
  sft_step(learner, batch, options.pack);
  return learner.learned();
}

TEST(Sft, TheUpdateDoesNotDependOnPackingOrRecomputation) {
  SftOptions options = options_for("packing");
  options.warmup = 0;
  options.lr = 1;
  options.clip = 0;
  const auto expected = after_one_step(options);
  SftOptions small = options;
  small.pack = 1;
  SftOptions recompute = options;
  recompute.recompute = true;
  for (const SftOptions& other : {small, recompute}) {
    for (const auto& [name, value] : after_one_step(other)) {
      const torch::Tensor difference = (value - expected.at(name)).abs();
      EXPECT_LT(difference.mean().item<double>(), 1e-3) << name;
    }
  }
}

/// Logits of the engine's decoder after a text, an image and a text.
std::vector<float> engine_logits(const model::Profile& profile, const fs::path& gguf) {
  model::DecoderOptions options{.context = 64, .threads = 1, .batch = 32, .kv = model::KvType::f32};
  for (const std::string& adapter : profile.adapters)
    options.adapters.push_back(profile.folder / adapter);
  const auto decoder = model::Decoder::load(gguf, options);
  const auto tower = model::VisionTower::load(profile.folder / profile.vision, {.threads = 1});
  const std::vector<Image> images{picture(1)};
  decoder->append(std::vector<model::Token>{2, 30, 40});
  decoder->append_image(tower->soft_tokens(vision::normalise(images), 1));
  return decoder->append_with_logits(std::vector<model::Token>{50, 60, 70});
}

/// The same from torch, from a Hugging Face folder.
torch::Tensor torch_logits(const fs::path& folder, const model::Profile& profile) {
  const torch::NoGradGuard no_grad;
  GemmaDecoder decoder(*open_gemma_weights(folder, BaseForm::floats));
  auto tensors = read_tensors(folder / "model.safetensors");
  Projector projector(tensors.at("multi_modal_projector.mm_soft_emb_norm.weight"),
                      tensors.at("multi_modal_projector.mm_input_projection_weight"), 1e-6);
  const auto tower = model::VisionTower::load(profile.folder / profile.vision, {.threads = 1});
  const std::vector<Image> images{picture(1)};
  auto features = tower->patch_features(vision::normalise(images), 1);
  const torch::Tensor patches =
      torch::from_blob(features.data(), {1, tower->shape().patches(), tower->shape().hidden});
  std::vector<int64_t> tokens{2, 30, 40};
  tokens.resize(3 + 16, 0);
  tokens.insert(tokens.end(), {50, 60, 70});
  const std::vector<ImageRows> rows{{3, 16}};
  const PackLayout layout(decoder->config(), {static_cast<int64_t>(tokens.size())}, rows);
  const torch::Tensor x = with_images(decoder->embed(torch::tensor(tokens)),
                                      projector(pooled_patches(patches, 16)), rows);
  return torch::linear(decoder(x, layout).slice(0, -3), decoder->embedding().values());
}

void expect_close(const std::vector<float>& found, torch::Tensor expected) {
  const torch::Tensor logits =
      torch::tensor(found).view({3, static_cast<int64_t>(found.size()) / 3});
  expected = expected.slice(1, 0, logits.size(1));
  const double error = ((logits - expected).abs().max() / expected.abs().max()).item<double>();
  EXPECT_LT(error, 1e-3);
}

TEST(Sft, TheEngineWithTheAdapterSaysWhatTheMergedModelSaysInTorch) {
  SftOptions options = options_for("export");
  options.merge = true;
  const SftResult result = run_sft(options, kGoOn);
  const model::Profile profile = model::load_profile(result.model);
  EXPECT_EQ(profile.adapters.size(), 1U);
  EXPECT_TRUE(profile.chat);
  const torch::Tensor expected = torch_logits(options.out / "merged", profile);
  // In f32: with bfloat16 weights ggml rounds what they are multiplied with, too.
  const fs::path folder = options.out / "f32";
  const model::Profile base = model::import_model(
      options.model, {.name = "f32", .out = folder, .type = model::WeightType::f32});
  const auto found = engine_logits(profile, folder / base.decoder);
  expect_close(found, expected);
  model::Profile without = profile;
  without.adapters.clear();
  EXPECT_GT(std::abs(found.back() - engine_logits(without, folder / base.decoder).back()), 0.01);
}

TEST(Sft, AGgufIsMergedIntoOneDecoderThatSaysWhatItSaysWithTheAdapter) {
  SftOptions options = options_for("merged");
  const model::Profile base = model::import_model(
      options.model,
      {.name = "q8", .out = fresh("q8") / "m", .type = model::WeightType::q8_0, .threads = 1});
  options.model = base.folder.string();
  options.quantised_base = true;
  options.targets = "[qo]_proj$";
  options.merge = true;
  const SftResult result = run_sft(options, kGoOn);
  const model::Profile profile = model::load_profile(result.model);
  const model::Profile merged = model::load_profile(options.out / "merged");
  EXPECT_TRUE(merged.adapters.empty());
  const fs::path decoder = merged.folder / merged.decoder;
  const auto tensor = [](const fs::path& file, const char* name) {
    const auto gguf = model::Gguf::open(file);
    const auto bytes = gguf.data(gguf.tensor(name));
    return std::string(bytes.begin(), bytes.end());
  };
  const auto kept = tensor(base.folder / base.decoder, "blk.0.ffn_up.weight");
  EXPECT_EQ(tensor(decoder, "blk.0.ffn_up.weight"), kept);
  EXPECT_NE(tensor(decoder, "blk.0.attn_q.weight").size(),
            tensor(base.folder / base.decoder, "blk.0.attn_q.weight").size());

  const auto found = torch::tensor(engine_logits(merged, decoder));
  const auto with_adapter = torch::tensor(engine_logits(profile, profile.folder / profile.decoder));
  model::Profile plain = profile;
  plain.adapters.clear();
  const auto without = torch::tensor(engine_logits(plain, profile.folder / profile.decoder));
  const double largest = with_adapter.abs().max().item<double>();
  const double moved = (without - with_adapter).abs().max().item<double>() / largest;
  const double error = (found - with_adapter).abs().max().item<double>() / largest;
  EXPECT_LT(error, 0.03);  // bfloat16
  EXPECT_LT(error, moved / 3);
}

TEST(Sft, AFullyTrainedDecoderBecomesAGguf) {
  SftOptions options = options_for("full");
  options.full = true;
  options.lr = 1e-3;
  options.steps = 4;
  options.merge = true;
  const SftResult result = run_sft(options, kGoOn);
  const model::Profile profile = model::load_profile(result.model);
  EXPECT_TRUE(profile.adapters.empty());
  // The GGUF holds bfloat16: the bound is that of rounding the weights.
  const torch::Tensor expected = torch_logits(options.out / "merged", profile);
  const auto found = engine_logits(profile, profile.folder / profile.decoder);
  const torch::Tensor logits =
      torch::tensor(found).view({3, static_cast<int64_t>(found.size()) / 3});
  const double error =
      ((logits - expected.slice(1, 0, logits.size(1))).abs().max() / expected.abs().max())
          .item<double>();
  EXPECT_LT(error, 0.03);
}

TEST(Sft, AQuantisedBaseTrainsANewProjector) {
  SftOptions options = options_for("quantised");
  options.quantised_base = true;
  options.new_projector = true;
  options.tokens_per_image = 4;
  options.steps = 30;
  const SftResult result = run_sft(options, kGoOn);
  EXPECT_LT(result.loss, 2);
  const model::Profile profile = model::load_profile(result.model);
  EXPECT_EQ(profile.tokens_per_image, 4);
  const auto tower = model::VisionTower::load(result.model / profile.vision, {.threads = 1});
  EXPECT_EQ(tower->shape().tokens_per_image, 4);
  EXPECT_EQ(tower->shape().projection, 64);
}

}  // namespace
}  // namespace galen::train
