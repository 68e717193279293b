#include "train/nn/vit.h"

#include <cmath>
#include <fmt/format.h>
#include <regex>

#include "base/raise.h"

namespace galen::train {
namespace {

constexpr double kNormEpsilon = 1e-6;

struct VitSize {
  const char* name;
  int64_t width, depth, heads;
};
constexpr VitSize kSizes[] = {
    {"micro", 64, 4, 2}, {"tiny", 192, 12, 3}, {"small", 384, 12, 6}, {"base", 768, 12, 12}};

torch::nn::LayerNorm layer_norm(int64_t width) {
  return torch::nn::LayerNorm(torch::nn::LayerNormOptions({width}).eps(kNormEpsilon));
}

/// A submodule that only gives its children a name: `attn.qkv`, `mlp.fc1`, `patch_embed.proj`.
struct Scope : torch::nn::Module {};

}  // namespace

VitConfig vit_config(const std::string& architecture) {
  static const std::regex pattern(R"(vit_([a-z]+)_patch(\d{1,3})(?:_reg(\d{1,2}))?_(\d{1,4}))");
  std::smatch part;
  if (std::regex_match(architecture, part, pattern)) {
    for (const VitSize& size : kSizes) {
      if (part[1] != size.name) continue;
      VitConfig config{.size = size.name,
                       .width = size.width,
                       .depth = size.depth,
                       .heads = size.heads,
                       .mlp_width = 4 * size.width,
                       .patch = std::stoll(part[2]),
                       .image_size = std::stoll(part[4]),
                       .registers = part[3].matched ? std::stoll(part[3]) : 0};
      if (config.patch > 0 && config.image_size >= config.patch &&
          config.image_size % config.patch == 0) {
        return config;
      }
    }
  }
  raise(ErrorKind::invalid_argument,
        "architecture '{}': expected vit_{{micro,tiny,small,base}}_patch{{P}}[_reg{{R}}]_{{SIZE}}, "
        "SIZE a multiple of P, for example vit_small_patch16_224",
        architecture);
}

VitBlockImpl::VitBlockImpl(int64_t width, int64_t heads, int64_t mlp_width) : heads_(heads) {
  norm1_ = register_module("norm1", layer_norm(width));
  auto attention = register_module("attn", std::make_shared<Scope>());
  qkv_ = attention->register_module("qkv", torch::nn::Linear(width, 3 * width));
  proj_ = attention->register_module("proj", torch::nn::Linear(width, width));
  norm2_ = register_module("norm2", layer_norm(width));
  auto mlp = register_module("mlp", std::make_shared<Scope>());
  fc1_ = mlp->register_module("fc1", torch::nn::Linear(width, mlp_width));
  fc2_ = mlp->register_module("fc2", torch::nn::Linear(mlp_width, width));
}

void VitBlockImpl::set_drop_path(double rate, const std::shared_ptr<RowNoise>& noise) {
  drop_rate_ = rate;
  noise_ = noise;
}

torch::Tensor VitBlockImpl::dropped(const torch::Tensor& branch) const {
  if (drop_rate_ == 0 || !is_training()) return branch;
  const double keep = 1 - drop_rate_;
  const torch::Tensor kept = (noise_->uniform(branch.size(0), 1) + keep).floor_().div_(keep);
  return branch * kept.to(branch.device()).view({-1, 1, 1});
}

torch::Tensor VitBlockImpl::forward(const torch::Tensor& tokens) {
  const int64_t batch = tokens.size(0);
  const int64_t count = tokens.size(1);
  const int64_t width = tokens.size(2);
  const auto heads = qkv_(norm1_(tokens)).view({batch, count, 3, heads_, width / heads_});
  const auto qkv = heads.permute({2, 0, 3, 1, 4}).unbind(0);
  const torch::Tensor mixed = at::scaled_dot_product_attention(qkv[0], qkv[1], qkv[2]);
  const torch::Tensor x =
      tokens + dropped(proj_(mixed.transpose(1, 2).reshape({batch, count, width})));
  return x + dropped(fc2_(at::gelu(fc1_(norm2_(x)))));
}

Vit::Vit(const VitConfig& config) : config_(config) {
  const int64_t width = config.width;
  const int64_t side = config.image_size / config.patch;
  const int64_t positions = side * side + (config.registers > 0 ? 0 : 1);
  cls_token_ = register_parameter("cls_token", torch::zeros({1, 1, width}));
  if (config.registers > 0) {
    reg_token_ = register_parameter("reg_token", torch::zeros({1, config.registers, width}));
  }
  pos_embed_ = register_parameter("pos_embed", torch::zeros({1, positions, width}));
  auto patch_embed = register_module("patch_embed", std::make_shared<Scope>());
  auto projection = patch_embed->register_module("proj", std::make_shared<Scope>());
  patch_weight_ = projection->register_parameter(
      "weight", torch::empty({width, 3, config.patch, config.patch}));
  patch_bias_ = projection->register_parameter("bias", torch::empty({width}));
  auto list = register_module("blocks", torch::nn::ModuleList());
  for (int64_t i = 0; i < config.depth; ++i) {
    blocks_.emplace_back(width, config.heads, config.mlp_width);
    list->push_back(blocks_.back());
  }
  norm_ = register_module("norm", layer_norm(width));
  initialise(VitStart::truncated_normal);
}

void Vit::initialise(VitStart start) {
  const torch::NoGradGuard no_grad;
  const double fan_in = 3.0 * static_cast<double>(config_.patch * config_.patch);
  // torch's own start of a convolution; MAE and MoCo v3 replace parts of it below.
  patch_weight_.uniform_(-1 / std::sqrt(fan_in), 1 / std::sqrt(fan_in));
  patch_bias_.uniform_(-1 / std::sqrt(fan_in), 1 / std::sqrt(fan_in));
  if (reg_token_.defined()) reg_token_.normal_(0, 1e-6);
  if (start == VitStart::truncated_normal) {
    initialise_truncated(*this);
    fill_truncated_normal(cls_token_, 0.02);
    fill_truncated_normal(pos_embed_, 0.02);
    return;
  }
  initialise_xavier(*this);
  const double bound = std::sqrt(6.0 / (fan_in + static_cast<double>(config_.width)));
  patch_weight_.uniform_(-bound, bound);
  if (start == VitStart::mae) {
    cls_token_.normal_(0, 0.02);
    fix_positions(SinCosFirst::x);
    return;
  }
  patch_bias_.zero_();
  patch_weight_.set_requires_grad(false);
  patch_bias_.set_requires_grad(false);
  cls_token_.normal_(0, 1e-6);
  // MoCo v3 starts queries, keys and values as three matrices of their own.
  const double qkv_bound = std::sqrt(6.0 / static_cast<double>(2 * config_.width));
  for (const auto& item : named_parameters()) {
    if (item.key().ends_with("qkv.weight")) item.value().uniform_(-qkv_bound, qkv_bound);
  }
  fix_positions(SinCosFirst::y);
}

void Vit::fix_positions(SinCosFirst first) {
  const int64_t side = config_.image_size / config_.patch;
  pos_embed_.zero_();
  pos_embed_.slice(1, pos_embed_.size(1) - side * side)
      .copy_(sin_cos_positions(side, side, config_.width, first));
  pos_embed_.set_requires_grad(false);
}

void Vit::set_drop_path(double rate, const std::shared_ptr<RowNoise>& noise) {
  const auto last = static_cast<double>(std::max<int64_t>(1, config_.depth - 1));
  for (size_t i = 0; i < blocks_.size(); ++i) {
    blocks_[i]->set_drop_path(rate * static_cast<double>(i) / last, noise);
  }
}

std::string Vit::architecture() const {
  const std::string registers =
      config_.registers > 0 ? fmt::format("_reg{}", config_.registers) : "";
  return fmt::format("vit_{}_patch{}{}_{}", config_.size, config_.patch, registers,
                     config_.image_size);
}

torch::Tensor Vit::patch_positions(int64_t rows, int64_t columns) const {
  const int64_t prefix = config_.registers > 0 ? 0 : 1;
  const int64_t side = config_.image_size / config_.patch;
  if (rows == side && columns == side) return pos_embed_.slice(1, prefix);
  return resize_positions(pos_embed_, prefix, rows, columns).slice(1, prefix);
}

torch::Tensor Vit::forward(const torch::Tensor& images, const torch::Tensor& keep) {
  const int64_t batch = images.size(0);
  torch::Tensor pixels = patch_pixels(images, config_.patch);
  torch::Tensor positions =
      patch_positions(images.size(2) / config_.patch, images.size(3) / config_.patch);
  if (keep.defined()) {
    pixels = take_tokens(pixels, keep);
    positions = take_tokens(positions, keep);
  }
  const torch::Tensor patches =
      at::linear(pixels, patch_weight_.view({config_.width, -1}), patch_bias_) + positions;
  const bool cls_has_position = config_.registers == 0;
  const torch::Tensor cls = cls_has_position ? cls_token_ + pos_embed_.slice(1, 0, 1) : cls_token_;
  std::vector<torch::Tensor> parts{cls.expand({batch, -1, -1})};
  if (reg_token_.defined()) parts.push_back(reg_token_.expand({batch, -1, -1}));
  parts.push_back(patches);
  torch::Tensor x = torch::cat(parts, 1);
  for (auto& block : blocks_) x = block(x);
  return norm_(x);
}

torch::Tensor Vit::features(const torch::Tensor& images) {
  return forward(images).select(1, 0);
}

torch::Tensor patch_pixels(const torch::Tensor& images, int64_t patch) {
  const int64_t rows = images.size(2) / patch;
  const int64_t columns = images.size(3) / patch;
  if (rows * patch != images.size(2) || columns * patch != images.size(3) || rows * columns == 0) {
    raise(ErrorKind::invalid_argument, "image of {} x {}: no multiple of the patch, {}",
          images.size(2), images.size(3), patch);
  }
  return images.view({images.size(0), 3, rows, patch, columns, patch})
      .permute({0, 2, 4, 1, 3, 5})
      .reshape({images.size(0), rows * columns, 3 * patch * patch});
}

torch::Tensor take_tokens(const torch::Tensor& tokens, const torch::Tensor& keep) {
  if (keep.dim() == 1) return tokens.index_select(1, keep);
  const int64_t batch = tokens.size(0);
  const int64_t count = tokens.size(1);
  torch::Tensor rows = keep;
  if (batch > 1) {
    rows = keep + torch::arange(batch, keep.options()).mul_(count).unsqueeze(1);
  }
  return tokens.reshape({batch * count, -1})
      .index_select(0, rows.flatten())
      .view({keep.size(0), keep.size(1), tokens.size(2)});
}

torch::Tensor resize_positions(const torch::Tensor& positions, int64_t prefix, int64_t rows,
                               int64_t columns) {
  const torch::Tensor grid = positions.slice(1, prefix);
  const auto side = static_cast<int64_t>(std::lround(std::sqrt(grid.size(1))));
  const int64_t width = positions.size(2);
  if (side * side != grid.size(1)) {
    raise(ErrorKind::malformed, "pos_embed: {} positions are no square grid", grid.size(1));
  }
  const torch::Tensor planes = grid.reshape({1, side, side, width}).permute({0, 3, 1, 2});
  const torch::Tensor resized = at::upsample_bicubic2d(planes, {rows, columns}, false);
  const torch::Tensor tokens = resized.flatten(2).transpose(1, 2);
  return prefix == 0 ? tokens : torch::cat({positions.slice(1, 0, prefix), tokens}, 1);
}

}  // namespace galen::train
