#include "train/optim/optimiser.h"

#include "base/raise.h"
#include "train/optim/moments.h"

namespace galen::train {
namespace {

class AdamW : public Optimiser {
 public:
  AdamW(std::vector<Parameter> parameters, const AdamWOptions& options)
      : parameters_(std::move(parameters)),
        options_(options),
        mean_(zeros_like(parameters_)),
        square_(zeros_like(parameters_)),
        steps_(zero_steps(parameters_)) {}

  void step(double learning_rate, double weight_decay) override {
    const torch::NoGradGuard no_grad;
    // The fused kernel takes one rate and decay: parameters that share them go together.
    std::map<std::pair<double, double>, std::vector<size_t>> groups;
    for (size_t i = 0; i < parameters_.size(); ++i) {
      if (!parameters_[i].value.grad().defined()) continue;
      groups[{learning_rate * parameters_[i].lr_scale, parameters_[i].decays ? weight_decay : 0.0}]
          .push_back(i);
    }
    for (const auto& [rates, members] : groups) update(members, rates.first, rates.second);
  }

  [[nodiscard]] std::map<std::string, torch::Tensor> state() const override {
    std::map<std::string, torch::Tensor> state;
    name_moments(parameters_, mean_, "mean", state);
    name_moments(parameters_, square_, "square", state);
    name_moments(parameters_, steps_, "steps", state);
    return state;
  }

 private:
  void update(const std::vector<size_t>& members, double rate, double decay) {
    Moments values, gradients, means, squares, steps;
    for (const size_t i : members) {
      values.push_back(parameters_[i].value);
      gradients.push_back(parameters_[i].value.grad());
      means.push_back(mean_[i]);
      squares.push_back(square_[i]);
      steps.push_back(steps_[i].add_(1));
    }
    at::_fused_adamw_(values, gradients, means, squares, {}, steps, rate, options_.beta1,
                      options_.beta2, decay, options_.epsilon, false, false);
  }

  std::vector<Parameter> parameters_;
  AdamWOptions options_;
  Moments mean_, square_, steps_;
};

class Lars : public Optimiser {
 public:
  Lars(std::vector<Parameter> parameters, const LarsOptions& options)
      : parameters_(std::move(parameters)), options_(options), velocity_(zeros_like(parameters_)) {}

  void step(double learning_rate, double weight_decay) override {
    const torch::NoGradGuard no_grad;
    const bool classic = options_.form == LarsForm::classic;
    for (size_t i = 0; i < parameters_.size(); ++i) {
      const Parameter& parameter = parameters_[i];
      torch::Tensor update = parameter.value.grad();
      if (!update.defined()) continue;
      const double rate = learning_rate * parameter.lr_scale;
      double trust = 1;
      if (parameter.decays) {
        update = update.add(parameter.value, weight_decay);
        trust = trust_ratio(parameter.value, update);
      }
      velocity_[i].mul_(options_.momentum).add_(update, classic ? rate * trust : trust);
      parameter.value.sub_(velocity_[i], classic ? 1.0 : rate);
    }
  }

  [[nodiscard]] std::map<std::string, torch::Tensor> state() const override {
    std::map<std::string, torch::Tensor> state;
    name_moments(parameters_, velocity_, "velocity", state);
    return state;
  }

 private:
  [[nodiscard]] double trust_ratio(const torch::Tensor& value, const torch::Tensor& update) const {
    const auto value_norm = at::linalg_vector_norm(value, 2).item<double>();
    const auto update_norm = at::linalg_vector_norm(update, 2).item<double>();
    return value_norm > 0 && update_norm > 0 ? options_.trust * value_norm / update_norm : 1.0;
  }

  std::vector<Parameter> parameters_;
  LarsOptions options_;
  Moments velocity_;
};

class Sgd : public Optimiser {
 public:
  Sgd(std::vector<Parameter> parameters, double momentum)
      : parameters_(std::move(parameters)),
        momentum_(momentum),
        velocity_(zeros_like(parameters_)) {}

  void step(double learning_rate, double weight_decay) override {
    const torch::NoGradGuard no_grad;
    for (size_t i = 0; i < parameters_.size(); ++i) {
      const Parameter& parameter = parameters_[i];
      const torch::Tensor& gradient = parameter.value.grad();
      if (!gradient.defined()) continue;
      velocity_[i].mul_(momentum_).add_(gradient);
      if (parameter.decays) velocity_[i].add_(parameter.value, weight_decay);
      parameter.value.sub_(velocity_[i], learning_rate * parameter.lr_scale);
    }
  }

  [[nodiscard]] std::map<std::string, torch::Tensor> state() const override {
    std::map<std::string, torch::Tensor> state;
    name_moments(parameters_, velocity_, "velocity", state);
    return state;
  }

 private:
  std::vector<Parameter> parameters_;
  double momentum_;
  Moments velocity_;
};

}  // namespace

void Optimiser::restore(const std::map<std::string, torch::Tensor>& state) {
  const torch::NoGradGuard no_grad;
  for (auto& [name, tensor] : this->state()) {
    const auto stored = state.find(name);
    if (stored == state.end() || stored->second.sizes() != tensor.sizes()) {
      raise(ErrorKind::malformed, "optimiser state '{}': {}", name,
            stored == state.end() ? "missing" : "has another shape");
    }
    tensor.copy_(stored->second);
  }
}

std::unique_ptr<Optimiser> make_adamw(std::vector<Parameter> parameters,
                                      const AdamWOptions& options) {
  return std::make_unique<AdamW>(std::move(parameters), options);
}

std::unique_ptr<Optimiser> make_lars(std::vector<Parameter> parameters,
                                     const LarsOptions& options) {
  return std::make_unique<Lars>(std::move(parameters), options);
}

std::unique_ptr<Optimiser> make_sgd(std::vector<Parameter> parameters, double momentum) {
  return std::make_unique<Sgd>(std::move(parameters), momentum);
}

}  // namespace galen::train
