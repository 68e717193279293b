#pragma once

#include <memory>
#include <string>
#include <torch/torch.h>
#include <vector>

#include "train/nn/encoder.h"
#include "train/nn/init.h"
#include "train/nn/row_noise.h"

namespace galen::train {

struct VitConfig {
  std::string size = "small";  ///< timm's word for width, depth and heads
  int64_t width = 384;
  int64_t depth = 12;
  int64_t heads = 6;
  int64_t mlp_width = 1536;
  int64_t patch = 16;
  int64_t image_size = 224;  ///< of the position embeddings; others are interpolated
  int64_t registers = 0;     ///< with registers, only patches have position embeddings (timm)
};

/// By timm's name, see make_encoder().
/// @throws Error invalid_argument
[[nodiscard]] VitConfig vit_config(const std::string& architecture);

/// Pre-norm transformer block: attention and a two-layer perceptron with exact GELU.
class VitBlockImpl : public torch::nn::Module {
 public:
  VitBlockImpl(int64_t width, int64_t heads, int64_t mlp_width);
  /// [B, N, width] to the same.
  torch::Tensor forward(const torch::Tensor& tokens);
  void set_drop_path(double rate, const std::shared_ptr<RowNoise>& noise);

 private:
  torch::Tensor dropped(const torch::Tensor& branch) const;

  int64_t heads_;
  double drop_rate_ = 0;
  std::shared_ptr<RowNoise> noise_;
  torch::nn::LayerNorm norm1_ = nullptr, norm2_ = nullptr;
  torch::nn::Linear qkv_ = nullptr, proj_ = nullptr, fc1_ = nullptr, fc2_ = nullptr;
};
TORCH_MODULE(VitBlock);

/// How the weights start: timm, DINO and MSN; MAE; MoCo v3. The last two also fix the position
/// embeddings to sin-cos codes, and MoCo v3 the patch embedding to its random start.
enum class VitStart { truncated_normal, mae, moco_v3 };

/// Vision transformer (Dosovitskiy 2021) with timm's parameter names. Token order: CLS, registers,
/// patches in row-major order.
class Vit : public Encoder {
 public:
  explicit Vit(const VitConfig& config);

  /// Normalised tokens [B, 1 + registers + N, width] of images [B, 3, H, W]; H and W are multiples
  /// of the patch.
  /// @param keep int64 indices of the patches the blocks see: [K] for every image alike or [B, K];
  ///        undefined for all. Only those are embedded; their positions stay.
  /// @throws Error invalid_argument for a size that is no multiple of the patch.
  [[nodiscard]] torch::Tensor forward(const torch::Tensor& images, const torch::Tensor& keep = {});
  /// The normalised CLS token.
  [[nodiscard]] torch::Tensor features(const torch::Tensor& images) override;
  [[nodiscard]] int64_t width() const override { return config_.width; }
  [[nodiscard]] std::string architecture() const override;
  void set_drop_path(double rate, const std::shared_ptr<RowNoise>& noise) override;

  [[nodiscard]] const VitConfig& config() const { return config_; }
  [[nodiscard]] int64_t prefix() const { return 1 + config_.registers; }
  void initialise(VitStart start);

 private:
  [[nodiscard]] torch::Tensor patch_positions(int64_t rows, int64_t columns) const;
  void fix_positions(SinCosFirst first);

  VitConfig config_;
  torch::Tensor cls_token_, reg_token_, pos_embed_, patch_weight_, patch_bias_;
  std::vector<VitBlock> blocks_;
  torch::nn::LayerNorm norm_ = nullptr;
};

/// Pixels of the patches in row-major order, [B, N, 3 * patch * patch], channel slowest (as the
/// patch embedding's weight).
/// @throws Error invalid_argument for a size that is no multiple of the patch.
[[nodiscard]] torch::Tensor patch_pixels(const torch::Tensor& images, int64_t patch);

/// Rows `keep` ([K] or [B, K]) of tokens [B, N, D]: [B, K, D]. Tokens of one image, [1, N, D],
/// stand for those of every image.
[[nodiscard]] torch::Tensor take_tokens(const torch::Tensor& tokens, const torch::Tensor& keep);

/// Position embeddings [1, prefix + N, W] of a square grid for a rows x columns one: bicubic, as
/// DINO and MSN interpolate for small crops; the prefix stays.
[[nodiscard]] torch::Tensor resize_positions(const torch::Tensor& positions, int64_t prefix,
                                             int64_t rows, int64_t columns);

}  // namespace galen::train
