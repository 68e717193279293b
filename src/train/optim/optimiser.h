#pragma once

#include <cstdint>
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

/// RAdam (Liu 2020, arXiv 1908.03265, algorithm 2) with AdamW's decay, as
/// torch.optim.RAdam(decoupled_weight_decay=True).
[[nodiscard]] std::unique_ptr<Optimiser> make_radam(std::vector<Parameter> parameters,
                                                    const AdamWOptions& options = {});

struct LookaheadOptions {
  std::int64_t every = 6;  ///< steps of the fast optimiser
  double share = 0.5;      ///< of the way to the fast weights
};

/// Lookahead (Zhang 2019, arXiv 1907.08610): after every few steps of `fast` the slow weights,
/// which start as the parameters are, go a part of the way to them, and `fast` goes on from there.
/// `fast` has the same parameters.
[[nodiscard]] std::unique_ptr<Optimiser> make_lookahead(std::unique_ptr<Optimiser> fast,
                                                        std::vector<Parameter> parameters,
                                                        const LookaheadOptions& options = {});

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
