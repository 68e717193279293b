#pragma once

#include <filesystem>
#include <string>

#include <galen/cancel.h>

#include "train/probe/matrix.h"
#include "train/probe/samples.h"

namespace galen::train {

enum class Baseline { none, pixels, colour };

/// Where the features come from: a baseline, else a file of embeddings, else a model.
struct FeatureOptions {
  Baseline baseline = Baseline::none;
  std::filesystem::path file;  ///< what `galen embed` wrote
  std::string model;           ///< a name, folder or file; empty = the default model
  int threads = 0;             ///< 0 = all cores
};

struct Features {
  std::string origin;  ///< "pixels", "colour", the file's model, or the model's name
  Matrix values;       ///< one row a sample
};

/// One row of features a sample, in the samples' order. What a model or baseline gave is kept in
/// `cache` (.safetensors) and taken from there when the samples and the model's weights are the
/// same. An embedding belongs to a sample when its name is the sample's name, its path, or both end
/// in the same file name and that name is unique in the file. Throws as the readers;
/// invalid_argument naming the first sample without embedding; cancelled.
[[nodiscard]] Features load_features(const Samples& samples, const FeatureOptions& options,
                                     const std::filesystem::path& cache, const CancelToken& cancel);

}  // namespace galen::train
