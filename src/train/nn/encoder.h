#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <torch/torch.h>

#include "train/nn/row_noise.h"

namespace galen::train {

/// An image backbone that gives one vector an image. Parameters carry timm's names.
class Encoder : public torch::nn::Module {
 public:
  /// @param images float [B, 3, H, W]
  /// @return [B, width()]
  [[nodiscard]] virtual torch::Tensor features(const torch::Tensor& images) = 0;
  [[nodiscard]] virtual int64_t width() const = 0;
  /// The name make_encoder() takes to build the same again.
  [[nodiscard]] virtual std::string architecture() const = 0;
  /// Stochastic depth in training mode, rising linearly to `rate` at the last block; no effect on a
  /// network without it. Rates are in [0, 1).
  virtual void set_drop_path(double rate, const std::shared_ptr<RowNoise>& noise);
};

/// An untrained encoder by timm's name: `vit_{micro,tiny,small,base}_patch{P}[_reg{R}]_{SIZE}`
/// (vit_micro, 4 layers of width 64, is for tests) or `resnet50`.
/// @param heads of a ViT's attention; 0: timm's number for the size
/// @throws Error invalid_argument for another name, or heads that do not divide the width.
[[nodiscard]] std::shared_ptr<Encoder> make_encoder(const std::string& architecture,
                                                    int64_t heads = 0);

/// Writes the parameters and buffers as safetensors in timm's naming, atomically; the metadata name
/// the architecture, and the heads of a ViT, beside `metadata`.
void save_encoder(const std::filesystem::path& file, const Encoder& encoder,
                  std::map<std::string, std::string> metadata = {});

/// Reads what save_encoder() wrote.
/// @throws Error malformed for a missing or misshapen tensor or a file that names no architecture.
[[nodiscard]] std::shared_ptr<Encoder> load_encoder(const std::filesystem::path& file);

/// Copies the weights of a timm file into `encoder`. The position embeddings of another grid are
/// interpolated; a classifier's `head.*` and `fc.*` are passed over.
/// @throws Error malformed for a missing or misshapen tensor.
void load_weights(Encoder& encoder, const std::filesystem::path& file);

}  // namespace galen::train
