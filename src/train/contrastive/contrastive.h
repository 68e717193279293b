#pragma once
// `galen train contrastive`: image-text training with SigLIP's sigmoid loss.

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include <galen/cancel.h>

namespace galen::train {

/// How training views are cut. All but `none`: a crop of 0.5-1 of the picture and light colour
/// jitter.
enum class Augmentation {
  none,       ///< the whole picture, as in inference
  light,      ///< no flips: captions may speak of left and right
  flip,       ///< and left-right
  pathology,  ///< and top-bottom and right-angle turns
};

struct ContrastiveOptions {
  std::filesystem::path list;  ///< CSV or JSONL: path or image, caption or captions, label, split
  std::filesystem::path out;   ///< run folder
  std::string train_split = "train";
  std::string validation_split = "val";
  std::filesystem::path prompts;  ///< JSON: {class: [prompts]} or {task: {class: [prompts]}}

  std::filesystem::path model;        ///< Hugging Face folder to go on from
  std::string new_size;               ///< without `model`: "tiny" or "small" towers
  std::filesystem::path init_vision;  ///< new model: encoder in timm's naming
  std::filesystem::path tokenizer;    ///< new model: SentencePiece file; empty: trained on captions
  int vocabulary = 2000;              ///< pieces of a trained tokenizer, at most
  int text_length = 64;               ///< new model: tokens of a text
  int image_size = 0;                 ///< 0: the model's own, 224 for a new one

  int epochs = 2;
  int batch = 32;  ///< of all processes together
  double lr = 1e-4;
  double vision_lr = -1;  ///< of the vision tower; < 0: lr; 0: frozen
  double weight_decay = 0.01;
  int warmup_steps = 5;
  double clip = 1;                    ///< largest norm of the gradient; 0: no limit
  bool same_caption_positive = true;  ///< pairs of equal captions or labels are positive
  Augmentation augmentation = Augmentation::light;

  std::uint64_t seed = 0;
  int threads = 0;           ///< 0 = all cores
  int workers = 1;           ///< threads that read pictures
  int checkpoint_every = 0;  ///< steps; 0: at the end of each epoch
};

struct ContrastiveResult {
  std::filesystem::path model;  ///< Hugging Face folder
  std::int64_t steps = 0;
  double loss = 0;  ///< of the last step; NaN when none was left to do
  std::map<std::string, double>
      accuracy;  ///< balanced, of each zero-shot task, after the last epoch
};

/// Trains, or goes on with the run in `out`; writes out/model (Hugging Face layout),
/// out/checkpoints, out/log.jsonl and out/curves.html. Ranks of torchrun's variables share a batch.
/// @throws Error invalid_argument for options that make no sense or differ from those of the run in
///         `out`; not_found, malformed for the inputs; cancelled after a checkpoint was saved.
[[nodiscard]] ContrastiveResult run_contrastive(const ContrastiveOptions& options,
                                                const CancelToken& cancel);

}  // namespace galen::train
