#include "train/sft/learner.h"

#include <ATen/CPUGeneratorImpl.h>
#include <cmath>
#include <limits>

#include "base/raise.h"
#include "train/optim/schedule.h"

namespace galen::train {
namespace {

constexpr const char* kRandom = "random";
constexpr const char* kLearned = "learned.";
constexpr const char* kOptimiser = "optimiser.";

std::vector<Parameter> trainable(const AnswerModelImpl& model, const TuningOptions& options) {
  std::vector<Parameter> parameters = parameters_of(model, "model");
  for (Parameter& parameter : parameters) {
    if (options.projector_lr > 0 && parameter.name.find("projector") != std::string::npos)
      parameter.lr_scale = options.projector_lr / options.lr;
    if (parameter.name.starts_with("model.tower."))
      parameter.lr_scale = options.tower_lr / options.lr;
  }
  return parameters;
}

/// The entries whose names begin with `prefix`, without it.
std::map<std::string, torch::Tensor> below(const std::map<std::string, torch::Tensor>& tensors,
                                           const std::string& prefix) {
  std::map<std::string, torch::Tensor> found;
  for (const auto& [name, tensor] : tensors) {
    if (name.starts_with(prefix)) found[name.substr(prefix.size())] = tensor;
  }
  return found;
}

}  // namespace

Learner::Learner(AnswerModel model, const TuningOptions& options, std::int64_t total_steps)
    : model_(std::move(model)),
      options_(options),
      total_(total_steps),
      parameters_(trainable(*model_, options)),
      optimiser_(make_adamw(parameters_)) {}

double Learner::lr() const {
  const auto warmup =
      static_cast<std::int64_t>(std::ceil(options_.warmup * static_cast<double>(total_)));
  if (done_ < warmup)
    return options_.lr * static_cast<double>(done_ + 1) / static_cast<double>(warmup);
  if (options_.schedule == "constant") return options_.lr;
  if (options_.schedule == "linear")
    return LinearSchedule{options_.lr, 0, total_ - warmup}.at(done_ - warmup);
  return CosineSchedule{.peak = options_.lr, .total = total_ - warmup}.at(done_ - warmup);
}

void Learner::clear_gradients() {
  train::clear_gradients(parameters_);
}

double Learner::update() {
  const double norm = clip_together(
      parameters_, options_.clip > 0 ? options_.clip : std::numeric_limits<double>::infinity());
  optimiser_->step(lr(), options_.weight_decay);
  ++done_;
  return norm;
}

std::map<std::string, torch::Tensor> Learner::learned() const {
  std::map<std::string, torch::Tensor> values;
  for (const Parameter& parameter : parameters_) values[parameter.name] = parameter.value.detach();
  return values;
}

void Learner::set_learned(const std::map<std::string, torch::Tensor>& values) {
  const torch::NoGradGuard no_grad;
  for (Parameter& parameter : parameters_) {
    const auto found = values.find(parameter.name);
    if (found == values.end() || found->second.sizes() != parameter.value.sizes()) {
      raise(ErrorKind::malformed, "the checkpoint has no '{}' of this shape; use another --out",
            parameter.name);
    }
    parameter.value.copy_(found->second);
  }
}

Checkpoint Learner::checkpoint() const {
  Checkpoint made;
  for (const auto& [name, value] : learned()) made.tensors[kLearned + name] = value;
  for (const auto& [name, value] : optimiser_->state()) made.tensors[kOptimiser + name] = value;
  made.tensors[kRandom] = at::detail::getDefaultCPUGenerator().get_state();
  made.facts["step"] = done_;
  return made;
}

void Learner::restore(const Checkpoint& checkpoint) {
  set_learned(below(checkpoint.tensors, kLearned));
  optimiser_->restore(below(checkpoint.tensors, kOptimiser));
  at::Generator generator = at::detail::getDefaultCPUGenerator();
  generator.set_state(checkpoint.tensors.at(kRandom));
  done_ = checkpoint.facts.at("step").get<std::int64_t>();
}

}  // namespace galen::train
