#pragma once

#include <filesystem>

#include "train/sft/setup.h"

namespace galen::train {

/// Writes what was learned below OUT: adapter/ in PEFT's layout (for a LoRA); model/, a Galen model
/// with the base's decoder, the adapter as GGUF and the tower with its projector; merged/ with
/// `options.merge`, the Hugging Face folder with the LoRA added to its weights, in their own type.
/// What was there is replaced. Returns the model folder.
/// @throws Error io, permission; invalid_argument for `merge` without a Hugging Face base
std::filesystem::path export_model(const Base& base, AnswerModelImpl& model,
                                   const TuningOptions& options);

/// The LoRA of `decoder` as adapter_config.json and adapter_model.safetensors in `folder`.
void export_adapter(const std::filesystem::path& folder, GemmaDecoderImpl& decoder,
                    const Base& base);

}  // namespace galen::train
