#include "train/ssl/dino/dino.h"

#include <cmath>

#include "train/nn/init.h"
#include "train/optim/schedule.h"
#include "train/ssl/views.h"

namespace galen::train {

torch::Tensor dino_loss(const torch::Tensor& student, const torch::Tensor& teacher,
                        const torch::Tensor& center, double student_temperature,
                        double teacher_temperature) {
  const torch::Tensor targets = at::softmax((teacher.detach() - center) / teacher_temperature, -1);
  const auto q = targets.chunk(2);
  const torch::Tensor both = q[0] + q[1];
  const int64_t rows = q[0].size(0);
  const int64_t views = student.size(0) / rows;
  torch::Tensor total = torch::zeros({}, student.options());
  for (int64_t v = 0; v < views; ++v) {
    const torch::Tensor target = v == 0 ? q[1] : v == 1 ? q[0] : both;
    const torch::Tensor view = student.slice(0, v * rows, (v + 1) * rows) / student_temperature;
    total = total - (target * at::log_softmax(view, -1)).sum();
  }
  return total / static_cast<double>(rows * (2 * views - 2));
}

void update_center(torch::Tensor& center, const torch::Tensor& teacher, double momentum,
                   const Distributed& ranks) {
  const torch::NoGradGuard no_grad;
  torch::Tensor mean = teacher.mean(0, true);
  ranks.mean(mean);
  center.mul_(momentum).add_(mean, 1 - momentum);
}

DinoHeadImpl::DinoHeadImpl(int64_t in, int64_t hidden, int64_t bottleneck, int64_t out) {
  mlp_ = register_module(
      "mlp", Head(HeadSpec{
                 .widths = {in, hidden, hidden, bottleneck}, .has_norm = false, .is_gelu = true}));
  initialise_truncated(*mlp_);
  const double bound = 1 / std::sqrt(static_cast<double>(bottleneck));
  last_layer_ = register_parameter("last_layer", torch::empty({out, bottleneck}));
  torch::nn::init::uniform_(last_layer_, -bound, bound);
}

torch::Tensor DinoHeadImpl::forward(const torch::Tensor& x) {
  const torch::Tensor bottleneck = torch::nn::functional::normalize(mlp_(x));
  const torch::Tensor rows = last_layer_ / at::linalg_vector_norm(last_layer_, 2, {1}, true);
  return bottleneck.matmul(rows.t());
}

Dino::Dino(const MethodParts& parts, Settings& settings)
    : parts_(parts),
      student_temperature_(settings("student_temperature", 0.1, 1e-3, 10)),
      first_temperature_(settings("teacher_temperature_start", 0.04, 1e-3, 10)),
      last_temperature_(settings("teacher_temperature", 0.07, 1e-3, 10)),
      temperature_epochs_(settings.count("teacher_temperature_epochs", 30, 0, 100000)),
      frozen_epochs_(settings.count("freeze_last_layer", 1, 0, 100000)),
      momentum_(settings("momentum", 0.996, 0, 1)),
      center_momentum_(settings("center_momentum", 0.9, 0, 1)),
      locals_(settings.count("locals", 8, 0, 64)),
      local_size_(view_size(settings, "local_size", parts)),
      student_(register_module("student", start_encoder(parts, VitStart::truncated_normal))),
      teacher_(register_module("teacher", start_encoder(parts, VitStart::truncated_normal))) {
  const int64_t hidden = settings.count("head_hidden", 2048, 2, 65536);
  const int64_t bottleneck = settings.count("bottleneck", 256, 2, 65536);
  const int64_t out = settings.count("prototypes", 65536, 2, 1 << 20);
  student_head_ =
      register_module("student_head", DinoHead(student_->width(), hidden, bottleneck, out));
  teacher_head_ =
      register_module("teacher_head", DinoHead(student_->width(), hidden, bottleneck, out));
  center_ = register_buffer("center", torch::zeros({1, out}));
  student_->set_drop_path(settings("drop_path", 0.1, 0, 0.99), parts.noise);
  start_average(*teacher_, *student_);
  start_average(*teacher_head_, *student_head_);
}

Recipe Dino::recipe() const {
  return dino_recipe(parts_.image_size, static_cast<int>(local_size_), static_cast<int>(locals_),
                     parts_.pathology);
}

TrainingPlan Dino::plan() const {
  return {.learning_rate = 5e-4,
          .final_rate = 1e-6,
          .weight_decay = 0.04,
          .final_weight_decay = 0.4,
          .warmup_epochs = 10,
          .epochs = 100,
          .clip = Clip::each,
          .max_norm = 3,
          .inclusive_warmup = true};
}

std::vector<Parameter> Dino::learned() const {
  return parameters_of(*this, "dino");
}

double Dino::teacher_temperature(const StepContext& context) const {
  const int64_t epoch = context.epoch();
  if (epoch >= temperature_epochs_) return last_temperature_;
  return LinearSchedule{first_temperature_, last_temperature_,
                        std::max<int64_t>(1, temperature_epochs_ - 1)}
      .at(epoch);
}

torch::Tensor Dino::loss(const std::vector<torch::Tensor>& views, const StepContext& context) {
  torch::Tensor targets;
  {
    const torch::NoGradGuard no_grad;
    targets = teacher_head_(teacher_->features(torch::cat({views[0], views[1]})));
  }
  const torch::Tensor features = forward_by_size(
      views, [&](const torch::Tensor& images, size_t) { return student_->features(images); });
  const torch::Tensor loss = dino_loss(student_head_(features), targets, center_,
                                       student_temperature_, teacher_temperature(context));
  // The loss takes the old center; only then it moves.
  update_center(center_, targets, center_momentum_, *parts_.ranks);
  return loss;
}

void Dino::before_update(const StepContext& context) {
  if (context.epoch() < frozen_epochs_) student_head_->last_layer().mutable_grad().reset();
}

void Dino::after_update(const StepContext& context) {
  const double momentum =
      CosineSchedule{.peak = momentum_, .final = 1, .total = context.total_steps}.at(context.step);
  update_average(*teacher_, *student_, momentum);
  update_average(*teacher_head_, *student_head_, momentum);
}

}  // namespace galen::train
