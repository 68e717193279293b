// The torch Gemma 3 against transformers on the tiny checkpoints: logits, answer loss, gradients.
#include <filesystem>
#include <gtest/gtest.h>
#include <sstream>
#include <torch/torch.h>

#include "io/store/safetensors.h"
#include "model/weights/checkpoint.h"
#include "model/weights/import.h"
#include "train/gemma/decoder.h"
#include "train/gemma/projector.h"
#include "train/gemma/token_log_probs.h"

namespace galen::train {
namespace {

namespace fs = std::filesystem;
using Tensors = std::map<std::string, torch::Tensor>;

constexpr int64_t kImageToken = 384;

fs::path golden(const std::string& model) {
  return fs::path(GALEN_SOURCE_DIR) / "tests" / "golden" / "gemma3" / model;
}

torch::Tensor to_tensor(const store::Safetensors& file, const store::Tensor& source) {
  const std::vector<int64_t> shape(source.shape.begin(), source.shape.end());
  if (source.dtype == store::Dtype::i64) {
    torch::Tensor values = torch::empty(shape, torch::kLong);
    std::memcpy(values.mutable_data_ptr(), file.data(source).data(), source.bytes);
    return values;
  }
  const std::vector<float> values = file.floats(source);
  return torch::tensor(values).view(shape);
}

Tensors read(const fs::path& path) {
  const auto file = store::Safetensors::open(path);
  Tensors tensors;
  for (const store::Tensor& tensor : file.tensors()) tensors[tensor.name] = to_tensor(file, tensor);
  return tensors;
}

/// Largest difference, as a part of the largest expected value.
double error(const torch::Tensor& found, const torch::Tensor& expected) {
  return ((found - expected).abs().max() / expected.abs().max()).item<double>();
}

std::vector<ImageRows> image_rows(const torch::Tensor& tokens) {
  std::vector<ImageRows> images;
  for (int64_t i = 0; i < tokens.size(0); ++i) {
    if (tokens[i].item<int64_t>() != kImageToken) continue;
    if (images.empty() || images.back().begin + images.back().length != i) images.push_back({i, 0});
    ++images.back().length;
  }
  return images;
}

/// A tiny checkpoint with its projector and one case of its golden values.
struct Model {
  Model(const std::string& name, const std::string& file, BaseForm form = BaseForm::floats)
      : Model(*open_gemma_weights(golden(name) / "checkpoint", form), name, file) {}

  Model(const GemmaWeights& weights, const std::string& name, const std::string& file)
      : decoder(weights), data(read(golden(name) / (file + ".safetensors"))) {
    torch::set_num_threads(1);
    tokens = data.at("tokens");
    images = image_rows(tokens);
    if (images.empty()) return;
    model::Checkpoint checkpoint(golden(name) / "checkpoint");
    const auto values = [&](const std::string& key, std::vector<int64_t> shape) {
      const store::Tensor& source = checkpoint.take("multi_modal_projector." + key, shape);
      torch::Tensor tensor = torch::empty(shape);
      store::to_floats(
          source.dtype, checkpoint.data(source.name),
          {tensor.mutable_data_ptr<float>(), static_cast<std::size_t>(tensor.numel())});
      return tensor;
    };
    constexpr int64_t hidden = 32;
    projector =
        Projector(values("mm_soft_emb_norm.weight", {hidden}),
                  values("mm_input_projection_weight", {hidden, weights.config().hidden}), 1e-6);
  }

  /// Hidden states of the case.
  torch::Tensor hidden(torch::Tensor soft_tokens = {}) {
    if (!images.empty() && !soft_tokens.defined())
      soft_tokens = projector(pooled_patches(data.at("features"), images.front().length));
    const PackLayout layout(decoder->config(), {tokens.size(0)}, images);
    const torch::Tensor x = decoder->embed(tokens.masked_fill(tokens == kImageToken, 0));
    return decoder(images.empty() ? x : with_images(x, soft_tokens, images), layout);
  }

