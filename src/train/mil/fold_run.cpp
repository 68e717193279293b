#include "train/mil/fold_run.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/raise.h"
#include "train/mil/cox_loss.h"
#include "train/optim/parameters.h"
#include "train/run/checkpoint.h"
#include "train/run/run_log.h"
#include "train/views/random.h"

namespace galen::train {
namespace {

constexpr const char* kModel = "model.";
constexpr const char* kBest = "best.";
constexpr const char* kOptimiser = "optimiser.";

torch::Device pick_device() {
  return torch::cuda::is_available() ? torch::kCUDA : torch::kCPU;
}

std::unique_ptr<Optimiser> make_optimiser(MilOptimiser kind,
                                          const std::vector<Parameter>& parameters) {
  if (kind == MilOptimiser::adamw) return make_adamw(parameters);
  return make_lookahead(make_radam(parameters), parameters);
}

void copy_weights(const torch::nn::Module& from, torch::nn::Module& to) {
  std::map<std::string, torch::Tensor> tensors;
  collect(from, "", tensors);
  restore(to, "", tensors);
}

std::map<std::string, torch::Tensor> with_prefix(
    const std::string& prefix, const std::map<std::string, torch::Tensor>& tensors) {
  std::map<std::string, torch::Tensor> named;
  for (const auto& [name, tensor] : tensors) named[prefix + name] = tensor;
  return named;
}

std::map<std::string, torch::Tensor> without_prefix(
    const std::string& prefix, const std::map<std::string, torch::Tensor>& tensors) {
  std::map<std::string, torch::Tensor> named;
  for (const auto& [name, tensor] : tensors) {
    if (name.starts_with(prefix)) named[name.substr(prefix.size())] = tensor;
  }
  return named;
}

}  // namespace

FoldRun::FoldRun(const BagList& list, BagStore& store, BagFold fold, const AggregatorOptions& model,
                 const MilTraining& training, std::filesystem::path folder)
    : list_(list),
      store_(store),
      fold_(std::move(fold)),
      training_(training),
      folder_(std::move(folder)),
      device_(pick_device()) {
  torch::manual_seed(mix(training_.seed, 0));
  model_ = make_aggregator(model);
  model_->to(device_);
  if (training_.patience > 0) {
    best_ = make_aggregator(model);
    best_->to(device_);
  }
  optimiser_ = make_optimiser(training_.optimiser, parameters_of(*model_, "model"));
  if (training_.task != MilTask::regression) return;
  const auto count = static_cast<double>(fold_.train.size());
  for (const std::size_t bag : fold_.train) centre_ += list_.bags[bag].value / count;
  double variance = 0;
  for (const std::size_t bag : fold_.train)
    variance += std::pow(list_.bags[bag].value - centre_, 2) / count;
  scale_ = variance > 0 ? std::sqrt(variance) : 1;
}

bool FoldRun::resume() {
  const auto found = CheckpointFolder(folder_).load_latest();
  if (!found) return false;
  if (found->facts.at("options") != training_.options_hash) {
    raise(ErrorKind::invalid_argument,
          "{}: holds a run with other options; give another --out, or remove it", folder_.string());
  }
  restore(*model_, kModel, found->tensors);
  if (best_) restore(*best_, kBest, found->tensors);
  optimiser_->restore(without_prefix(kOptimiser, found->tensors));
  progress_.epoch = found->facts.at("epoch").get<int>();
  progress_.best_epoch = found->facts.at("best_epoch").get<int>();
  progress_.best_loss = found->facts.at("best_loss").get<double>();
  return true;
}

void FoldRun::save() const {
  Checkpoint checkpoint;
  collect(*model_, kModel, checkpoint.tensors);
  if (best_) collect(*best_, kBest, checkpoint.tensors);
  checkpoint.tensors.merge(with_prefix(kOptimiser, optimiser_->state()));
  checkpoint.facts = {{"options", training_.options_hash},
                      {"epoch", progress_.epoch},
                      {"best_epoch", progress_.best_epoch},
                      {"best_loss", progress_.best_loss}};
  CheckpointFolder(folder_).save(progress_.epoch, checkpoint);
}

bool FoldRun::should_stop() const {
  if (progress_.epoch >= training_.epochs) return true;
  return training_.patience > 0 && progress_.epoch >= training_.min_epochs &&
         progress_.epoch - progress_.best_epoch >= training_.patience;
}

void FoldRun::train(const CancelToken& cancel) {
  resume();
  RunLog log(folder_, progress_.epoch);
  while (!should_stop()) {
    const double loss = train_epoch(cancel);
    ++progress_.epoch;
    const double validation = validation_loss();
    log.write(progress_.epoch, {{"loss", loss}, {"validation_loss", validation}});
    keep_if_best(validation);
    if (should_stop() || progress_.epoch % training_.checkpoint_every == 0) save();
  }
  if (best_ && progress_.best_epoch > 0) copy_weights(*best_, *model_);
  write_tensors(folder_ / "model.safetensors", weights());
}

std::map<std::string, torch::Tensor> FoldRun::weights() const {
  std::map<std::string, torch::Tensor> weights;
  collect(*model_, "", weights);
  // In the file the last layer gives values, so that whoever applies it needs no scale.
  for (auto& [name, tensor] : weights) {
    if (!name.starts_with("classifier")) continue;
    tensor = tensor * scale_;
    if (name.ends_with(".bias")) tensor = tensor + centre_;
  }
  return weights;
}

void FoldRun::keep_if_best(double loss) {
  if (!std::isfinite(loss) || (progress_.best_epoch > 0 && loss >= progress_.best_loss)) return;
  progress_.best_epoch = progress_.epoch;
  progress_.best_loss = loss;
  if (best_) copy_weights(*model_, *best_);
}

std::vector<std::size_t> FoldRun::draw_epoch() const {
  Random random(mix(training_.seed, static_cast<std::uint64_t>(progress_.epoch) + 1));
  std::vector<std::size_t> order = fold_.train;
  if (!training_.weighted_sampling) {
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
    return order;
  }
  std::map<int, std::vector<std::size_t>> by_class;
  for (const std::size_t bag : fold_.train) by_class[list_.bags[bag].label].push_back(bag);
  for (std::size_t& drawn : order) {
    const auto& members =
        std::next(by_class.begin(), static_cast<std::ptrdiff_t>(random.below(by_class.size())))
            ->second;
    drawn = members[random.below(members.size())];
  }
  return order;
}

double FoldRun::train_epoch(const CancelToken& cancel) {
  model_->train();
  torch::manual_seed(mix(training_.seed, static_cast<std::uint64_t>(progress_.epoch) + 1));
  const std::vector<std::size_t> order = draw_epoch();
  const auto batch = static_cast<std::size_t>(training_.batch);
  double sum = 0;
  for (std::size_t begin = 0; begin < order.size(); begin += batch) {
    if (cancel.is_cancelled()) {
      raise(ErrorKind::cancelled,
            "stopped in epoch {}; the same command goes on from the last checkpoint",
            progress_.epoch + 1);
    }
    const std::size_t end = std::min(begin + batch, order.size());
    const std::vector<std::size_t> bags(order.begin() + static_cast<std::ptrdiff_t>(begin),
                                        order.begin() + static_cast<std::ptrdiff_t>(end));
    sum += train_batch(bags) * static_cast<double>(bags.size());
  }
  return sum / static_cast<double>(order.size());
}

double FoldRun::train_batch(const std::vector<std::size_t>& bags) {
  model_->zero_grad();
  double loss = 0;
  if (training_.task == MilTask::survival) {
    std::vector<torch::Tensor> risks;
    for (const std::size_t bag : bags) risks.push_back(forward(bag, false).logits);
    const torch::Tensor batch_loss = risk_loss(risks, bags);
    batch_loss.backward();
    loss = batch_loss.item<double>();
  } else {
    // Bag by bag, so that only one bag's activations are held.
    for (const std::size_t bag : bags) {
      const torch::Tensor share =
          bag_loss(forward(bag, true), list_.bags[bag]) / static_cast<double>(bags.size());
      share.backward();
      loss += share.item<double>();
    }
  }
  optimiser_->step(training_.learning_rate, training_.weight_decay);
  return loss;
}

BagResult FoldRun::forward(std::size_t bag, bool with_label) {
  return model_->forward(store_.features(bag).to(device_), with_label ? list_.bags[bag].label : -1);
}

torch::Tensor FoldRun::bag_loss(const BagResult& result, const Bag& bag) const {
  if (training_.task == MilTask::regression) {
    return (result.logits - (bag.value - centre_) / scale_).pow(2).mean();
  }
  const torch::Tensor label =
      torch::full({1}, bag.label, torch::TensorOptions(torch::kInt64).device(device_));
  const torch::Tensor loss =
      torch::nn::functional::cross_entropy(result.logits.unsqueeze(0), label);
  if (!result.instance_loss.defined()) return loss;
  return training_.bag_weight * loss + (1 - training_.bag_weight) * result.instance_loss;
}

torch::Tensor FoldRun::risk_loss(const std::vector<torch::Tensor>& risks,
                                 const std::vector<std::size_t>& bags) const {
  std::vector<double> times;
  std::vector<int64_t> events;
  for (const std::size_t bag : bags) {
    times.push_back(list_.bags[bag].value);
    events.push_back(list_.bags[bag].event);
  }
  return cox_loss(torch::cat(risks), torch::tensor(times, torch::kFloat64).to(device_),
                  torch::tensor(events).to(device_));
}

double FoldRun::validation_loss() {
  if (fold_.validation.empty()) return std::nan("");
  const torch::NoGradGuard no_grad;
  model_->eval();
  std::vector<torch::Tensor> risks;
  double sum = 0;
  for (const std::size_t bag : fold_.validation) {
    const BagResult result = forward(bag, false);
    if (training_.task == MilTask::survival) {
      risks.push_back(result.logits);
    } else {
      sum += bag_loss(result, list_.bags[bag]).item<double>();
    }
  }
  if (training_.task == MilTask::survival) {
    // Without an event the partial likelihood is of nothing, and 0 would pass for the best.
    const bool has_event = std::any_of(fold_.validation.begin(), fold_.validation.end(),
                                       [&](std::size_t i) { return list_.bags[i].event != 0; });
    return has_event ? risk_loss(risks, fold_.validation).item<double>() : std::nan("");
  }
  return sum / static_cast<double>(fold_.validation.size());
}

Matrix FoldRun::predict(const std::vector<std::size_t>& bags) {
  const torch::NoGradGuard no_grad;
  model_->eval();
  Matrix outputs;
  for (std::size_t i = 0; i < bags.size(); ++i) {
    torch::Tensor logits = forward(bags[i], false).logits.to(torch::kCPU, torch::kFloat64);
    if (training_.task == MilTask::classification) logits = torch::softmax(logits, 0);
    if (training_.task == MilTask::regression) logits = logits * scale_ + centre_;
    if (i == 0) outputs = Matrix(bags.size(), static_cast<std::size_t>(logits.numel()));
    std::copy_n(logits.contiguous().data_ptr<double>(), outputs.columns, outputs.row(i).begin());
  }
  return outputs;
}

torch::Tensor FoldRun::attention(std::size_t bag) {
  const torch::NoGradGuard no_grad;
  model_->eval();
  const torch::Tensor found = forward(bag, false).attention;
  return found.defined() ? found.to(torch::kCPU).contiguous() : found;
}

}  // namespace galen::train
