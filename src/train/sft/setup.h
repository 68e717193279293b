#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/profile.h"
#include "train/sft/examples.h"
#include "train/sft/model.h"
#include "train/sft/tuning_options.h"

namespace galen::train {

/// The model of a run as it is before training.
struct Base {
  model::Profile profile;            ///< its tower may be a file outside the folder; no adapters
  std::filesystem::path checkpoint;  ///< the Hugging Face folder it comes from; may be empty
  std::filesystem::path adapter;     ///< GGUF of the LoRA to go on from; may be empty
  LoraOptions lora;                  ///< of that one, else as asked for
  [[nodiscard]] std::filesystem::path decoder() const { return profile.folder / profile.decoder; }
  [[nodiscard]] std::filesystem::path tower() const { return profile.folder / profile.vision; }
};

/// Finds the model (a Hugging Face folder is imported to OUT/base), its LoRA and the tower.
/// @throws Error unsupported for a model with several adapters
[[nodiscard]] Base open_base(const TuningOptions& options);

/// The conversations of a data set as the decoder reads them.
[[nodiscard]] ExampleSet tokenise(const Base& base, const std::filesystem::path& data,
                                  std::int64_t longest);

/// What the model is given of the images: pixels for a tower that trains, else the frozen tower's
/// features, from OUT/features.safetensors or encoded now. Empty without images.
[[nodiscard]] AnswerModelImpl::Images images_of(const std::vector<std::filesystem::path>& images,
                                                const Base& base, const TuningOptions& options,
                                                const CancelToken& cancel);

/// Everything that a resumed run must share with the one that made the checkpoint, as one hash.
/// @param more what the method adds
[[nodiscard]] std::string identity(const TuningOptions& options, const Base& base,
                                   const std::filesystem::path& data, const std::string& more);

/// The decoder with what trains, the projector, and the tower when it trains. Draws the new weights
/// from torch's generator.
/// @throws Error invalid_argument when the targets name no layer, or there is no tower to train
[[nodiscard]] AnswerModel make_model(const Base& base, const TuningOptions& options,
                                     AnswerModelImpl::Images images);

}  // namespace galen::train
