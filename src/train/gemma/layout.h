#pragma once

#include <torch/torch.h>
#include <vector>

#include "model/weights/hf_config.h"

namespace galen::train {

/// The soft tokens of one image inside a pack: rows [begin, begin + length).
struct ImageRows {
  int64_t begin = 0;
  int64_t length = 0;
};

/// Several examples laid end to end, of which none sees another: attention runs example by example,
/// which is the block-diagonal mask without its zeros. Inside an example a token sees what came
/// before it, and a soft token all of its image (spec A3); in sliding layers only the last
/// `sliding_window` tokens. Positions start at 0 in every example.
class PackLayout {
 public:
  /// @param lengths tokens of each example
  /// @param images in the order of their rows; none crosses the end of an example
  PackLayout(const model::GemmaConfig& config, const std::vector<int64_t>& lengths,
             const std::vector<ImageRows>& images);

  struct Rotation {
    torch::Tensor cosine;  ///< [rows, 1, head_dim]
    torch::Tensor sine;
  };
  struct Example {
    int64_t begin = 0;
    int64_t length = 0;
    torch::Tensor full;     ///< float [length, length], 0 or -inf; undefined = causal
    torch::Tensor sliding;  ///< the same for sliding layers
  };

  [[nodiscard]] const std::vector<Example>& examples() const { return examples_; }
  [[nodiscard]] const Rotation& rotation(bool sliding) const { return rotations_[sliding ? 1 : 0]; }

 private:
  std::vector<Example> examples_;
  std::array<Rotation, 2> rotations_;
};

}  // namespace galen::train
