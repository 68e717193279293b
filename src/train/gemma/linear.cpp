#include "train/gemma/linear.h"

#include <cmath>
#include <utility>

#include "base/raise.h"

namespace galen::train {
namespace {

/// Holds one parameter under the name "weight", so that names come out as PEFT's.
class Weight : public torch::nn::Module {
 public:
  explicit Weight(torch::Tensor values) { register_parameter("weight", std::move(values)); }
};

}  // namespace

GemmaLinearImpl::GemmaLinearImpl(StoredMatrix weight) : weight_(std::move(weight)) {
  if (weight_.is_float()) {
    const torch::Tensor values = register_parameter("weight", weight_.values().detach(), false);
    weight_ = StoredMatrix(values);
  }
}

void GemmaLinearImpl::add_adapter(const LoraOptions& options) {
  const double bound = 1 / std::sqrt(static_cast<double>(weight_.columns()));
  const auto a = torch::empty({options.rank, weight_.columns()}).uniform_(-bound, bound);
  const auto down = register_module("lora_A", std::make_shared<Weight>(a));
  const auto up = register_module(
      "lora_B", std::make_shared<Weight>(torch::zeros({weight_.rows(), options.rank})));
  lora_a_ = down->named_parameters()["weight"];
  lora_b_ = up->named_parameters()["weight"];
  scale_ = options.alpha / static_cast<double>(options.rank);
  dropout_ = options.dropout;
}

void GemmaLinearImpl::make_trainable() {
  if (!weight_.is_float()) {
    raise(ErrorKind::invalid_argument,
          "a quantised base cannot be trained in full; choose --base float or a LoRA");
  }
  weight_.values().set_requires_grad(true);
}

torch::Tensor GemmaLinearImpl::forward(const torch::Tensor& x) {
  torch::Tensor y = weight_.product(x);
  if (!has_adapter()) return y;
  const torch::Tensor input = is_training() && dropout_ > 0 ? torch::dropout(x, dropout_, true) : x;
  return torch::addmm(y, torch::linear(input, lora_a_) * scale_, lora_b_.t());
}

torch::Tensor GemmaLinearImpl::merged() const {
  const torch::NoGradGuard no_grad;
  torch::Tensor values = weight_.values();
  return has_adapter() ? values + torch::matmul(lora_b_, lora_a_) * scale_ : values.clone();
}

}  // namespace galen::train
