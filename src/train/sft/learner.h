#pragma once

#include <map>
#include <memory>
#include <string>
#include <torch/torch.h>
#include <vector>

#include "train/optim/optimiser.h"
#include "train/run/checkpoint.h"
#include "train/sft/model.h"
#include "train/sft/tuning_options.h"

namespace galen::train {

/// What is learned of a model, its optimiser and its place in the schedule: all that a checkpoint
/// holds.
class Learner {
 public:
  Learner(AnswerModel model, const TuningOptions& options, std::int64_t total_steps);

  [[nodiscard]] AnswerModel model() const { return model_; }
  [[nodiscard]] std::int64_t steps_done() const { return done_; }
  /// Of the next update.
  [[nodiscard]] double lr() const;
  void clear_gradients();
  /// One step of AdamW from the gradients there are, clipped. Returns their norm before.
  double update();

  /// The weights that are learned, by name, sharing memory with the model.
  [[nodiscard]] std::map<std::string, torch::Tensor> learned() const;
  /// @throws Error malformed naming one that is missing or has another shape
  void set_learned(const std::map<std::string, torch::Tensor>& values);
  [[nodiscard]] Checkpoint checkpoint() const;
  void restore(const Checkpoint& checkpoint);

 private:
  AnswerModel model_;
  TuningOptions options_;
  std::int64_t total_;
  std::int64_t done_ = 0;
  std::vector<Parameter> parameters_;
  std::unique_ptr<Optimiser> optimiser_;
};

}  // namespace galen::train
