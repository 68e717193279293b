#include <utility>

#include "train/optim/moments.h"
#include "train/optim/optimiser.h"

namespace galen::train {
namespace {

class Lookahead : public Optimiser {
 public:
  Lookahead(std::unique_ptr<Optimiser> fast, std::vector<Parameter> parameters,
            const LookaheadOptions& options)
      : fast_(std::move(fast)), parameters_(std::move(parameters)), options_(options) {
    for (const Parameter& parameter : parameters_)
      slow_.push_back(parameter.value.detach().clone());
  }

  void step(double learning_rate, double weight_decay) override {
    fast_->step(learning_rate, weight_decay);
    if (steps_.add_(1).item<std::int64_t>() % options_.every != 0) return;
    const torch::NoGradGuard no_grad;
    for (size_t i = 0; i < parameters_.size(); ++i) {
      slow_[i].lerp_(parameters_[i].value, options_.share);
      parameters_[i].value.copy_(slow_[i]);
    }
  }

  [[nodiscard]] std::map<std::string, torch::Tensor> state() const override {
    std::map<std::string, torch::Tensor> state = fast_->state();
    name_moments(parameters_, slow_, "slow", state);
    state["lookahead.steps"] = steps_;
    return state;
  }

 private:
  std::unique_ptr<Optimiser> fast_;
  std::vector<Parameter> parameters_;
  LookaheadOptions options_;
  Moments slow_;
  torch::Tensor steps_ = torch::zeros({}, torch::kLong);
};

}  // namespace

std::unique_ptr<Optimiser> make_lookahead(std::unique_ptr<Optimiser> fast,
                                          std::vector<Parameter> parameters,
                                          const LookaheadOptions& options) {
  return std::make_unique<Lookahead>(std::move(fast), std::move(parameters), options);
}

}  // namespace galen::train