  torch::Tensor loss() {
    const torch::Tensor places = data.at("learned").nonzero().squeeze(1);
    const torch::Tensor states = hidden().index_select(0, places - 1);
    return -token_log_probs(states, decoder->embedding(), tokens.index_select(0, places))
                .log_probs.mean();
  }

  std::map<std::string, torch::Tensor> parameters() const {
    std::map<std::string, torch::Tensor> all;
    for (const auto& item : decoder->named_parameters()) all[item.key()] = item.value();
    if (!images.empty()) {
      for (const auto& item : projector->named_parameters())
        all["projector." + item.key()] = item.value();
    }
    return all;
  }

  GemmaDecoder decoder;
  Tensors data;
  Projector projector{nullptr};
  torch::Tensor tokens;
  std::vector<ImageRows> images;
};

void expect_gradients(Model& model, const std::string& name) {
  const auto file = store::Safetensors::open(golden(name) / "gradients.safetensors");
  const auto parameters = model.parameters();
  std::istringstream names(file.metadata().at("names"));
  std::string parameter;
  for (int64_t i = 0; names >> parameter; ++i) {
    const double expected = model.data.at("norms")[i].item<double>();
    const double found = parameters.at(parameter).grad().norm().item<double>();
    EXPECT_NEAR(found, expected, 1e-4 * expected) << parameter;
  }
  for (const auto& [key, expected] : model.data) {
    if (!key.starts_with("grad.")) continue;
    const torch::Tensor gradient = parameters.at(key.substr(5)).grad();
    EXPECT_LT(error(gradient.slice(0, 0, expected.size(0)), expected), 1e-4) << key;
  }
}

class GemmaGolden : public testing::TestWithParam<const char*> {};

TEST(GemmaLogits, EqualTransformersInEveryCase) {
  for (const auto& [name, cases] : std::map<std::string, std::vector<std::string>>{
           {"sharded",
            {"image_first", "image_middle", "image_last", "two_images", "beyond_window"}},
           {"pattern", {"image_middle"}},
           {"text_only", {"long"}}}) {
    for (const std::string& file : cases) {
      const torch::NoGradGuard no_grad;
      Model model(name, file);
      const torch::Tensor soft = model.images.empty() ? torch::Tensor() : model.data["soft_tokens"];
      const torch::Tensor logits =
          torch::linear(model.hidden(soft), model.decoder->embedding().values());
      const torch::Tensor expected = model.data.at("logits");
      EXPECT_LT(error(logits.slice(1, 0, expected.size(1)), expected), 1e-4) << name << " " << file;
    }
  }
}

TEST_P(GemmaGolden, GivesTheLossAndGradientsOfTransformers) {
  for (const bool checkpointing : {false, true}) {
    Model model(GetParam(), "gradients");
    model.decoder->make_trainable();
    model.decoder->set_checkpointing(checkpointing);
    const torch::Tensor loss = model.loss();
    loss.backward();
    EXPECT_LT(error(loss, model.data.at("loss")), 1e-5);
    expect_gradients(model, GetParam());
  }
}

/// Puts the golden LoRA into the decoder.
void add_golden_adapters(Model& model) {
  const auto wanted = [&](const std::string& name) {
    return model.data.contains("lora." + name + ".A");
  };
  ASSERT_EQ(model.decoder->add_adapters({.rank = 2, .alpha = 3}, wanted), 3);
  const torch::NoGradGuard no_grad;
  for (auto& [name, parameter] : model.parameters()) {
    const std::size_t at = name.find(".lora_");
    if (at == std::string::npos) continue;
    parameter.copy_(model.data.at("lora." + name.substr(0, at) + "." + name[at + 6]));
  }
}

void expect_adapter_gradients(Model& model, double bound) {
  const torch::Tensor loss = model.loss();
  loss.backward();
  EXPECT_LT(error(loss, model.data.at("lora_loss")), bound);
  for (const auto& [name, parameter] : model.parameters()) {
    const std::size_t at = name.find(".lora_");
    if (at == std::string::npos) {
      EXPECT_EQ(parameter.grad().defined(), name.starts_with("projector.")) << name;
      continue;
    }
    const torch::Tensor expected =
        model.data.at("lora_grad." + name.substr(0, at) + "." + name[at + 6]);
    EXPECT_LT(error(parameter.grad(), expected), bound) << name;
  }
}

TEST_P(GemmaGolden, TrainsALoraWithTheGradientsOfAutograd) {
  for (const bool checkpointing : {false, true}) {
    Model model(GetParam(), "gradients");
    model.decoder->set_checkpointing(checkpointing);
    add_golden_adapters(model);
    expect_adapter_gradients(model, 1e-4);
  }
}

INSTANTIATE_TEST_SUITE_P(TinyModels, GemmaGolden,
                         testing::Values("sharded", "pattern", "text_only"));

/// The tiny checkpoint as a GGUF.
fs::path imported(const std::string& name, model::WeightType type) {
  const auto folder = fs::path(testing::TempDir()) / "galen_train_gemma" /
                      (name + std::string(model::weight_type_name(type)));
  fs::remove_all(folder);
  const model::Profile profile = model::import_model(
      golden(name) / "checkpoint", {.name = name, .out = folder, .type = type, .threads = 1});
  return folder / profile.decoder;
}

TEST(GemmaFromGguf, GivesTheStatesOfTheFolderItCameFrom) {
  const torch::NoGradGuard no_grad;
  for (const char* name : {"sharded", "pattern"}) {
    const auto file = imported(name, model::WeightType::f32);
    Model model(*open_gemma_weights(file, BaseForm::floats), name, "gradients");
    Model folder(name, "gradients");
    EXPECT_LT(error(model.hidden(), folder.hidden()), 1e-5) << name;
  }
}

TEST(GemmaFromGguf, AQuantisedBaseGivesTheGradientsOfItsExpandedForm) {
  const auto file = imported("sharded", model::WeightType::q8_0);
  Model stored(*open_gemma_weights(file, BaseForm::stored), "sharded", "gradients");
  Model floats(*open_gemma_weights(file, BaseForm::floats), "sharded", "gradients");
  EXPECT_FALSE(stored.decoder->embedding().is_float());
  add_golden_adapters(stored);
  add_golden_adapters(floats);
  stored.loss().backward();
  floats.loss().backward();
  const auto expected = floats.parameters();
  int compared = 0;
  for (const auto& [name, parameter] : stored.parameters()) {
    if (!parameter.grad().defined()) continue;
    EXPECT_LT(error(parameter.grad(), expected.at(name).grad()), 1e-5) << name;
    ++compared;
  }
  EXPECT_EQ(compared, 8);  // three pairs and the projector
}

TEST(GemmaPack, ExamplesInAPackDoNotSeeEachOther) {
  const torch::NoGradGuard no_grad;
  Model one("sharded", "beyond_window");
  Model two("sharded", "two_images");
  const auto soft = [](Model& model) { return model.data.at("soft_tokens"); };
  std::vector<ImageRows> images = one.images;
  const int64_t first = one.tokens.size(0);
  for (const ImageRows& image : two.images) images.push_back({image.begin + first, image.length});
  const PackLayout layout(one.decoder->config(), {first, two.tokens.size(0)}, images);
  const torch::Tensor tokens = torch::cat({one.tokens, two.tokens});
  const torch::Tensor x = one.decoder->embed(tokens.masked_fill(tokens == kImageToken, 0));
  const torch::Tensor packed =
      one.decoder(with_images(x, torch::cat({soft(one), soft(two)}), images), layout);
  EXPECT_LT(error(packed.slice(0, 0, first), one.hidden(soft(one))), 1e-6);
  EXPECT_LT(error(packed.slice(0, first), two.hidden(soft(two))), 1e-6);
}

}  // namespace
}  // namespace galen::train
