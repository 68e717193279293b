#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <galen/cancel.h>

#include "train/polygenic/cohort.h"
#include "train/probe/matrix.h"

namespace galen::train {

struct VitHeadOptions {
  std::string size = "micro";  ///< of the ViT: micro, tiny, small or base; its patch is a square
  int hidden = 128;            ///< of the layer that joins picture and demographics
  int epochs = 20;
  int batch = 64;
  double lr = 1e-3;  ///< peak of a half cosine
  double weight_decay = 0.05;
  std::uint64_t seed = 0;
};

struct VitHeadResult {
  Matrix probabilities;  ///< people x outcomes, also of the people it was trained on
  int best_epoch = 0;    ///< by the mean AUC on the people of the split "val"
  double best_auc = 0;
};

/// A ViT that reads the picture of a person's scores, whose CLS token and the standardised
/// demographics go through one hidden layer to one logit an outcome. Trained from scratch on the
/// people of the split "train"; the weights of the best epoch are used. Picture scale and
/// demographics are fitted on training people only. Goes on from the checkpoint in `folder`.
/// Throws cancelled after a checkpoint was saved; invalid_argument when the folder holds a run of
/// other options, people, scores or outcomes.
[[nodiscard]] VitHeadResult train_vit_head(const Cohort& cohort, std::size_t outcomes,
                                           const VitHeadOptions& options,
                                           const std::filesystem::path& folder,
                                           const CancelToken& cancel);

}  // namespace galen::train
