#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <galen/cancel.h>

#include "base/json.h"
#include "train/mil/bags.h"
#include "train/mil/training_options.h"

namespace galen::train {

enum class AttentionFormat { none, hdf5, csv };

struct MilOptions {
  BagListOptions list;
  std::string aggregator = "abmil";  ///< mean, max, abmil, abmil-plain, clam-sb, clam-mb, transmil
  int hidden = 512;
  int attention_width = 256;
  double dropout = 0.25;
  std::string instance_loss = "none";  ///< CLAM: none, ce, svm
  int instance_patches = 8;
  bool subtyping = false;
  std::string optimiser = "auto";  ///< adamw, lookahead-radam; auto: that of transmil, else adamw
  MilTraining training;            ///< task, optimiser and options_hash are filled in
  int folds = 5;
  int bootstrap = 1000;
  AttentionFormat attention = AttentionFormat::hdf5;
  int threads = 0;
  std::filesystem::path out;
};

struct MilOutcome {
  OrderedJson result;                 ///< as in mil.json
  std::vector<std::string> problems;  ///< slides left out, one line each
};

/// Trains an aggregator on bags of patch features, fold by fold, measures it on the test bags and
/// writes into `out`: mil.json, predictions.csv, fold-K/ (model.safetensors, log.jsonl,
/// curves.html, checkpoints/), attention/SLIDE.h5 or .csv of the test bags. A stopped run goes on
/// where it was. Throws as read_bag_list, make_bag_folds and FoldRun::train.
MilOutcome run_mil(const MilOptions& options, const CancelToken& cancel);

}  // namespace galen::train
