#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <torch/torch.h>

#include <galen/error.h>

#include "train/optim/optimiser.h"
#include "train/optim/schedule.h"

namespace galen::train {
namespace {

Parameter parameter(std::vector<double> values, std::vector<double> gradient) {
  torch::Tensor value = torch::tensor(values, torch::kFloat64).requires_grad_();
  value.mutable_grad() = torch::tensor(gradient, torch::kFloat64);
  return {.name = "w", .value = value};
}

void expect_values(const torch::Tensor& tensor, const std::vector<double>& expected, double bound) {
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(tensor[static_cast<int64_t>(i)].item<double>(), expected[i], bound) << i;
  }
}

TEST(CosineSchedule, FollowsDinosLearningRate) {
  const CosineSchedule rate{
      .peak = 5e-4, .final = 1e-6, .warmup = 10, .total = 50, .inclusive_warmup = true};
  EXPECT_EQ(rate.at(0), 0);
  EXPECT_DOUBLE_EQ(rate.at(9), 5e-4);
  EXPECT_DOUBLE_EQ(rate.at(10), 5e-4);
  EXPECT_NEAR(rate.at(30), 2.505e-4, 1e-12);
  EXPECT_NEAR(rate.at(49), 1.7691e-6, 1e-10);
}

TEST(CosineSchedule, FollowsDinosMomentum) {
  const CosineSchedule momentum{.peak = 0.996, .final = 1, .total = 50};
  EXPECT_DOUBLE_EQ(momentum.at(0), 0.996);
  EXPECT_NEAR(momentum.at(25), 0.998, 1e-12);
  EXPECT_NEAR(momentum.at(49), 0.9999960535, 1e-10);
}

TEST(CosineSchedule, FollowsMocosMomentum) {
  const CosineSchedule momentum{.peak = 0.99, .final = 1, .total = 100};
  EXPECT_DOUBLE_EQ(momentum.at(0), 0.99);
  EXPECT_NEAR(momentum.at(25), 0.99146447, 1e-8);
  EXPECT_NEAR(momentum.at(50), 0.995, 1e-12);
  EXPECT_NEAR(momentum.at(100), 1, 1e-12);
}

TEST(CosineSchedule, ReachesThePeakOneStepAfterAPlainWarmup) {
  const CosineSchedule rate{.start = 0.2, .peak = 1, .warmup = 4, .total = 20};
  EXPECT_DOUBLE_EQ(rate.at(0), 0.2);
  EXPECT_DOUBLE_EQ(rate.at(2), 0.6);
  EXPECT_DOUBLE_EQ(rate.at(4), 1);
  EXPECT_DOUBLE_EQ(rate.at(20), 0);
  EXPECT_DOUBLE_EQ(rate.at(1000), 0);
}

TEST(LinearSchedule, StaysAtItsEnd) {
  const LinearSchedule line{0.996, 1, 10};
  EXPECT_DOUBLE_EQ(line.at(5), 0.998);
  EXPECT_DOUBLE_EQ(line.at(99), 1);
}

/// Gradients that grow step by step.
void set_gradient(const Parameter& w, int step) {
  w.value.mutable_grad() = torch::tensor({.3 + .1 * step, -.1 + .05 * step, .2}, torch::kFloat64);
}

// Values of algorithm 2 in double precision: the fifth step is the last without rectification.
TEST(Radam, FollowsThePaper) {
  const Parameter w = parameter({1, 2, 2}, {0, 0, 0});
  const auto radam = make_radam({w}, {.epsilon = 0});
  for (int step = 0; step < 5; ++step) {
    set_gradient(w, step);
    radam->step(0.1, 0.01);
  }
  expect_values(w.value, {.7909888812, 2.0127596755, 1.8902197801}, 1e-9);
  for (int step = 5; step < 8; ++step) {
    set_gradient(w, step);
    radam->step(0.1, 0.01);
  }
  expect_values(w.value, {.7787473389, 2.0005981957, 1.8748334046}, 1e-9);
}

TEST(Lookahead, GoesHalfWayEveryThirdStep) {
  const Parameter w = parameter({1}, {0});
  const auto lookahead = make_lookahead(make_sgd({w}, 0), {w}, {.every = 3, .share = 0.5});
  const std::vector<double> expected{.9, .7, .7, .3, -.2, -.05};
  for (int step = 1; step <= 6; ++step) {
    w.value.mutable_grad() = torch::tensor({1.0 * step}, torch::kFloat64);
    lookahead->step(0.1, 0);
    expect_values(w.value, {expected[static_cast<size_t>(step - 1)]}, 1e-12);
  }
}

TEST(Lookahead, GoesOnFromItsState) {
  const auto run = [](int stop) {
    const Parameter w = parameter({1, 2, 2}, {0, 0, 0});
    auto optimiser = make_lookahead(make_radam({w}), {w}, {.every = 4});
    for (int step = 0; step < 8; ++step) {
      if (step == stop) {
        std::map<std::string, torch::Tensor> kept;
        for (const auto& [name, value] : optimiser->state()) kept[name] = value.clone();
        optimiser = make_lookahead(make_radam({w}), {w}, {.every = 4});
        optimiser->restore(kept);
      }
      set_gradient(w, step);
      optimiser->step(0.1, 0.01);
    }
    return w.value.detach().clone();
  };
  EXPECT_TRUE(torch::equal(run(-1), run(6)));
}

TEST(Lars, ClassicFormEqualsSimclrs) {
  const Parameter w = parameter({1, 2, 2}, {.3, -.1, .2});
  const auto lars = make_lars({w}, {.form = LarsForm::classic});
  lars->step(0.3, 1e-4);
  expect_values(w.value, {.999278412, 2.0002399683, 1.9995186207}, 1e-9);
  lars->step(0.3, 1e-4);
  expect_values(w.value, {.9979074914, 2.0006958759, 1.9986040645}, 1e-9);
}

TEST(Lars, MocoFormEqualsTheRepositorys) {
  const Parameter w = parameter({1, 2, 2}, {.3, -.1, .2});
  const auto lars = make_lars({w}, {.form = LarsForm::moco_v3});
  lars->step(0.3, 1e-6);
  expect_values(w.value, {.9992783948, 2.0002405294, 1.9995189267}, 1e-9);
  lars->step(0.3, 1e-6);
  expect_values(w.value, {.9979074414, 2.0006975033, 1.9986049516}, 1e-9);
}

TEST(AdamW, EqualsTorchsOverChangingRates) {
  torch::manual_seed(1);
  const torch::Tensor start = torch::randn({5, 3});
  Parameter ours{.name = "w", .value = start.clone().requires_grad_()};
  torch::Tensor theirs = start.clone().requires_grad_();
  const auto adamw = make_adamw({ours}, {.beta2 = 0.95});
  torch::optim::AdamW reference({theirs}, torch::optim::AdamWOptions(1).betas({0.9, 0.95}));
  for (int step = 0; step < 4; ++step) {
    const torch::Tensor gradient = torch::randn({5, 3});
    ours.value.mutable_grad() = gradient.clone();
    theirs.mutable_grad() = gradient.clone();
    auto& options = static_cast<torch::optim::AdamWOptions&>(reference.param_groups()[0].options());
    options.lr(1e-2 * (step + 1)).weight_decay(0.1);
    adamw->step(1e-2 * (step + 1), 0.1);
    reference.step();
  }
  EXPECT_LT((ours.value - theirs).abs().max().item<double>(), 1e-6);
}

TEST(AdamW, LeavesParametersWithoutAGradientAndDecayAlone) {
  Parameter still{.name = "still", .value = torch::ones({2}).requires_grad_()};
  Parameter bias = still;
  bias.name = "bias";
  bias.value = torch::ones({2}).requires_grad_();
  bias.value.mutable_grad() = torch::zeros({2});
  bias.decays = false;
  const auto adamw = make_adamw({still, bias});
  adamw->step(0.1, 0.5);
  expect_values(still.value, {1, 1}, 0);
  expect_values(bias.value, {1, 1}, 0);
}

TEST(Optimiser, GoesOnFromItsState) {
  const auto run = [](int steps, std::map<std::string, torch::Tensor> state, torch::Tensor value) {
    Parameter w{.name = "w", .value = value.clone().requires_grad_()};
    const auto adamw = make_adamw({w});
    if (!state.empty()) adamw->restore(state);
    for (int i = 0; i < steps; ++i) {
      w.value.mutable_grad() = w.value.detach() * 2;
      adamw->step(0.1, 0);
    }
    std::map<std::string, torch::Tensor> copy;
    for (const auto& [name, tensor] : adamw->state()) copy[name] = tensor.clone();
    return std::pair{w.value.detach(), copy};
  };
  const torch::Tensor start = torch::tensor({1.0F, -2.0F});
  const auto [middle, state] = run(3, {}, start);
  EXPECT_TRUE(run(2, state, middle).first.equal(run(5, {}, start).first));
}

TEST(Optimiser, RefusesAStateOfAnotherShape) {
  const auto adamw = make_adamw({{.name = "w", .value = torch::ones({2}).requires_grad_()}});
  auto state = adamw->state();
  state["w.mean"] = torch::zeros({3});
  EXPECT_THROW(adamw->restore(state), Error);
  state.erase("w.mean");
  EXPECT_THROW(adamw->restore(state), Error);
}

TEST(Clipping, OfEachTensorLeavesSmallOnes) {
  const Parameter large = parameter({0, 0}, {30, 40});
  const Parameter small = parameter({0, 0}, {0.3, 0.4});
  EXPECT_NEAR(clip_each({large, small}, 3), std::hypot(50, 0.5), 1e-9);
  expect_values(large.value.grad(), {30 * 3 / (50 + 1e-6), 40 * 3 / (50 + 1e-6)}, 1e-12);
  expect_values(small.value.grad(), {0.3, 0.4}, 0);
}

TEST(Clipping, TogetherScalesAllButTheLeftOut) {
  const Parameter a = parameter({0}, {3});
  const Parameter b = parameter({0}, {4});
  Parameter apart = parameter({0}, {100});
  apart.clipped = false;
  EXPECT_NEAR(clip_together({a, b, apart}, 1), 5, 1e-12);
  expect_values(a.value.grad(), {3 / (5 + 1e-6)}, 1e-12);
  expect_values(apart.value.grad(), {100}, 0);
}

TEST(Average, MovesParametersAndLeavesBuffers) {
  torch::nn::BatchNorm1d source(2);
  torch::nn::BatchNorm1d average(2);
  start_average(*average, *source);
  EXPECT_FALSE(average->weight.requires_grad());
  {
    const torch::NoGradGuard no_grad;
    source->weight.fill_(3);
    source->running_mean.fill_(5);
  }
  update_average(*average, *source, 0.75);
  expect_values(average->weight, {1.5, 1.5}, 1e-6);
  expect_values(average->running_mean, {0, 0}, 0);
}

TEST(Parameters, OfOneDimensionDoNotDecay) {
  const torch::nn::Linear linear(3, 2);
  const auto parameters = parameters_of(*linear, "head");
  ASSERT_EQ(parameters.size(), 2U);
  EXPECT_EQ(parameters[0].name, "head.weight");
  EXPECT_TRUE(parameters[0].decays);
  EXPECT_FALSE(parameters[1].decays);
}

}  // namespace
}  // namespace galen::train
