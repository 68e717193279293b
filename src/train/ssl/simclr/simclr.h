#pragma once

#include "train/ssl/head.h"
#include "train/ssl/method.h"

namespace galen::train {

/// NT-Xent over the images of all processes: loss_a + loss_b of google-research/simclr
/// objective.py, twice the mean over the 2N views that other toolkits give. Needs no normalised
/// input. @param a, b projections of the two views, [N, D] of this process.
[[nodiscard]] torch::Tensor nt_xent(const torch::Tensor& a, const torch::Tensor& b,
                                    double temperature, const Distributed& ranks);

/// SimCLR (Chen 2020, google-research/simclr tf2).
class Simclr : public Method {
 public:
  Simclr(const MethodParts& parts, Settings& settings);
  [[nodiscard]] Recipe recipe() const override;
  [[nodiscard]] TrainingPlan plan() const override;
  [[nodiscard]] std::vector<Parameter> learned() const override;
  [[nodiscard]] torch::Tensor loss(const std::vector<torch::Tensor>& views,
                                   const StepContext& context) override;
  [[nodiscard]] Encoder& encoder() override { return *encoder_; }

 private:
  MethodParts parts_;
  double temperature_;
  double jitter_;
  std::shared_ptr<Encoder> encoder_;
  Head head_ = nullptr;
};

}  // namespace galen::train
