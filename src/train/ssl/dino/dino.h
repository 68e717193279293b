#pragma once

#include "train/ssl/head.h"
#include "train/ssl/method.h"

namespace galen::train {

/// Cross-entropy of every student view against every other teacher view, averaged over the pairs
/// (facebookresearch/dino main_dino.py, DINOLoss). Views are stacked: [views * N, K], the teacher's
/// two first among the student's.
[[nodiscard]] torch::Tensor dino_loss(const torch::Tensor& student, const torch::Tensor& teacher,
                                      const torch::Tensor& center, double student_temperature,
                                      double teacher_temperature);

/// center <- momentum * center + (1 - momentum) * mean of the teacher's rows over all processes.
void update_center(torch::Tensor& center, const torch::Tensor& teacher, double momentum,
                   const Distributed& ranks);

/// A perceptron to a normalised bottleneck, then prototypes of unit length (weight normalisation
/// with its gain fixed at 1).
class DinoHeadImpl : public torch::nn::Module {
 public:
  DinoHeadImpl(int64_t in, int64_t hidden, int64_t bottleneck, int64_t out);
  torch::Tensor forward(const torch::Tensor& x);
  /// The prototypes, which stay as they are during the first epoch.
  [[nodiscard]] const torch::Tensor& last_layer() const { return last_layer_; }

 private:
  Head mlp_ = nullptr;
  torch::Tensor last_layer_;
};
TORCH_MODULE(DinoHead);

/// DINO (Caron 2021). Ships the teacher.
class Dino : public Method {
 public:
  Dino(const MethodParts& parts, Settings& settings);
  [[nodiscard]] Recipe recipe() const override;
  [[nodiscard]] TrainingPlan plan() const override;
  [[nodiscard]] std::vector<Parameter> learned() const override;
  [[nodiscard]] torch::Tensor loss(const std::vector<torch::Tensor>& views,
                                   const StepContext& context) override;
  void before_update(const StepContext& context) override;
  void after_update(const StepContext& context) override;
  [[nodiscard]] Encoder& encoder() override { return *teacher_; }

 private:
  [[nodiscard]] double teacher_temperature(const StepContext& context) const;

  MethodParts parts_;
  double student_temperature_, first_temperature_, last_temperature_;
  int64_t temperature_epochs_, frozen_epochs_;
  double momentum_, center_momentum_;
  int64_t locals_, local_size_;
  std::shared_ptr<Encoder> student_, teacher_;
  DinoHead student_head_ = nullptr, teacher_head_ = nullptr;
  torch::Tensor center_;
};

}  // namespace galen::train
