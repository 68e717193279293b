#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include <galen/cancel.h>

#include "base/json.h"
#include "train/probe/features.h"
#include "train/probe/knn.h"
#include "train/probe/logistic_grid.h"
#include "train/probe/mlp.h"
#include "train/probe/samples.h"

namespace galen::train {

enum class ProbeMethod { logistic, knn, mlp };

struct ProbeOptions {
  ListOptions list;
  FeatureOptions features;
  ProbeMethod method = ProbeMethod::logistic;
  LogisticGrid logistic;
  KnnOptions knn;
  MlpOptions mlp;
  int folds = 5;
  int bootstrap = 1000;    ///< resamples
  std::uint64_t seed = 0;  ///< of the held-out split, the folds, the MLP and the bootstrap
  std::filesystem::path out;
};

/// Trains a classifier on features of labelled samples, measures it on the held-out ones and writes
/// into the folder `out`: probe.json (the returned value), probe.safetensors (weights; labels of
/// the outputs in the metadata), predictions.csv (one line a test row) and features.safetensors
/// (what a model or baseline gave). Throws as read_samples and load_features; cancelled.
OrderedJson run_probe(const ProbeOptions& options, const CancelToken& cancel);

}  // namespace galen::train
