// A LoRA adapter in PEFT's layout, imported and loaded by libllama, against the same change merged
// into the weights of the checkpoint.

#include <cmath>
#include <filesystem>
#include <gtest/gtest.h>

#include "base/file.h"
#include "io/store/safetensors.h"
#include "model/gemma/decoder.h"
#include "model/weights/import.h"

namespace galen::model {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTarget = "model.layers.2.mlp.up_proj.weight";
constexpr std::size_t kRank = 2;
constexpr float kAlpha = 6;

float pattern(std::size_t i) {
  return std::sin(static_cast<float>(i) * 0.7F) * 0.3F;
}

fs::path checkpoint() {
  return fs::path(GALEN_SOURCE_DIR) / "tests" / "golden" / "gemma3" / "text_only" / "checkpoint";
}

fs::path fresh(const std::string& name) {
  const auto folder = fs::path(testing::TempDir()) / "galen_adapter_test" / name;
  fs::remove_all(folder);
  return folder;
}

/// The checkpoint with alpha / rank · B·A added to one matrix, in float.
void write_merged(const fs::path& folder) {
  fs::create_directories(folder.parent_path());
  fs::copy(checkpoint(), folder);
  const auto source = store::Safetensors::open(checkpoint() / "model.safetensors");
  std::vector<store::Tensor> tensors = source.tensors();
  for (store::Tensor& tensor : tensors) tensor.dtype = store::Dtype::f32;
  store::SafetensorsWriter writer(folder / "model.safetensors", tensors);
  for (const store::Tensor& tensor : source.tensors()) {
    std::vector<float> values = source.floats(tensor);
    const std::size_t inputs = tensor.shape.back();
    for (std::size_t i = 0; tensor.name == kTarget && i < values.size(); ++i) {
      for (std::size_t r = 0; r < kRank; ++r) {
        const float a = pattern(r * inputs + i % inputs);
        const float b = pattern(1000 + i / inputs * kRank + r);
        values[i] += kAlpha / kRank * b * a;
      }
    }
    writer.write(values);
  }
  writer.commit();
}

void write_adapter(const fs::path& folder, std::uint64_t outputs, std::uint64_t inputs) {
  fs::create_directories(folder);
  write_file(folder / "adapter_config.json", R"({"peft_type": "LORA", "r": 2, "lora_alpha": 6})");
  const std::string name = "base_model.model.model.layers.2.mlp.up_proj.lora_";
  store::SafetensorsWriter writer(folder / "adapter_model.safetensors",
                                  {{name + "A.weight", store::Dtype::f32, {kRank, inputs}, 0, 0},
                                   {name + "B.weight", store::Dtype::f32, {outputs, kRank}, 0, 0}});
  std::vector<float> a(kRank * inputs);
  std::vector<float> b(outputs * kRank);
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = pattern(i);
  for (std::size_t i = 0; i < b.size(); ++i) b[i] = pattern(1000 + i);
  writer.write(a);
  writer.write(b);
  writer.commit();
}

std::vector<float> logits_of(const Profile& profile) {
  DecoderOptions options{
      .context = 64, .threads = 1, .batch = 32, .kv = KvType::f32, .gpu_layers = 0};
  for (const std::string& adapter : profile.adapters)
    options.adapters.push_back(profile.folder / adapter);
  const auto decoder = Decoder::load(profile.folder / profile.decoder, options);
  const std::vector<Token> tokens = {2, 300, 310, 320, 330};
  return decoder->append_with_logits(tokens);
}

double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i) worst = std::max(worst, std::abs(double{a[i]} - b[i]));
  return worst;
}

TEST(Adapter, gives_the_logits_of_the_merged_weights) {
  const auto import = [](const fs::path& folder, const std::string& name) {
    return import_model(folder,
                        {.name = name, .out = fresh(name + "-model"), .type = WeightType::f32});
  };
  const Profile base = import(checkpoint(), "base");
  const auto merged_folder = fresh("merged");
  write_merged(merged_folder);
  const auto adapter_folder = fresh("adapter");
  write_adapter(adapter_folder, 64, 64);
  const Profile adapted =
      import_adapter(adapter_folder, base, {.name = "adapted", .out = fresh("adapted-model")});

  const auto with_adapter = logits_of(adapted);
  const auto merged = logits_of(import(merged_folder, "merged"));
  EXPECT_LE(largest_difference(with_adapter, merged), 0.01);
  EXPECT_GE(largest_difference(with_adapter, logits_of(base)), 0.1);
}

}  // namespace
}  // namespace galen::model
