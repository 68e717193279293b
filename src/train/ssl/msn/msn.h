#pragma once

#include "train/ssl/head.h"
#include "train/ssl/method.h"

namespace galen::train {

/// p^(1 / temperature), rows normalised to 1.
[[nodiscard]] torch::Tensor sharpen(const torch::Tensor& probabilities, double temperature);

/// Sinkhorn-Knopp over the rows of all processes: prototypes get equal shares, then rows sum to 1
/// again; rows x prototypes of this process (facebookresearch/msn losses.py).
[[nodiscard]] torch::Tensor sinkhorn(const torch::Tensor& probabilities, int64_t iterations,
                                     const Distributed& ranks);

struct MsnLossOptions {
  double temperature = 0.1;
  double sharpening = 0.25;
  int64_t sinkhorn_iterations = 3;  ///< 0: none
};

struct MsnLoss {
  torch::Tensor cross_entropy;
  torch::Tensor me_max;  ///< log K minus the entropy of the mean prediction of all processes
};

/// @param anchors [views * N, D], view after view; @param targets [N, D]; @param prototypes [K, D].
///        All are L2-normalised inside.
[[nodiscard]] MsnLoss msn_loss(const torch::Tensor& anchors, const torch::Tensor& targets,
                               const torch::Tensor& prototypes, const MsnLossOptions& options,
                               const Distributed& ranks);

/// Masked siamese networks (Assran 2022, facebookresearch/msn; configuration msn_vits16). Ships the
/// target encoder.
class Msn : public Method {
 public:
  Msn(const MethodParts& parts, Settings& settings);
  [[nodiscard]] Recipe recipe() const override;
  [[nodiscard]] TrainingPlan plan() const override;
  [[nodiscard]] std::vector<Parameter> learned() const override;
  [[nodiscard]] torch::Tensor loss(const std::vector<torch::Tensor>& views,
                                   const StepContext& context) override;
  void before_update(const StepContext& context) override;
  void after_update(const StepContext& context) override;
  [[nodiscard]] Encoder& encoder() override { return *target_; }

 private:
  [[nodiscard]] torch::Tensor masked_features(const torch::Tensor& images);

  MethodParts parts_;
  MsnLossOptions options_;
  double patch_drop_, me_max_weight_, momentum_;
  int64_t focals_, focal_size_;
  std::shared_ptr<Encoder> anchor_, target_;
  Head anchor_head_ = nullptr, target_head_ = nullptr;
  torch::Tensor prototypes_;
};

}  // namespace galen::train
