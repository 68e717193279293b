#pragma once

#include <map>
#include <memory>
#include <string>
#include <torch/torch.h>
#include <vector>

#include "train/optim/parameters.h"

namespace galen::train {

/// Updates parameters from their gradients. Its state is named tensors, so that a checkpoint holds
/// it. Parameters without a gradient stay as they are.
class Optimiser {
 public:
  virtual ~Optimiser() = default;
  virtual void step(double learning_rate, double weight_decay) = 0;
  /// Moments by name: `<parameter>.<moment>`; made at construction, updated in place.
  [[nodiscard]] virtual std::map<std::string, torch::Tensor> state() const = 0;
  /// Copies back what state() gave.
  /// @throws Error malformed naming a tensor that is missing or has another shape.
  void restore(const std::map<std::string, torch::Tensor>& state);
};

struct AdamWOptions {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
};

/// AdamW (Loshchilov 2019) as torch.optim.AdamW.
[[nodiscard]] std::unique_ptr<Optimiser> make_adamw(std::vector<Parameter> parameters,
                                                    const AdamWOptions& options = {});

enum class LarsForm {
  classic,  ///< SimCLR lars_optimizer.py: v = m v + lr trust (g + wd w); w -= v
  moco_v3,  ///< MoCo v3 optimizer.py: v = m v + trust (g + wd w); w -= lr v
};

struct LarsOptions {
  LarsForm form = LarsForm::classic;
  double momentum = 0.9;
  double trust = 0.001;
};

/// LARS (You 2017). Parameters that do not decay take plain momentum.
[[nodiscard]] std::unique_ptr<Optimiser> make_lars(std::vector<Parameter> parameters,
                                                   const LarsOptions& options);

/// Stochastic gradient descent with momentum, as torch.optim.SGD.
[[nodiscard]] std::unique_ptr<Optimiser> make_sgd(std::vector<Parameter> parameters,
                                                  double momentum);

}  // namespace galen::train
