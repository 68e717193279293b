#include "train/sft/export.h"

#include "base/file.h"
#include "base/json.h"
#include "base/raise.h"
#include "base/sha256.h"
#include "model/weights/gguf_check.h"
#include "model/weights/gguf_writer.h"
#include "model/weights/import.h"
#include "model/weights/mmproj.h"
#include "model/weights/staging.h"
#include "model/weights/weight_type.h"
#include "train/run/checkpoint.h"
#include "train/sft/merge.h"
#include "train/siglip/tower_files.h"

namespace galen::train {
namespace {

namespace fs = std::filesystem;
using Tensors = std::map<std::string, torch::Tensor>;

std::span<const float> span_of(const torch::Tensor& tensor) {
  return {tensor.const_data_ptr<float>(), static_cast<std::size_t>(tensor.numel())};
}

/// The base's decoder GGUF with what training changed, matrices in bfloat16, norms in float; the
/// rest as it is stored there.
void write_decoder(const fs::path& target, const Base& base, GemmaDecoderImpl& decoder) {
  const auto source = model::Gguf::open(base.decoder());
  model::GgufWriter gguf(target);
  for (const std::string& key : source.keys()) {
    if (key != "general.file_type") gguf.raw(key, source.value_type(key), source.raw_value(key));
  }
  gguf.u32("general.file_type", static_cast<std::uint64_t>(file_type(model::WeightType::bf16)));
  Tensors changed;
  for (auto& [name, value] : changed_weights(decoder)) changed[gguf_name(name)] = value;
  const auto type_of = [&](const model::GgufTensor& tensor) {
    if (!changed.contains(tensor.name)) return tensor.type;
    return model::matrix_type(tensor.dimensions > 1 ? model::WeightType::bf16
                                                    : model::WeightType::f32);
  };
  for (const model::GgufTensor& tensor : source.tensors()) {
    gguf.declare(tensor.name, type_of(tensor),
                 std::span(tensor.shape).first(static_cast<std::size_t>(tensor.dimensions)));
  }
  for (const model::GgufTensor& tensor : source.tensors()) {
    const auto found = changed.find(tensor.name);
    if (found == changed.end()) {
      gguf.write(source.data(tensor));
      continue;
    }
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

/// The base's decoder as it is, with the adapter beside it.
void place_adapter(model::Profile& profile, const Base& base, const fs::path& adapter) {
  profile.decoder = base.decoder().filename();
  model::link_or_copy(base.decoder(), profile.folder / profile.decoder);
  if (const auto known = base.profile.sha256.find(base.profile.decoder);
      known != base.profile.sha256.end())
    profile.sha256[profile.decoder] = known->second;
  profile.adapters = {"adapter.gguf"};
  model::write_adapter_gguf(adapter, base.decoder(), profile.folder / profile.adapters.front());
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

/// A Galen model in place of what was there.
/// @param adapter PEFT folder that stands beside the base's decoder; empty = one new decoder
void write_model(const fs::path& target, const Base& base, AnswerModelImpl& model,
                 const std::string& name, const fs::path& adapter) {
  fs::remove_all(target);
  model::StagingFolder staging(target);
  model::Profile profile = base.profile;
  profile.folder = staging.path();
  profile.name = name;
  profile.sha256.clear();
  if (adapter.empty()) {
    profile.decoder = name + "-bf16.gguf";
    write_decoder(profile.folder / profile.decoder, base, *model.decoder());
    add_file(profile, profile.decoder);
  } else {
    place_adapter(profile, base, adapter);
  }
  if (model.projector()) place_tower(profile, base, model);
  save_profile(profile);
  staging.commit();
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
  const fs::path adapter = options.full ? fs::path() : options.out / "adapter";
  if (!options.full) export_adapter(adapter, *model.decoder(), base);
  const std::string name = fs::weakly_canonical(options.out).filename();
  write_model(options.out / "model", base, model, name, adapter);
  if (options.merge) {
    if (fits_checkpoint(base, options)) {
      write_merged_checkpoint(options.out / "merged", base, model);
    } else {
      write_model(options.out / "merged", base, model, name + "-merged", {});
    }
  }
  return options.out / "model";
}

}  // namespace galen::train
