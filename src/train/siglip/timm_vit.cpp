#include "train/siglip/timm_vit.h"

#include <cmath>
#include <fmt/core.h>
#include <fmt/ranges.h>

#include "base/raise.h"
#include "io/store/safetensors.h"
#include "train/nn/normalisation.h"
#include "train/nn/vit.h"
#include "train/run/checkpoint.h"
#include "train/siglip/image_size.h"

namespace galen::train {
namespace {

constexpr int64_t kHeadWidth = 64;

const torch::Tensor& find(const TimmVit& encoder, const std::string& name) {
  const auto found = encoder.tensors.find(name);
  if (found == encoder.tensors.end()) {
    raise(ErrorKind::malformed,
          "the encoder has no tensor '{}'; a ViT in timm's naming with patch_embed, pos_embed, "
          "blocks and norm is needed",
          name);
  }
  return found->second;
}

torch::Tensor find(const TimmVit& encoder, const std::string& name, at::IntArrayRef shape) {
  torch::Tensor tensor = find(encoder, name).to(torch::kFloat32);
  if (tensor.sizes() != shape) {
    raise(ErrorKind::malformed, "tensor '{}' of the encoder has shape [{}], [{}] is needed", name,
          fmt::join(tensor.sizes(), ", "), fmt::join(shape, ", "));
  }
  return tensor;
}

/// The rows of pos_embed that belong to patches: those of class and register tokens go first.
torch::Tensor patch_positions(const TimmVit& encoder) {
  const torch::Tensor& table = find(encoder, "pos_embed");
  if (table.dim() != 3 || table.size(0) != 1) {
    raise(ErrorKind::malformed,
          "tensor 'pos_embed' of the encoder has shape [{}], [1, tokens, width] "
          "is needed",
          fmt::join(table.sizes(), ", "));
  }
  int64_t prefix = encoder.tensors.contains("cls_token") ? 1 : 0;
  if (const auto registers = encoder.tensors.find("reg_token");
      registers != encoder.tensors.end()) {
    prefix += registers->second.size(1);
  }
  for (const int64_t skipped : {int64_t{0}, prefix, std::min<int64_t>(prefix, 1)}) {
    const int64_t patches = table.size(1) - skipped;
    if (patches > 0 && square_side(patches) > 0) {
      return table[0].narrow(0, skipped, patches).to(torch::kFloat32);
    }
  }
  raise(ErrorKind::malformed, "tensor 'pos_embed' of the encoder has {} rows, no square of patches",
        table.size(1));
}

/// Kernel and bias for pixels in [-1, 1] from those for (v - mean) / std, v in [0, 1].
void set_patch_embedding(VisionTowerImpl& tower, const TimmVit& encoder) {
  const auto& config = tower.config();
  const torch::Tensor kernel = find(encoder, "patch_embed.proj.weight",
                                    {config.hidden, 3, config.patch_size, config.patch_size});
  const torch::Tensor bias = find(encoder, "patch_embed.proj.bias", {config.hidden});
  const auto& [means, deviations] = encoder.normalisation;
  const torch::Tensor mean = torch::tensor({means[0], means[1], means[2]}).view({1, 3, 1, 1});
  const torch::Tensor std =
      torch::tensor({deviations[0], deviations[1], deviations[2]}).view({1, 3, 1, 1});
  const torch::Tensor scale = 0.5 / std;
  const torch::Tensor shift = (0.5 - mean) / std;
  tower.patch_embedding()->weight.copy_(kernel * scale);
  tower.patch_embedding()->bias.copy_(bias + (kernel * shift).sum({1, 2, 3}));
}

}  // namespace

TimmVit read_timm_vit(const std::filesystem::path& file) {
  TimmVit encoder{.tensors = read_tensors(file, /*to_float=*/true)};
  encoder.normalisation = read_normalisation(file);
  const auto metadata = store::Safetensors::open(file).metadata();
  if (const auto name = metadata.find("architecture"); name != metadata.end()) {
    encoder.heads = vit_config(name->second).heads;
  }
  return encoder;
}

SiglipVisionConfig tower_config(const TimmVit& encoder, int64_t image_size) {
  const torch::Tensor& kernel = find(encoder, "patch_embed.proj.weight");
  if (kernel.dim() != 4) {
    raise(ErrorKind::malformed,
          "tensor 'patch_embed.proj.weight' of the encoder is no convolution");
  }
  SiglipVisionConfig config;
  config.hidden = kernel.size(0);
  config.patch_size = kernel.size(3);
  config.image_size = image_size;
  config.heads =
      encoder.heads > 0 ? encoder.heads : std::max<int64_t>(1, config.hidden / kHeadWidth);
  config.mlp = find(encoder, "blocks.0.mlp.fc1.weight").size(0);
  config.layers = 0;
  while (encoder.tensors.contains(fmt::format("blocks.{}.norm1.weight", config.layers))) {
    ++config.layers;
  }
  if (config.hidden % config.heads != 0 || config.patch_size > image_size) {
    raise(ErrorKind::invalid_argument,
          "an encoder {} wide with patches of {} cannot make a tower of {} heads for images of {}",
          config.hidden, config.patch_size, config.heads, image_size);
  }
  return config;
}

void init_from_timm(VisionTowerImpl& tower, const TimmVit& encoder) {
  const torch::NoGradGuard no_grad;
  const auto& config = tower.config();
  const int64_t hidden = config.hidden;
  auto parameters = tower.named_parameters();
  const auto copy = [&](const std::string& target, const std::string& source) {
    parameters[target].copy_(find(encoder, source, parameters[target].sizes()));
  };
  const auto copy_pair = [&](const std::string& target, const std::string& source) {
    copy(target + ".weight", source + ".weight");
    copy(target + ".bias", source + ".bias");
  };
  set_patch_embedding(tower, encoder);
  tower.position_embedding()->weight.copy_(
      resample_positions(patch_positions(encoder), config.image_size / config.patch_size));
  for (int64_t i = 0; i < config.layers; ++i) {
    const std::string to = fmt::format("encoder.layers.{}.", i);
    const std::string from = fmt::format("blocks.{}.", i);
    copy_pair(to + "layer_norm1", from + "norm1");
    copy_pair(to + "layer_norm2", from + "norm2");
    copy_pair(to + "self_attn.out_proj", from + "attn.proj");
    copy_pair(to + "mlp.fc1", from + "mlp.fc1");
    copy_pair(to + "mlp.fc2", from + "mlp.fc2");
    const auto weights = find(encoder, from + "attn.qkv.weight", {3 * hidden, hidden}).chunk(3);
    const auto biases = find(encoder, from + "attn.qkv.bias", {3 * hidden}).chunk(3);
    for (std::size_t part = 0; part < 3; ++part) {
      const std::string name = to + "self_attn." + std::array{"q_proj", "k_proj", "v_proj"}[part];
      parameters[name + ".weight"].copy_(weights[part]);
      parameters[name + ".bias"].copy_(biases[part]);
    }
  }
  copy_pair("post_layernorm", "norm");
}

}  // namespace galen::train
