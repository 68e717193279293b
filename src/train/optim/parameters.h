#pragma once

#include <string>
#include <torch/torch.h>
#include <vector>

namespace galen::train {

/// A tensor that is learned. Optimisers keep their state under its name.
struct Parameter {
  std::string name;
  torch::Tensor value;
  bool decays = true;   ///< takes weight decay (and in LARS the trust ratio)
  bool clipped = true;  ///< counts for and is scaled by gradient clipping
  double lr_scale = 1;  ///< on top of the schedule
};

/// The parameters of `module` and below that require a gradient, named `prefix.name`; biases and
/// other 1-D ones do not decay.
[[nodiscard]] std::vector<Parameter> parameters_of(const torch::nn::Module& module,
                                                   const std::string& prefix);

/// Drops the gradients.
void clear_gradients(const std::vector<Parameter>& parameters);

/// Scales each gradient with a norm above `max_norm` by max_norm / (norm + 1e-6) (DINO).
/// @return the norm of all gradients together, before.
double clip_each(const std::vector<Parameter>& parameters, double max_norm);

/// The same with the norm of all gradients together (torch.nn.utils.clip_grad_norm_). An infinite
/// `max_norm` only measures.
/// @return the norm before.
double clip_together(const std::vector<Parameter>& parameters, double max_norm);

/// average <- momentum * average + (1 - momentum) * source, parameter by parameter in order of
/// their names; buffers stay (DINO, MSN, MoCo v3).
void update_average(torch::nn::Module& average, const torch::nn::Module& source, double momentum);

/// Copies parameters and buffers, and stops gradients of `copy`: the start of an average.
void start_average(torch::nn::Module& copy, const torch::nn::Module& source);

}  // namespace galen::train
