#pragma once

#include "train/ssl/head.h"
#include "train/ssl/method.h"

namespace galen::train {

/// InfoNCE of one direction times 2 T: queries [N, D] of this process against the keys of all
/// processes, which get no gradient (facebookresearch/moco-v3 builder.py).
[[nodiscard]] torch::Tensor moco_v3_loss(const torch::Tensor& queries, const torch::Tensor& keys,
                                         double temperature, const Distributed& ranks);

/// MoCo v3 (Chen 2021). A ViT takes three projection layers, AdamW and a frozen patch embedding;
/// a ResNet two, LARS and no norm behind the predictor.
class MocoV3 : public Method {
 public:
  MocoV3(const MethodParts& parts, Settings& settings);
  [[nodiscard]] Recipe recipe() const override;
  [[nodiscard]] TrainingPlan plan() const override;
  [[nodiscard]] std::vector<Parameter> learned() const override;
  [[nodiscard]] torch::Tensor loss(const std::vector<torch::Tensor>& views,
                                   const StepContext& context) override;
  [[nodiscard]] Encoder& encoder() override { return *key_encoder_; }

 private:
  [[nodiscard]] torch::Tensor queries(const torch::Tensor& view);
  [[nodiscard]] torch::Tensor keys(const torch::Tensor& view);

  MethodParts parts_;
  double temperature_ = 1;
  double momentum_ = 0.99;
  bool is_vit_ = true;
  std::shared_ptr<Encoder> encoder_, key_encoder_;
  Head projector_ = nullptr, key_projector_ = nullptr, predictor_ = nullptr;
};

}  // namespace galen::train
