#include "train/ssl/trainer.h"

#include <cmath>

namespace galen::train {
namespace {

std::unique_ptr<Optimiser> make_optimiser(const TrainingPlan& plan,
                                          const std::vector<Parameter>& parameters) {
  if (plan.rule == Rule::adamw) return make_adamw(parameters, {.beta2 = plan.beta2});
  const bool is_classic = plan.rule == Rule::lars_classic;
  return make_lars(parameters, {.form = is_classic ? LarsForm::classic : LarsForm::moco_v3});
}

}  // namespace

Trainer::Trainer(std::shared_ptr<Method> method, const TrainingPlan& plan, int64_t batch,
                 int64_t steps_per_epoch, int64_t total_steps,
                 std::shared_ptr<const Distributed> ranks)
    : method_(std::move(method)),
      plan_(plan),
      steps_per_epoch_(steps_per_epoch),
      total_steps_(total_steps),
      ranks_(std::move(ranks)),
      learned_(method_->learned()),
      optimiser_(make_optimiser(plan, learned_)) {
  const double scale = static_cast<double>(batch) / 256.0;
  const auto horizon = static_cast<int64_t>(plan.horizon * static_cast<double>(total_steps));
  rate_ = {.start = plan.start_rate * scale,
           .peak = plan.learning_rate * scale,
           .final = plan.final_rate,
           .warmup = std::llround(plan.warmup_epochs * static_cast<double>(steps_per_epoch)),
           .total = horizon,
           .inclusive_warmup = plan.inclusive_warmup};
  decay_ = {.peak = plan.weight_decay, .final = plan.final_weight_decay, .total = horizon};
  for (const Parameter& parameter : learned_) tensors_.push_back(parameter.value);
}

torch::Tensor Trainer::step(const std::vector<torch::Tensor>& views, int64_t step,
                            std::map<std::string, double>& values) {
  const StepContext context{step, steps_per_epoch_, total_steps_};
  torch::Tensor loss = method_->loss(views, context);
  clear_gradients(learned_);
  loss.backward();
  ranks_->average_gradients(tensors_);
  method_->before_update(context);
  if (plan_.clip == Clip::each) {
    values["gradient_norm"] = clip_each(learned_, plan_.max_norm);
  } else if (plan_.clip == Clip::together) {
    values["gradient_norm"] = clip_together(learned_, plan_.max_norm);
  }
  values["learning_rate"] = rate_.at(step + plan_.lead);
  values["weight_decay"] = decay_.at(step + plan_.lead);
  optimiser_->step(values["learning_rate"], values["weight_decay"]);
  method_->after_update(context);
  return loss.detach();
}

}  // namespace galen::train
