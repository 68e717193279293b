#pragma once
// `galen train polygenic`: risk of diseases from the picture of many polygenic scores, beside the
// linear model on the same scores, after Med-Gemini-Polygenic (arXiv 2405.03162).

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <galen/cancel.h>

#include "base/json.h"
#include "train/polygenic/vit_head.h"

namespace galen::train {

struct PolygenicOptions {
  std::filesystem::path people;  ///< CSV or JSONL: IID, split (train, val, test), columns below
  std::filesystem::path scores;  ///< of `galen prs score`, three thresholds a trait
  std::filesystem::path out;     ///< run folder
  std::vector<std::string> demographics{"age", "sex", "bmi"};
  std::vector<std::string> outcomes;  ///< learnt
  /// Never learnt: scored by the models of the learnt outcome that goes with it most in the people
  /// of the split "train"; a vision-language model is asked for it by its name.
  std::vector<std::string> unseen;
  VitHeadOptions vit;
  int cases = 200;  ///< of an outcome that are tested, drawn by seed, and as many controls
  /// Questions and answers an outcome for `galen train sft`, half of them cases, written to
  /// OUT/questions.jsonl with their pictures; 0: none.
  int questions = 0;
  std::string model;  ///< what `galen train sft` made of them, tested beside the others; "": none
  std::uint64_t seed = 0;
  int threads = 0;
};

/// Trains the linear model (all scores and demographics, standardised, L2 by cross-validation, for
/// each outcome) and the ViT head, and measures each on the same people: areas under the ROC curve
/// with DeLong intervals, and DeLong's test against the linear model. Writes OUT/polygenic.json,
/// OUT/predictions.csv, OUT/vit (its run) and pictures. Throws as read_cohort, train_vit_head.
/// @return what polygenic.json holds
[[nodiscard]] OrderedJson run_polygenic(const PolygenicOptions& options, const CancelToken& cancel);

}  // namespace galen::train
