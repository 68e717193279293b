#pragma once

#include <map>
#include <memory>
#include <string>
#include <torch/torch.h>
#include <vector>

#include "train/data/loader.h"
#include "train/data/source.h"
#include "train/nn/encoder.h"

namespace galen::train {

/// Mean over dimensions of the standard deviation of L2-normalised rows, times sqrt(D): 1 for
/// rows spread evenly over the sphere, 0 for a collapsed encoder (SimSiam, section 4.1).
[[nodiscard]] double feature_spread(const torch::Tensor& features);

/// exp of the entropy of the normalised singular values (RankMe, Garrido 2023).
[[nodiscard]] double effective_rank(const torch::Tensor& features);

/// Leave-one-out accuracy of the k nearest by cosine, votes weighted by exp(cosine / 0.07) (DINO
/// eval_knn.py). Pictures of the same group do not vote for each other.
[[nodiscard]] double knn_accuracy(const torch::Tensor& features, const std::vector<int>& labels,
                                  const std::vector<std::string>& groups, int64_t k = 20);

/// Measures an encoder on labelled pictures during a run.
class Monitor {
 public:
  /// @param like the views the encoder is trained on: size and normalisation are taken from it.
  /// @throws Error invalid_argument when fewer than two pictures or classes carry a label.
  Monitor(std::unique_ptr<Source> source, const ViewSpec& like, int pictures, int workers);
  ~Monitor();

  /// feature_spread, effective_rank and knn_accuracy, by these names.
  [[nodiscard]] std::map<std::string, double> measure(Encoder& encoder, torch::Device device);

 private:
  std::unique_ptr<Source> source_;
  ViewSpec view_;
  int workers_;
};

}  // namespace galen::train
