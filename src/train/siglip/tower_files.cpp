#include "train/siglip/tower_files.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/raise.h"
#include "model/weights/checkpoint.h"
#include "model/weights/expand.h"
#include "model/weights/gguf_check.h"
#include "model/weights/siglip_layout.h"
#include "train/siglip/siglip_folder.h"

namespace galen::train {
namespace {

constexpr const char* kPatches = "v.patch_embd.weight";

/// Sizes come from the tensors, which are bounded by the file, where a tensor tells them.
SiglipVisionConfig read_config(const model::Gguf& gguf) {
  if (gguf.find("v.prefix_embd.weight") != nullptr) {
    raise(ErrorKind::unsupported,
          "{}: a tower with class or register tokens stays frozen; leave out --train-tower, or "
          "make it a SigLIP tower with galen train contrastive --init-vision",
          gguf.name());
  }
  SiglipVisionConfig config;
  config.pooling_head = false;
  config.hidden = gguf.tensor(kPatches).shape[3];
  config.patch_size = gguf.tensor(kPatches).shape[0];
  config.mlp = gguf.tensor("v.blk.0.ffn_up.weight").shape[1];
  config.layers = 0;
  while (gguf.find(fmt::format("v.blk.{}.ln1.weight", config.layers)) != nullptr) ++config.layers;
  config.heads = gguf.integer("clip.vision.attention.head_count");
  config.image_size = gguf.integer("clip.vision.image_size");
  config.norm_epsilon =
      gguf.number("clip.vision.attention.layer_norm_epsilon", config.norm_epsilon);
  config.exact_gelu = gguf.flag("clip.vision.exact_gelu", false);
  const bool holds = config.heads > 0 && config.hidden % config.heads == 0 &&
                     config.patch_size > 0 && config.image_size >= config.patch_size &&
                     config.layers == gguf.integer("clip.vision.block_count") &&
                     config.patches() == gguf.tensor("v.position_embd.weight").shape[1];
  if (!holds) {
    raise(ErrorKind::malformed,
          "{}: its tensors do not fit its clip.vision keys; convert the model again", gguf.name());
  }
  return config;
}

void copy_expanded(const model::Gguf& gguf, const std::string& name, torch::Tensor& into) {
  const model::GgufTensor& tensor = gguf.tensor(name);
  std::vector<std::int64_t> shape(tensor.shape.begin(), tensor.shape.begin() + tensor.dimensions);
  std::ranges::reverse(shape);
  if (torch::IntArrayRef(shape) != into.sizes() || !model::is_expandable(tensor.type)) {
    raise(ErrorKind::malformed, "{}: tensor '{}' has shape {}, {} weights are needed", gguf.name(),
          name, fmt::join(shape, "x"), fmt::join(into.sizes(), "x"));
  }
  const torch::Tensor values = torch::empty(shape);
  model::expand_values(gguf, tensor, 0, tensor.elements(), values.mutable_data_ptr<float>());
  into.copy_(values);
}

}  // namespace

std::map<std::string, torch::Tensor> gguf_values(const VisionTowerImpl& tower) {
  const auto parameters = tower.named_parameters();
  std::map<std::string, torch::Tensor> values;
  for (const model::TensorJob& job :
       model::vision_jobs(tower.config(), "", model::WeightType::f32)) {
    values[job.target] = parameters[job.source];
  }
  return values;
}

VisionTower load_gguf_tower(const std::filesystem::path& path) {
  const auto gguf = model::Gguf::open(path);
  VisionTower tower(read_config(gguf));
  const torch::NoGradGuard no_grad;
  for (auto& [name, value] : gguf_values(*tower)) copy_expanded(gguf, name, value);
  return tower;
}

VisionTower load_folder_tower(const std::filesystem::path& folder) {
  const model::HfConfig config = model::read_hf_config(folder);
  if (!config.vision) {
    raise(ErrorKind::unsupported, "{}: has no vision tower", folder.string());
  }
  SiglipVisionConfig vision = *config.vision;
  vision.pooling_head = false;
  VisionTower tower(vision);
  load_parameters(*tower, folder, model::vision_prefix(model::Checkpoint(folder)));
  return tower;
}

}  // namespace galen::train
