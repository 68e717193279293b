#pragma once
// `galen train finetune`: an image classifier on a pre-trained encoder.

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <galen/cancel.h>

#include "eval/metrics/bootstrap.h"

namespace galen::train {

struct FinetuneOptions {
  std::filesystem::path data;     ///< a list: path, label or labels, group, split
  std::filesystem::path encoder;  ///< timm safetensors, or a SigLIP folder
  std::filesystem::path out;      ///< run folder
  std::string train_split = "train";
  std::string validation_split = "val";
  std::string test_split = "test";  ///< left out where the list has no such rows
  bool multi_label = false;         ///< a picture may have several labels or none
  int image_size = 0;               ///< 0: the encoder's own

  int head_epochs = 5;    ///< the head alone, on frozen features
  int epochs = 5;         ///< then everything; 0: the head only
  double head_lr = 1e-3;  ///< constant
  double lr = 1e-5;       ///< peak of a half cosine, everything
  double weight_decay = 0;
  int batch = 32;      ///< of all processes together
  bool flips = false;  ///< training views flipped and turned by right angles

  std::uint64_t seed = 0;
  int threads = 0;
  int workers = 1;
  int checkpoint_every = 0;  ///< steps; 0: at the end of each epoch
};

/// A metric with its 95 % interval over whole groups.
struct Measured {
  double value = 0;
  eval::Interval interval;
};

struct FinetuneResult {
  std::filesystem::path folder;          ///< of encoder and head
  std::filesystem::path model;           ///< for `galen classify`; empty for a ResNet
  double best_validation = 0;            ///< macro area under the ROC curve
  int best_epoch = 0;                    ///< counted from 1
  std::map<std::string, Measured> test;  ///< "auc", "balanced_accuracy", ...; empty without rows
};

/// Trains, or goes on with the run in `out`. Writes out/classifier (the encoder of the best epoch
/// as it came, head.safetensors), out/model (a Galen model of both), out/test.json,
/// out/checkpoints, out/log.jsonl, out/curves.html.
/// @throws Error invalid_argument for options that make no sense or differ from those of the run in
///         `out`, and for fewer than two classes; not_found, malformed for the inputs; cancelled
///         after a checkpoint was saved.
[[nodiscard]] FinetuneResult run_finetune(const FinetuneOptions& options,
                                          const CancelToken& cancel);

}  // namespace galen::train
