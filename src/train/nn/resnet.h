#pragma once

#include <string>
#include <torch/torch.h>

#include "train/nn/batch_norm.h"
#include "train/nn/encoder.h"

namespace galen::train {

/// ResNet-50 (He 2016; stride in the 3x3 convolution) with timm's parameter names and no
/// classifier. Convolutions start Kaiming normal (fan out), the last norm of each block at zero.
class ResNet50 : public Encoder {
 public:
  ResNet50();
  /// The global average of the last stage, [B, 2048].
  [[nodiscard]] torch::Tensor features(const torch::Tensor& images) override;
  [[nodiscard]] int64_t width() const override { return 2048; }
  [[nodiscard]] std::string architecture() const override { return "resnet50"; }

 private:
  torch::nn::Conv2d conv1_ = nullptr;
  BatchNorm bn1_ = nullptr;
  torch::nn::Sequential layers_[4];
};

}  // namespace galen::train
