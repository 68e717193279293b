#include "train/optim/moments.h"

namespace galen::train {

Moments zeros_like(const std::vector<Parameter>& parameters) {
  Moments moments;
  moments.reserve(parameters.size());
  for (const Parameter& parameter : parameters) {
    moments.push_back(torch::zeros_like(parameter.value, at::MemoryFormat::Contiguous));
  }
  return moments;
}

Moments zero_steps(const std::vector<Parameter>& parameters) {
  Moments steps;
  for (const Parameter& parameter : parameters) {
    steps.push_back(torch::zeros({}, parameter.value.options().dtype(torch::kFloat32)));
  }
  return steps;
}

void name_moments(const std::vector<Parameter>& parameters, const Moments& moments,
                  const char* name, std::map<std::string, torch::Tensor>& state) {
  for (size_t i = 0; i < parameters.size(); ++i) {
    state[parameters[i].name + "." + name] = moments[i];
  }
}

}  // namespace galen::train
