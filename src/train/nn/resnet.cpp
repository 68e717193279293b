#include "train/nn/resnet.h"

#include <fmt/format.h>

namespace galen::train {
namespace {

constexpr int64_t kExpansion = 4;

torch::nn::Conv2d convolution(int64_t in, int64_t out, int64_t kernel, int64_t stride) {
  return torch::nn::Conv2d(
      torch::nn::Conv2dOptions(in, out, kernel).stride(stride).padding(kernel / 2).bias(false));
}

class BottleneckImpl : public torch::nn::Module {
 public:
  BottleneckImpl(int64_t in, int64_t planes, int64_t stride) {
    const int64_t out = planes * kExpansion;
    conv1_ = register_module("conv1", convolution(in, planes, 1, 1));
    bn1_ = register_module("bn1", BatchNorm(planes));
    conv2_ = register_module("conv2", convolution(planes, planes, 3, stride));
    bn2_ = register_module("bn2", BatchNorm(planes));
    conv3_ = register_module("conv3", convolution(planes, out, 1, 1));
    bn3_ = register_module("bn3", BatchNorm(out));
    if (in != out || stride != 1) {
      downsample_ = register_module(
          "downsample", torch::nn::Sequential(convolution(in, out, 1, stride), BatchNorm(out)));
    }
    torch::nn::init::zeros_(bn3_->weight);
  }

  torch::Tensor forward(const torch::Tensor& x) {
    torch::Tensor y = bn1_(conv1_(x)).relu_();
    y = bn2_(conv2_(y)).relu_();
    y = bn3_(conv3_(y));
    return (y + (downsample_.is_empty() ? x : downsample_->forward(x))).relu_();
  }

 private:
  torch::nn::Conv2d conv1_ = nullptr, conv2_ = nullptr, conv3_ = nullptr;
  BatchNorm bn1_ = nullptr, bn2_ = nullptr, bn3_ = nullptr;
  torch::nn::Sequential downsample_ = nullptr;
};
TORCH_MODULE(Bottleneck);

}  // namespace

ResNet50::ResNet50() {
  conv1_ = register_module("conv1", convolution(3, 64, 7, 2));
  bn1_ = register_module("bn1", BatchNorm(64));
  constexpr int64_t kBlocks[] = {3, 4, 6, 3};
  int64_t in = 64;
  for (size_t stage = 0; stage < 4; ++stage) {
    const int64_t planes = int64_t{64} << stage;
    for (int64_t i = 0; i < kBlocks[stage]; ++i) {
      layers_[stage]->push_back(Bottleneck(in, planes, i == 0 && stage > 0 ? 2 : 1));
      in = planes * kExpansion;
    }
    register_module(fmt::format("layer{}", stage + 1), layers_[stage]);
  }
  for (const auto& module : modules(false)) {
    if (auto* conv = module->as<torch::nn::Conv2d>()) {
      torch::nn::init::kaiming_normal_(conv->weight, 0, torch::kFanOut, torch::kReLU);
    }
  }
}

torch::Tensor ResNet50::features(const torch::Tensor& images) {
  torch::Tensor x = at::max_pool2d(bn1_(conv1_(images)).relu_(), {3, 3}, {2, 2}, {1, 1});
  for (auto& layer : layers_) x = layer->forward(x);
  return x.mean({2, 3});
}

}  // namespace galen::train
