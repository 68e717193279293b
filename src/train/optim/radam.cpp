#include <cmath>
#include <utility>

#include "train/optim/moments.h"
#include "train/optim/optimiser.h"

namespace galen::train {
namespace {

/// Below this length of the averaged second moment its variance has no bound.
constexpr double kShortest = 5;

class Radam : public Optimiser {
 public:
  Radam(std::vector<Parameter> parameters, const AdamWOptions& options)
      : parameters_(std::move(parameters)),
        options_(options),
        mean_(zeros_like(parameters_)),
        square_(zeros_like(parameters_)),
        steps_(zero_steps(parameters_)) {}

  void step(double learning_rate, double weight_decay) override {
    const torch::NoGradGuard no_grad;
    for (size_t i = 0; i < parameters_.size(); ++i) {
      const Parameter& parameter = parameters_[i];
      const torch::Tensor& gradient = parameter.value.grad();
      if (!gradient.defined()) continue;
      const double rate = learning_rate * parameter.lr_scale;
      mean_[i].lerp_(gradient, 1 - options_.beta1);
      square_[i].mul_(options_.beta2).addcmul_(gradient, gradient, 1 - options_.beta2);
      if (parameter.decays) parameter.value.mul_(1 - rate * weight_decay);
      const double steps = steps_[i].add_(1).item<double>();
      const double scale = rate / (1 - std::pow(options_.beta1, steps));
      if (const double rectified = rectification(steps); rectified > 0) {
        parameter.value.addcdiv_(mean_[i], square_[i].sqrt().add_(options_.epsilon),
                                 -scale * rectified);
      } else {
        parameter.value.sub_(mean_[i], scale);
      }
    }
  }

  [[nodiscard]] std::map<std::string, torch::Tensor> state() const override {
    std::map<std::string, torch::Tensor> state;
    name_moments(parameters_, mean_, "mean", state);
    name_moments(parameters_, square_, "square", state);
    name_moments(parameters_, steps_, "steps", state);
    return state;
  }

 private:
  /// r_t sqrt(1 - beta2^t) of the paper; 0 where r_t is not defined.
  [[nodiscard]] double rectification(double steps) const {
    const double power = std::pow(options_.beta2, steps);
    const double longest = 2 / (1 - options_.beta2) - 1;
    const double length = longest - 2 * steps * power / (1 - power);
    if (length <= kShortest) return 0;
    return std::sqrt((1 - power) * (length - 4) * (length - 2) * longest /
                     ((longest - 4) * (longest - 2) * length));
  }

  std::vector<Parameter> parameters_;
  AdamWOptions options_;
  Moments mean_, square_, steps_;
};

}  // namespace

std::unique_ptr<Optimiser> make_radam(std::vector<Parameter> parameters,
                                      const AdamWOptions& options) {
  return std::make_unique<Radam>(std::move(parameters), options);
}

}  // namespace galen::train
