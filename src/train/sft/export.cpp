#include "train/sft/export.h"

#include <algorithm>

#include "base/file.h"
#include "base/json.h"
#include "base/raise.h"
#include "base/sha256.h"
#include "model/weights/checkpoint.h"
#include "model/weights/expand.h"
#include "model/weights/gguf_writer.h"
#include "model/weights/import.h"
#include "model/weights/mmproj.h"
#include "model/weights/siglip_layout.h"
#include "model/weights/staging.h"
#include "model/weights/weight_type.h"
#include "train/run/checkpoint.h"
#include "train/siglip/tower_files.h"

namespace galen::train {
namespace {

namespace fs = std::filesystem;
using Tensors = std::map<std::string, torch::Tensor>;

constexpr std::size_t kMaxSmallFile = std::size_t{1} << 28;

std::span<const float> span_of(const torch::Tensor& tensor) {
  return {tensor.const_data_ptr<float>(), static_cast<std::size_t>(tensor.numel())};
}

/// The decoder's weights with the LoRA added, under Hugging Face's names below the decoder.
Tensors merged_weights(GemmaDecoderImpl& decoder) {
  Tensors weights;
  for (const auto& item : decoder.named_parameters()) {
    if (item.key().find(".lora_") == std::string::npos) weights[item.key()] = item.value().detach();
  }
  for (const auto& item : decoder.named_modules()) {
    const auto* linear = item.value()->as<GemmaLinearImpl>();
    if (linear != nullptr && linear->has_adapter())
      weights[item.key() + ".weight"] = linear->merged();
  }
  return weights;
}

/// The first of `prefixes` under which the checkpoint has `name`.
std::string prefix_of(const model::Checkpoint& checkpoint, const std::string& name,
                      std::initializer_list<const char*> prefixes) {
  const auto found = std::ranges::find_if(
      prefixes, [&](const char* prefix) { return checkpoint.has(prefix + name); });
  return found == prefixes.end() ? "" : *found;
}

void write_merged(const fs::path& folder, const Base& base, AnswerModelImpl& model) {
  if (base.checkpoint.empty()) {
    raise(ErrorKind::invalid_argument,
          "--merge needs a Hugging Face folder as --model; {} is a GGUF", base.profile.name);
  }
  const model::Checkpoint checkpoint(base.checkpoint);
  const std::string decoder_prefix =
      prefix_of(checkpoint, "embed_tokens.weight",
                {"language_model.model.", "model.language_model.", "model."});
  const std::string projector_prefix =
      prefix_of(checkpoint, "mm_input_projection_weight",
                {"multi_modal_projector.", "model.multi_modal_projector."});
  Tensors learned;
  for (auto& [name, value] : merged_weights(*model.decoder()))
    learned[decoder_prefix + name] = value;
  if (model.projector()) {
    for (const auto& item : model.projector()->named_parameters())
      learned[projector_prefix + item.key()] = item.value().detach();
  }
  if (model.tower()) {
    for (const auto& item : model.tower()->named_parameters())
      learned[model::vision_prefix(checkpoint) + item.key()] = item.value().detach();
  }
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
      const auto found = learned.find(name);
      tensors[name] = found == learned.end() ? value : found->second.to(value.scalar_type());
    }
  }
  write_tensors(folder / "model.safetensors", tensors, {{"format", "pt"}});
}

