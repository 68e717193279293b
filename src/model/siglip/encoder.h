#pragma once
// What the vision and the text tower share: the pre-norm transformer, and the pooling head.

#include <string>
#include <vector>

#include "model/siglip/tower_weights.h"

namespace galen::model {

struct EncoderLayer {
  Norm norm1;
  Norm norm2;
  Linear query;
  Linear key;
  Linear value;
  Linear output;
  Linear up;
  Linear down;
};

/// The transformer with its final norm. `prefix` is "v" or "t" (tensor names PREFIX.blk.N.*,
/// PREFIX.post_ln.*).
class Encoder {
 public:
  Encoder(const EncoderShape& shape, TowerWeights& weights, const Gguf& gguf,
          const std::string& prefix);
  /// `x`: [hidden, tokens, items], embedded and with positions.
  ggml_tensor* apply(const Graph& graph, ggml_tensor* x) const;
  [[nodiscard]] const EncoderShape& shape() const { return shape_; }

 private:
  EncoderShape shape_;
  std::vector<EncoderLayer> layers_;
  Norm final_norm_;
};

/// SigLIP's attention pooling (MAP) head, tensors v.head.*.
class PoolingHead {
 public:
  PoolingHead(const EncoderShape& shape, TowerWeights& weights);
  /// [hidden, tokens, images] to [hidden, 1, images].
  ggml_tensor* apply(const Graph& graph, ggml_tensor* x) const;

 private:
  EncoderShape shape_;
  ggml_tensor* probe_;
  Linear query_;
  Linear key_;
  Linear value_;
  Linear output_;
  Norm norm_;
  Linear up_;
  Linear down_;
};

}  // namespace galen::model
