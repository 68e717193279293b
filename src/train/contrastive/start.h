#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "train/contrastive/contrastive.h"
#include "train/siglip/towers.h"

namespace galen::train {

/// What a run starts from.
struct ContrastiveStart {
  Siglip model;
  std::filesystem::path tokenizer;  ///< SentencePiece file
};

/// The model of `options`: loaded, or made new with its vision tower from an encoder and its
/// tokenizer given or trained on `captions` (into out/spiece.model). At another image size than the
/// model's the position table is resampled. Equal options give equal weights.
/// @throws Error as run_contrastive
[[nodiscard]] ContrastiveStart make_start(const ContrastiveOptions& options,
                                          const std::vector<std::string>& captions);

}  // namespace galen::train
