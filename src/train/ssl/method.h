#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <torch/torch.h>
#include <vector>

#include "train/nn/encoder.h"
#include "train/nn/row_noise.h"
#include "train/nn/vit.h"
#include "train/optim/optimiser.h"
#include "train/run/distributed.h"
#include "train/ssl/settings.h"
#include "train/views/recipes.h"

namespace galen::train {

enum class Rule { adamw, lars_classic, lars_moco_v3 };
enum class Clip { none, each, together };

/// How the official code trains a method. Rates are for 256 images a step and scale with the batch.
struct TrainingPlan {
  Rule rule = Rule::adamw;
  double learning_rate = 0;  ///< the peak, for 256 images
  double start_rate = 0;     ///< at step 0, for 256 images
  double final_rate = 0;     ///< at the end, whatever the batch
  double weight_decay = 0;
  double final_weight_decay = 0;
  double warmup_epochs = 10;
  double epochs = 100;
  double beta2 = 0.999;
  Clip clip = Clip::none;
  double max_norm = 0;
  double horizon = 1;             ///< the cosines end at this multiple of the run (MSN: 1.25)
  bool inclusive_warmup = false;  ///< see CosineSchedule
  int64_t lead = 0;               ///< steps the schedule is ahead (MSN moves it first)
};

/// Where in the run a step is.
struct StepContext {
  int64_t step = 0;  ///< from 0
  int64_t steps_per_epoch = 1;
  int64_t total_steps = 1;

  [[nodiscard]] int64_t epoch() const { return step / steps_per_epoch; }
};

/// What every method is made of.
struct MethodParts {
  std::string architecture = "vit_small_patch16_224";
  int image_size = 224;
  std::filesystem::path start;  ///< weights to go on from; empty: random ones
  Pathology pathology;
  std::shared_ptr<const Distributed> ranks;
  std::shared_ptr<RowNoise> noise;
};

/// One self-supervised method: networks, heads, averages, centers and prototypes. All of its state
/// is parameters and buffers, so that a checkpoint of the module resumes it. Not thread safe.
class Method : public torch::nn::Module {
 public:
  [[nodiscard]] virtual Recipe recipe() const = 0;
  [[nodiscard]] virtual TrainingPlan plan() const = 0;
  [[nodiscard]] virtual std::vector<Parameter> learned() const = 0;
  /// The loss of this process's images. Averaged over processes it is that of the global batch, and
  /// so are its gradients. @param views the recipe's, expanded: each [B, 3, S, S].
  [[nodiscard]] virtual torch::Tensor loss(const std::vector<torch::Tensor>& views,
                                           const StepContext& context) = 0;
  /// After backward and the mean over processes, before clipping.
  virtual void before_update(const StepContext& context);
  /// After the optimiser.
  virtual void after_update(const StepContext& context);
  /// What the run ships: the averaged encoder where the method has one.
  [[nodiscard]] virtual Encoder& encoder() = 0;
};

/// simclr, moco_v3, dino, msn or mae.
/// @throws Error invalid_argument for another name, a setting out of range or unknown to the
/// method,
///         or an architecture it cannot train.
[[nodiscard]] std::shared_ptr<Method> make_method(const std::string& name, const MethodParts& parts,
                                                  Settings& settings);

/// A new encoder of the parts' architecture, started as `start` says if it is a ViT, with the
/// weights of parts.start if there are any.
[[nodiscard]] std::shared_ptr<Encoder> start_encoder(const MethodParts& parts, VitStart start);

/// The side of small views in pixels: the setting `name`; 96, or for other patches than 16 the next
/// multiple (DINOv2 takes 98 for 14).
/// @throws Error invalid_argument for a size that is no multiple of the ViT's patch.
[[nodiscard]] int64_t view_size(Settings& settings, const std::string& name,
                                const MethodParts& parts);

/// The encoder as a ViT, for methods that need tokens.
/// @throws Error invalid_argument
[[nodiscard]] Vit& as_vit(Encoder& encoder, const std::string& method);

}  // namespace galen::train
