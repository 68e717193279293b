#pragma once
// From a Hugging Face folder to a model folder: GGUF files and profile.json.

#include <filesystem>
#include <string>

#include <galen/cancel.h>

#include "model/profile.h"
#include "model/weights/weight_type.h"

namespace galen::model {

struct ImportOptions {
  std::string name;           ///< empty = the folder's own name
  std::filesystem::path out;  ///< empty = models_folder()/name
  WeightType type = WeightType::bf16;
  int threads = 0;  ///< of quantisation; 0 = all cores
  const CancelToken* cancel = nullptr;
};

/// Imports MedGemma and Gemma 3 (multimodal or text only), MedSigLIP and SigLIP. Towers are stored
/// as F32 or BF16 when asked for, else as F16. Nothing is left behind on failure. Throws not_found,
/// malformed (missing, extra or misshapen tensors, by name), unsupported, io (the disk is too
/// small), invalid_argument (the model is already there), cancelled.
Profile import_model(const std::filesystem::path& folder, const ImportOptions& options);

/// Imports a LoRA adapter in PEFT's layout for `base`: a new model folder with the base's files
/// linked and the adapter beside them. Throws as import_model; unsupported for adapters of the
/// vision tower.
Profile import_adapter(const std::filesystem::path& folder, const Profile& base,
                       const ImportOptions& options);

/// The LoRA in a PEFT folder as a GGUF that libllama loads beside the decoder `base`. Throws as
/// import_adapter.
void write_adapter_gguf(const std::filesystem::path& folder, const std::filesystem::path& base,
                        const std::filesystem::path& target);

/// True for a folder with adapter_config.json.
[[nodiscard]] bool is_adapter_folder(const std::filesystem::path& folder);

/// The name a checkpoint goes by: "medgemma-4b-it" for ".../medgemma-4b-it" and for the hub's cache
/// ".../models--google--medgemma-4b-it/snapshots/<commit>".
[[nodiscard]] std::string checkpoint_name(const std::filesystem::path& folder);

}  // namespace galen::model