/// The base's decoder GGUF with every weight replaced, in bfloat16; vectors in float.
void write_decoder(const fs::path& target, const Base& base, GemmaDecoderImpl& decoder) {
  const auto source = model::Gguf::open(base.decoder());
  model::GgufWriter gguf(target);
  for (const std::string& key : source.keys()) {
    if (key != "general.file_type") gguf.raw(key, source.value_type(key), source.raw_value(key));
  }
  gguf.u32("general.file_type", static_cast<std::uint64_t>(file_type(model::WeightType::bf16)));
  Tensors weights;
  for (auto& [name, value] : merged_weights(decoder)) weights[gguf_name(name)] = value;
  const auto type_of = [](const model::GgufTensor& tensor) {
    return model::matrix_type(tensor.dimensions > 1 ? model::WeightType::bf16
                                                    : model::WeightType::f32);
  };
  for (const model::GgufTensor& tensor : source.tensors()) {
    gguf.declare(tensor.name, type_of(tensor),
                 std::span(tensor.shape).first(static_cast<std::size_t>(tensor.dimensions)));
  }
  for (const model::GgufTensor& tensor : source.tensors()) {
    const auto found = weights.find(tensor.name);
    if (found == weights.end())
      raise(ErrorKind::internal, "no trained weight stands for '{}'", tensor.name);
    // A checkpoint may have rows behind the vocabulary; a GGUF stores norms with the 1 added.
    const torch::Tensor values = found->second.flatten().slice(0, 0, tensor.elements());
    const torch::Tensor stored = (tensor.dimensions > 1 ? values : values + 1).contiguous();
    std::string bytes;
    model::store_as(type_of(tensor), span_of(stored), tensor.shape[0], bytes);
    gguf.write({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  }
  gguf.commit();
}

void add_file(model::Profile& profile, const std::string& name) {
  profile.sha256[name] = sha256_of_file(profile.folder / name);
}

/// Places the decoder, and the adapter of a LoRA, in the new folder.
void place_decoder(model::Profile& profile, const Base& base, AnswerModelImpl& model,
                   const TuningOptions& options) {
  if (options.full) {
    profile.decoder = profile.name + "-bf16.gguf";
    write_decoder(profile.folder / profile.decoder, base, *model.decoder());
    add_file(profile, profile.decoder);
    return;
  }
  profile.decoder = base.decoder().filename();
  model::link_or_copy(base.decoder(), profile.folder / profile.decoder);
  if (const auto known = base.profile.sha256.find(base.profile.decoder);
      known != base.profile.sha256.end())
    profile.sha256[profile.decoder] = known->second;
  profile.adapters = {"adapter.gguf"};
  model::write_adapter_gguf(options.out / "adapter", base.decoder(),
                            profile.folder / profile.adapters.front());
  add_file(profile, profile.adapters.front());
}

void place_tower(model::Profile& profile, const Base& base, const AnswerModelImpl& model) {
  profile.vision = "mmproj.gguf";
  const torch::Tensor norm = model.projector()->norm().detach().contiguous();
  const torch::Tensor matrix = model.projector()->matrix().detach().contiguous();
  Tensors tower;
  if (model.tower()) tower = gguf_values(*model.tower());
  model::TowerValues trained;
  for (const auto& [name, value] : tower) trained[name] = span_of(value);
  model::write_mmproj(base.tower(), {span_of(norm), span_of(matrix), profile.tokens_per_image},
                      profile.folder / profile.vision, trained);
  add_file(profile, profile.vision);
}

}  // namespace

void export_adapter(const fs::path& folder, GemmaDecoderImpl& decoder, const Base& base) {
  const std::string prefix = base.profile.has_vision() ? "model.language_model." : "model.";
  Tensors tensors;
  Json targets = Json::array();
  for (const auto& item : decoder.named_parameters()) {
    const std::size_t at = item.key().find(".lora_");
    if (at == std::string::npos) continue;
    tensors["base_model.model." + prefix + item.key()] = item.value().detach();
    if (item.key().find(".lora_A") == at) targets.push_back(prefix + item.key().substr(0, at));
  }
  fs::create_directories(folder);
  write_tensors(folder / "adapter_model.safetensors", tensors, {{"format", "pt"}});
  const Json config = {{"peft_type", "LORA"},
                       {"task_type", "CAUSAL_LM"},
                       {"base_model_name_or_path", base.profile.name},
                       {"r", base.lora.rank},
                       {"lora_alpha", base.lora.alpha},
                       {"lora_dropout", base.lora.dropout},
                       {"bias", "none"},
                       {"target_modules", targets}};
  write_file(folder / "adapter_config.json", config.dump(2) + "\n");
}

fs::path export_model(const Base& base, AnswerModelImpl& model, const TuningOptions& options) {
  const torch::NoGradGuard no_grad;
  if (!options.full) export_adapter(options.out / "adapter", *model.decoder(), base);
  const fs::path target = options.out / "model";
  fs::remove_all(target);
  model::StagingFolder staging(target);
  model::Profile profile = base.profile;
  profile.folder = staging.path();
  profile.name = fs::weakly_canonical(options.out).filename();
  profile.sha256.clear();
  place_decoder(profile, base, model, options);
  if (model.projector()) place_tower(profile, base, model);
  save_profile(profile);
  staging.commit();
  if (options.merge) write_merged(options.out / "merged", base, model);
  return target;
}

}  // namespace galen::train
