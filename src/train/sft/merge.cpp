#include "train/sft/merge.h"

#include <algorithm>

#include "base/file.h"
#include "model/weights/checkpoint.h"
#include "model/weights/hf_config.h"
#include "model/weights/siglip_layout.h"
#include "train/gemma/linear.h"
#include "train/run/checkpoint.h"

namespace galen::train {
namespace {

namespace fs = std::filesystem;
using Tensors = std::map<std::string, torch::Tensor>;

constexpr std::size_t kMaxSmallFile = std::size_t{1} << 28;

/// The first of `prefixes` under which the checkpoint has `name`.
std::string prefix_of(const model::Checkpoint& checkpoint, const std::string& name,
                      std::initializer_list<const char*> prefixes) {
  const auto found = std::ranges::find_if(
      prefixes, [&](const char* prefix) { return checkpoint.has(prefix + name); });
  return found == prefixes.end() ? "" : *found;
}

}  // namespace

Tensors changed_weights(GemmaDecoderImpl& decoder) {
  Tensors weights;
  for (const auto& item : decoder.named_parameters()) {
    const bool is_adapter = item.key().find(".lora_") != std::string::npos;
    if (item.value().requires_grad() && !is_adapter) weights[item.key()] = item.value().detach();
  }
  for (const auto& item : decoder.named_modules()) {
    const auto* linear = item.value()->as<GemmaLinearImpl>();
    if (linear != nullptr && linear->has_adapter())
      weights[item.key() + ".weight"] = linear->merged();
  }
  return weights;
}

bool fits_checkpoint(const Base& base, const TuningOptions& options) {
  if (base.checkpoint.empty() || !options.vision.empty()) return false;
  return !base.profile.has_vision() ||
         base.profile.tokens_per_image == model::read_hf_config(base.checkpoint).tokens_per_image;
}

void write_merged_checkpoint(const fs::path& folder, const Base& base,
                             const AnswerModelImpl& model) {
  const model::Checkpoint checkpoint(base.checkpoint);
  const std::string decoder_prefix =
      prefix_of(checkpoint, "embed_tokens.weight",
                {"language_model.model.", "model.language_model.", "model."});
  const std::string projector_prefix =
      prefix_of(checkpoint, "mm_input_projection_weight",
                {"multi_modal_projector.", "model.multi_modal_projector."});
  Tensors learned;
  for (auto& [name, value] : changed_weights(*model.decoder()))
    learned[decoder_prefix + name] = value;
  if (model.projector()) {
    for (const auto& item : model.projector()->named_parameters())
      learned[projector_prefix + item.key()] = item.value().detach();
  }
  if (model.tower()) {
    for (const auto& item : model.tower()->named_parameters())
      learned[model::vision_prefix(checkpoint) + item.key()] = item.value().detach();
  }
  fs::remove_all(folder);
  fs::create_directories(folder);
  Tensors tensors;
  for (const auto& entry : fs::directory_iterator(base.checkpoint)) {
    const fs::path& file = entry.path();
    if (file.extension() != ".safetensors") {
      if (file.filename() != "model.safetensors.index.json" && entry.is_regular_file())
        write_file(folder / file.filename(), read_file(file, kMaxSmallFile));
      continue;
    }
    for (auto& [name, value] : read_tensors(file)) {
      if (name.ends_with("lm_head.weight")) continue;  // the embedding table again
      const auto found = learned.find(name);
      tensors[name] = found == learned.end() ? value : found->second.to(value.scalar_type());
    }
  }
  write_tensors(folder / "model.safetensors", tensors, {{"format", "pt"}});
}

}  // namespace galen::train
