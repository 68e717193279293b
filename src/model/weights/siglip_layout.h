#pragma once
// Where the tensors of SigLIP towers and the Gemma 3 projector go in a GGUF (architecture clip, as
// llama.cpp's mmproj files), and the keys beside them. The pooling head and the text tower, which
// llama.cpp does not have, follow the same names under "v.head." and "t.".

#include <string>
#include <vector>

#include "model/weights/hf_config.h"
#include "model/weights/tensor_job.h"
#include "model/weights/weight_type.h"

namespace galen::model {

/// Where a checkpoint keeps its vision tower, as in "vision_tower.vision_model.": the published
/// name, where it has no tower.
[[nodiscard]] std::string vision_prefix(const Checkpoint& checkpoint);

/// The vision tower without its pooling head. `prefix` as in "vision_tower.vision_model.".
[[nodiscard]] std::vector<TensorJob> vision_jobs(const SiglipVisionConfig& config,
                                                 const std::string& prefix, WeightType type);
/// The attention ("MAP") pooling head of a vision tower.
[[nodiscard]] std::vector<TensorJob> pooling_jobs(const SiglipVisionConfig& config,
                                                  const std::string& prefix, WeightType type);
[[nodiscard]] std::vector<TensorJob> text_jobs(const SiglipTextConfig& config,
                                               const std::string& prefix, WeightType type);
/// Gemma 3's projector from `vision` to `decoder_width`. `prefix` as in "multi_modal_projector.".
[[nodiscard]] std::vector<TensorJob> projector_jobs(const SiglipVisionConfig& vision,
                                                    std::int64_t decoder_width,
                                                    const std::string& prefix, WeightType type);

void write_vision_keys(GgufWriter& gguf, const SiglipVisionConfig& config, std::int64_t projection);
void write_text_keys(GgufWriter& gguf, const SiglipTextConfig& config);
/// `tokens_per_image` sets the pooling of the projector.
void write_projector_keys(GgufWriter& gguf, const SiglipVisionConfig& config,
                          std::int64_t tokens_per_image);

}  // namespace galen::model
