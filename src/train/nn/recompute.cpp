#include "train/nn/recompute.h"

#include <ATen/CPUGeneratorImpl.h>
#include <mutex>
#include <utility>

namespace galen::train {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;
using LayerFunction = std::function<torch::Tensor(const torch::Tensor&)>;

torch::Tensor random_state() {
  at::Generator generator = at::detail::getDefaultCPUGenerator();
  const std::lock_guard lock(generator.mutex());
  return generator.get_state();
}

void set_random_state(const torch::Tensor& state) {
  at::Generator generator = at::detail::getDefaultCPUGenerator();
  const std::lock_guard lock(generator.mutex());
  generator.set_state(state);
}

/// Lets autograd carry a function along.
struct Carried : torch::CustomClassHolder {
  explicit Carried(LayerFunction function) : f(std::move(function)) {}
  LayerFunction f;
};

class Recomputed : public torch::autograd::Function<Recomputed> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x,
                               const c10::intrusive_ptr<Carried>& carried) {
    context->save_for_backward({x, random_state()});
    context->saved_data["f"] = c10::IValue::make_capsule(carried);
    return carried->f(x);
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const auto saved = context->get_saved_variables();
    const auto capsule = context->saved_data["f"].toCapsule();
    const auto carried = c10::static_intrusive_pointer_cast<Carried>(capsule);
    const torch::Tensor now = random_state();
    set_random_state(saved[1]);
    const torch::Tensor x = saved[0].detach().set_requires_grad(true);
    torch::Tensor y;
    {
      const torch::AutoGradMode with_gradients(true);
      y = carried->f(x);
    }
    set_random_state(now);
    torch::autograd::backward({y}, {gradients[0]});
    return {x.grad(), {}};
  }
};

}  // namespace

torch::Tensor recomputed(std::function<torch::Tensor(const torch::Tensor&)> f,
                         const torch::Tensor& x) {
  // A layer whose parameters train needs an input that asks for a gradient, or it is never called.
  const torch::Tensor input = x.requires_grad() ? x : x.detach().set_requires_grad(true);
  return Recomputed::apply(input, c10::make_intrusive<Carried>(std::move(f)));
}

}  // namespace galen::train
