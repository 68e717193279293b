#pragma once
// Where the tensors of a Gemma 3 checkpoint go in llama.cpp's GGUF (architecture gemma3), and the
// keys beside them. Names: llama.cpp's converter, class Gemma3Model.

#include <string>
#include <vector>

#include "model/weights/hf_config.h"
#include "model/weights/tensor_job.h"
#include "model/weights/vocabulary.h"
#include "model/weights/weight_type.h"

namespace galen::model {

/// Every tensor of the decoder, the embedding table cut to `vocabulary` rows. `prefix` as in
/// "language_model.model.".
[[nodiscard]] std::vector<TensorJob> gemma_jobs(const GemmaConfig& config,
                                                const std::string& prefix, std::int64_t vocabulary,
                                                WeightType type);

/// The gemma3.* keys.
void write_gemma_keys(GgufWriter& gguf, const GemmaConfig& config);

}  // namespace galen::model
