#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "train/optim/schedule.h"
#include "train/ssl/method.h"

namespace galen::train {

/// Takes the steps of a method: loss, gradients over all processes, clipping, optimiser, averages.
class Trainer {
 public:
  /// @param batch images of a step, all processes together: the learning rates scale with it.
  Trainer(std::shared_ptr<Method> method, const TrainingPlan& plan, int64_t batch,
          int64_t steps_per_epoch, int64_t total_steps, std::shared_ptr<const Distributed> ranks);

  /// One step on this process's views. @return the loss, without gradient; `values` gets
  /// learning_rate, weight_decay and, where the method clips, gradient_norm.
  torch::Tensor step(const std::vector<torch::Tensor>& views, int64_t step,
                     std::map<std::string, double>& values);

  [[nodiscard]] Optimiser& optimiser() { return *optimiser_; }
  [[nodiscard]] const CosineSchedule& rate() const { return rate_; }
  [[nodiscard]] const CosineSchedule& decay() const { return decay_; }

 private:
  std::shared_ptr<Method> method_;
  TrainingPlan plan_;
  int64_t steps_per_epoch_, total_steps_;
  std::shared_ptr<const Distributed> ranks_;
  CosineSchedule rate_, decay_;
  std::vector<Parameter> learned_;
  std::vector<torch::Tensor> tensors_;
  std::unique_ptr<Optimiser> optimiser_;
};

}  // namespace galen::train
