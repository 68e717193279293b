#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <torch/torch.h>

#include "model/weights/hf_config.h"
#include "train/gemma/stored_matrix.h"

namespace galen::train {

/// How the matrices of a GGUF are kept in memory.
enum class BaseForm {
  floats,
  stored,  ///< as in the file, quantised; a matrix in f32 stays in floats
};

/// The weights of a Gemma 3 decoder under Hugging Face's names below the decoder, as in
/// "layers.0.mlp.up_proj.weight".
class GemmaWeights {
 public:
  virtual ~GemmaWeights() = default;
  [[nodiscard]] virtual const model::GemmaConfig& config() const = 0;
  /// @throws Error malformed naming the tensor when it is missing or has another shape.
  [[nodiscard]] virtual StoredMatrix matrix(const std::string& name, int64_t rows,
                                            int64_t columns) const = 0;
  /// A norm's weight as published, to which the model adds 1: float [size].
  [[nodiscard]] virtual torch::Tensor norm(const std::string& name, int64_t size) const = 0;
};

/// The name in a GGUF of what Hugging Face calls `name` below the decoder.
[[nodiscard]] std::string gguf_name(const std::string& name);

/// A decoder GGUF, or a Hugging Face folder with config.json and safetensors in either of the two
/// namings (language_model.model.*, model.language_model.*) or text-only (model.*).
/// @throws Error not_found, malformed, unsupported (soft-capped logits)
[[nodiscard]] std::unique_ptr<GemmaWeights> open_gemma_weights(const std::filesystem::path& path,
                                                               BaseForm form);

}  // namespace galen::train
