#pragma once

#include <filesystem>
#include <memory>
#include <torch/torch.h>

#include "train/views/view_spec.h"

namespace galen::train {

/// A pre-trained encoder that a classifier stands on.
class Backbone {
 public:
  virtual ~Backbone() = default;
  /// Pixels [images, 3, S, S], normalised, to [images, width].
  [[nodiscard]] virtual torch::Tensor features(const torch::Tensor& pixels) = 0;
  [[nodiscard]] virtual int64_t width() const = 0;
  [[nodiscard]] virtual int image_size() const = 0;
  [[nodiscard]] virtual Normalisation normalisation() const = 0;
  /// What is trained.
  [[nodiscard]] virtual torch::nn::Module& module() = 0;
  /// Writes the encoder into `folder` in the layout it was read from.
  virtual void save(const std::filesystem::path& folder) = 0;
};

/// A SigLIP folder (config.json), or a safetensors file that names its architecture (galen train
/// ssl). `image_size` 0: the encoder's own.
/// @throws Error not_found, malformed, unsupported
[[nodiscard]] std::unique_ptr<Backbone> open_backbone(const std::filesystem::path& path,
                                                      int image_size);

}  // namespace galen::train
