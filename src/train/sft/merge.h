#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <torch/torch.h>

#include "train/sft/setup.h"

namespace galen::train {

/// The decoder's weights that training changed, the LoRA added, in floats, under Hugging Face's
/// names below the decoder.
[[nodiscard]] std::map<std::string, torch::Tensor> changed_weights(GemmaDecoderImpl& decoder);

/// Whether the base came from a Hugging Face folder that can hold what was learned: its own tower
/// and its own number of tokens per image.
[[nodiscard]] bool fits_checkpoint(const Base& base, const TuningOptions& options);

/// The base's Hugging Face folder with what was learned in it, in the types of its tensors.
void write_merged_checkpoint(const std::filesystem::path& folder, const Base& base,
                             const AnswerModelImpl& model);

}  // namespace galen::train
