#pragma once

#include <filesystem>

#include "train/sft/setup.h"

namespace galen::train {

/// Writes what was learned below OUT: adapter/ in PEFT's layout (for a LoRA); model/, a Galen model
/// with the base's decoder, the adapter as GGUF and the tower with its projector; with
/// `options.merge` merged/, where the LoRA is added to the weights: the Hugging Face folder in its
/// own types where the base came from one that fits, else a Galen model with one decoder, changed
/// matrices in bfloat16. What was there is replaced. Returns the model folder.
/// @throws Error io, permission
std::filesystem::path export_model(const Base& base, AnswerModelImpl& model,
                                   const TuningOptions& options);

/// The LoRA of `decoder` as adapter_config.json and adapter_model.safetensors in `folder`.
void export_adapter(const std::filesystem::path& folder, GemmaDecoderImpl& decoder,
                    const Base& base);

}  // namespace galen::train
