#pragma once

#include "train/nn/vit.h"
#include "train/ssl/method.h"

namespace galen::train {

/// Pixels of the patches, [B, N, patch * patch * 3], channel fastest (facebookresearch/mae
/// models_mae.py, patchify).
[[nodiscard]] torch::Tensor mae_patches(const torch::Tensor& images, int64_t patch);

/// Each patch minus its mean, by its unbiased standard deviation (epsilon 1e-6 in the root).
[[nodiscard]] torch::Tensor normalised_patches(const torch::Tensor& patches);

/// Which patches the encoder sees: the first `kept` of `order`, each row a random order of all.
struct Masking {
  torch::Tensor order;  ///< int64 [B, N]
  int64_t kept = 0;

  [[nodiscard]] torch::Tensor visible() const { return order.slice(1, 0, kept); }
  [[nodiscard]] torch::Tensor masked() const { return order.slice(1, kept); }
};

/// The order that sorts `noise` [B, N]; int(N * (1 - ratio)) are kept, at least one.
[[nodiscard]] Masking random_masking(const torch::Tensor& noise, double ratio);

/// The decoder: mask tokens at the hidden places, blocks, pixels of the hidden patches. Tokens stay
/// in the order of the masking, which attention does not see, so that nothing is sorted back and
/// only hidden patches are predicted; the loss is that of the official code.
class MaeDecoderImpl : public torch::nn::Module {
 public:
  MaeDecoderImpl(int64_t encoder_width, int64_t patches_a_side, int64_t pixels, int64_t width,
                 int64_t depth, int64_t heads);
  /// @param tokens [B, 1 + kept, encoder width]
  /// @return [B, N - kept, pixels]
  torch::Tensor forward(const torch::Tensor& tokens, const Masking& masking);

 private:
  torch::nn::Linear embed_ = nullptr, pred_ = nullptr;
  torch::nn::LayerNorm norm_ = nullptr;
  std::vector<VitBlock> blocks_;
  torch::Tensor mask_token_, positions_;
};
TORCH_MODULE(MaeDecoder);

/// Masked autoencoder (He 2022).
class Mae : public Method {
 public:
  Mae(const MethodParts& parts, Settings& settings);
  [[nodiscard]] Recipe recipe() const override;
  [[nodiscard]] TrainingPlan plan() const override;
  [[nodiscard]] std::vector<Parameter> learned() const override;
  [[nodiscard]] torch::Tensor loss(const std::vector<torch::Tensor>& views,
                                   const StepContext& context) override;
  [[nodiscard]] Encoder& encoder() override { return *encoder_; }

 private:
  MethodParts parts_;
  double mask_ratio_;
  bool is_normalised_;
  std::shared_ptr<Encoder> encoder_;
  MaeDecoder decoder_ = nullptr;
};

}  // namespace galen::train
