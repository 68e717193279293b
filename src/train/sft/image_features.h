#pragma once

#include <filesystem>
#include <optional>
#include <torch/torch.h>
#include <vector>

#include <galen/cancel.h>

#include "io/store/safetensors.h"
#include "model/profile.h"

namespace galen::train {

/// What the frozen vision tower says about the images of a run, pooled to the tokens of the
/// projector: [images, tokens, hidden]. Computed once by the inference tower and kept in a file, so
/// that the tower costs nothing per step.
class ImageFeatures {
 public:
  /// Takes `file` when it was made from these images and this tower, else encodes anew.
  /// @param profile how images are prepared, its tower and its tokens per image
  /// @param threads 0 = all cores
  /// @throws Error as open_inputs and make_views naming the image; invalid_argument for a file that
  ///         is more than one image; cancelled
  ImageFeatures(const std::vector<std::filesystem::path>& images, const model::Profile& profile,
                const std::filesystem::path& file, int threads, const CancelToken& cancel);

  [[nodiscard]] int64_t tokens() const { return values_.size(1); }
  [[nodiscard]] int64_t hidden() const { return values_.size(2); }
  /// [indices, tokens, hidden]
  [[nodiscard]] torch::Tensor at(const torch::Tensor& indices) const {
    return values_.index_select(0, indices);
  }

 private:
  std::optional<store::Safetensors> file_;
  torch::Tensor values_;  ///< a view of file_
};

}  // namespace galen::train
