#include "train/optim/parameters.h"

#include <cmath>

#include "base/raise.h"

namespace galen::train {
namespace {

std::vector<torch::Tensor> clipped_gradients(const std::vector<Parameter>& parameters) {
  std::vector<torch::Tensor> gradients;
  for (const Parameter& parameter : parameters) {
    const torch::Tensor& gradient = parameter.value.grad();
    if (parameter.clipped && gradient.defined()) gradients.push_back(gradient);
  }
  return gradients;
}

double norm_of(const torch::Tensor& tensor) {
  return at::linalg_vector_norm(tensor, 2).item<double>();
}

}  // namespace

std::vector<Parameter> parameters_of(const torch::nn::Module& module, const std::string& prefix) {
  std::vector<Parameter> parameters;
  for (const auto& item : module.named_parameters()) {
    if (!item.value().requires_grad()) continue;
    Parameter parameter{.name = prefix + "." + item.key(), .value = item.value()};
    parameter.decays = item.value().dim() > 1 && !item.key().ends_with("bias");
    parameters.push_back(std::move(parameter));
  }
  return parameters;
}

void clear_gradients(const std::vector<Parameter>& parameters) {
  for (const Parameter& parameter : parameters) parameter.value.mutable_grad().reset();
}

double clip_each(const std::vector<Parameter>& parameters, double max_norm) {
  double squares = 0;
  for (const torch::Tensor& gradient : clipped_gradients(parameters)) {
    const double norm = norm_of(gradient);
    squares += norm * norm;
    const double scale = max_norm / (norm + 1e-6);
    if (scale < 1) gradient.mul_(scale);
  }
  return std::sqrt(squares);
}

double clip_together(const std::vector<Parameter>& parameters, double max_norm) {
  const auto gradients = clipped_gradients(parameters);
  double squares = 0;
  for (const torch::Tensor& gradient : gradients) squares += std::pow(norm_of(gradient), 2);
  const double norm = std::sqrt(squares);
  const double scale = max_norm / (norm + 1e-6);
  if (scale < 1) {
    for (const torch::Tensor& gradient : gradients) gradient.mul_(scale);
  }
  return norm;
}

void update_average(torch::nn::Module& average, const torch::nn::Module& source, double momentum) {
  const torch::NoGradGuard no_grad;
  const auto into = average.named_parameters();
  for (const auto& item : source.named_parameters()) {
    const torch::Tensor* target = into.find(item.key());
    if (target == nullptr) {
      raise(ErrorKind::internal, "average: no parameter '{}'", item.key());
    }
    target->lerp_(item.value(), 1 - momentum);
  }
}

void start_average(torch::nn::Module& copy, const torch::nn::Module& source) {
  update_average(copy, source, 0);
  const torch::NoGradGuard no_grad;
  const auto into = copy.named_buffers();
  for (const auto& item : source.named_buffers()) into[item.key()].copy_(item.value());
  for (const torch::Tensor& parameter : copy.parameters()) parameter.set_requires_grad(false);
}

}  // namespace galen::train
