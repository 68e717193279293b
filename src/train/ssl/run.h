#pragma once
// Self-supervised pre-training of an image encoder, without torch in the header.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <galen/cancel.h>

#include "train/data/open_source.h"
#include "train/views/recipes.h"

namespace galen::train {

struct SslOptions {
  std::vector<std::filesystem::path> data;  ///< as open_source() takes them; at least one
  std::vector<double> weights;  ///< how often an epoch shows each source's pictures; empty: once
  SourceOptions source;
  std::filesystem::path out;  ///< the run's folder
  std::string method = "mae";
  std::string architecture = "vit_small_patch16_224";
  int image_size = 0;                      ///< of the full views; 0: the architecture's
  std::filesystem::path start;             ///< an encoder to go on from; empty: random weights
  std::map<std::string, double> settings;  ///< numbers of the method other than the official ones
  Pathology pathology;
  int batch = 64;  ///< images of a step, all processes together
  // Where these are not given the method's official ones hold.
  std::optional<double> epochs;
  std::optional<std::int64_t> steps;     ///< instead of epochs
  std::optional<double> warmup_epochs;   ///< else the official share of the run
  std::optional<double> learning_rate;   ///< for 256 images a step
  std::optional<double> weight_decay;    ///< held throughout
  std::optional<std::string> optimiser;  ///< adamw or lars
  std::uint64_t seed = 0;
  int threads = 0;  ///< of the arithmetic; 0: all cores
  int workers = 1;  ///< threads that draw views
  std::int64_t checkpoint_every = 500;
  std::int64_t log_every = 10;
  std::filesystem::path monitor;  ///< labelled pictures for kNN during the run; empty: none
  std::string monitor_split;      ///< of a list
  double monitor_every = 1;       ///< epochs
  int monitor_pictures = 2000;    ///< at most, evenly from all
};

struct SslResult {
  std::int64_t steps = 0;  ///< of the whole run, resumed ones included
  double loss = 0;         ///< the last one logged
  double images_per_second = 0;
  bool is_finished = true;  ///< false: cancelled; the checkpoint goes on from here
};

/// Trains, resuming from `out` when it holds a checkpoint of the same options. Writes into `out`:
/// checkpoints/, log.jsonl, curves.html, and encoder.safetensors (timm's names; the averaged
/// weights where the method has them), renewed with each checkpoint. Under torchrun's variables
/// every process calls this with the same options. On one thread setting an interrupted and resumed
/// run gives the bits of an uninterrupted one.
/// @throws Error invalid_argument for options that make no sense, a checkpoint of other options, or
///         a loss that is no longer finite; and what open_source() and the loader throw.
[[nodiscard]] SslResult run_ssl(const SslOptions& options, const CancelToken& cancel);

}  // namespace galen::train
