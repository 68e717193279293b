#include "train/ssl/run.h"

#include <chrono>
#include <cmath>
#include <fmt/format.h>
#include <torch/torch.h>

#include "base/log.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "base/raise.h"
#include "train/data/loader.h"
#include "train/nn/vit.h"
#include "train/run/checkpoint.h"
#include "train/run/run_log.h"
#include "train/ssl/method.h"
#include "train/ssl/monitor.h"
#include "train/ssl/trainer.h"

namespace galen::train {
namespace {

std::unique_ptr<Source> open_data(const SslOptions& options) {
  if (options.data.empty()) raise(ErrorKind::invalid_argument, "ssl: no --data to learn from");
  if (!options.weights.empty() && options.weights.size() != options.data.size()) {
    raise(ErrorKind::invalid_argument, "ssl: {} weights for {} sources", options.weights.size(),
          options.data.size());
  }
  std::vector<WeightedSource> sources;
  for (std::size_t i = 0; i < options.data.size(); ++i) {
    sources.push_back({open_source(options.data[i], options.source),
                       options.weights.empty() ? 1.0 : options.weights[i]});
  }
  if (sources.size() == 1 && sources.front().weight == 1) return std::move(sources.front().source);
  return mix_sources(std::move(sources));
}

int full_size(const SslOptions& options) {
  if (options.image_size > 0) return options.image_size;
  if (options.architecture == "resnet50") return 224;
  return static_cast<int>(vit_config(options.architecture).image_size);
}

MethodParts method_parts(const SslOptions& options, std::shared_ptr<const Distributed> ranks) {
  auto noise = std::make_shared<RowNoise>(options.seed, ranks->rank(), ranks->world_size());
  return {.architecture = options.architecture,
          .image_size = full_size(options),
          .start = options.start,
          .pathology = options.pathology,
          .ranks = std::move(ranks),
          .noise = std::move(noise)};
}

/// The method's plan with the user's numbers in it.
TrainingPlan adjusted_plan(TrainingPlan plan, const SslOptions& options, double epochs) {
  plan.warmup_epochs = options.warmup_epochs.value_or(plan.warmup_epochs * epochs / plan.epochs);
  plan.epochs = epochs;
  const double peak = options.learning_rate.value_or(plan.learning_rate);
  plan.start_rate *= peak / plan.learning_rate;
  plan.learning_rate = peak;
  plan.weight_decay = options.weight_decay.value_or(plan.weight_decay);
  plan.final_weight_decay = options.weight_decay.value_or(plan.final_weight_decay);
  if (options.optimiser == "adamw") plan.rule = Rule::adamw;
  if (options.optimiser == "lars" && plan.rule == Rule::adamw) plan.rule = Rule::lars_classic;
  return plan;
}

/// What the pictures are, and how they are changed.
Json describe_data(const SslOptions& options) {
  Json data = Json::array();
  for (const auto& path : options.data) data.push_back(path.string());
  const SlideSampling& slides = options.source.slides;
  const Pathology& pathology = options.pathology;
  Json statistics = Json::array();
  for (const StainStatistics& of_corpus : pathology.stain.statistics) {
    for (const Distribution& channel : of_corpus.means) statistics.push_back(channel.mean);
  }
  return {{"data", data},
          {"weights", options.weights},
          {"split", options.source.split},
          {"start", options.start.string()},
          {"mpp", slides.mpps},
          {"mpp_range",
           slides.mpp_range ? Json{slides.mpp_range->first, slides.mpp_range->second} : Json()},
          {"right_turns", pathology.has_right_turns},
          {"vertical_flip", pathology.vertical_flip},
          {"centre_tied", pathology.is_centre_tied},
          {"stain", static_cast<int>(pathology.stain.change)},
          {"stain_statistics", statistics}};
}

std::string joined(const std::array<float, 3>& values) {
  return fmt::format("{},{},{}", values[0], values[1], values[2]);
}

/// Everything that lives through a run.
class SslRun {
 public:
  explicit SslRun(const SslOptions& options)
      : options_(options),
        ranks_(std::make_shared<Distributed>(Distributed::from_environment())),
        device_(ranks_->device()),
        parts_(method_parts(options, ranks_)),
        settings_(options.settings),
        source_(open_data(options)),
        checkpoints_(options.out) {
    torch::manual_seed(options.seed);
    method_ = make_method(options.method, parts_, settings_);
    method_->to(device_);
    method_->train();
    recipe_ = method_->recipe();
    loader_ = std::make_unique<Loader>(*source_, recipe_,
                                       LoaderOptions{.batch = options.batch,
                                                     .seed = options.seed,
                                                     .workers = options.workers,
                                                     .rank = ranks_->rank(),
                                                     .world_size = ranks_->world_size()});
    plan_steps();
    if (!options.monitor.empty() && ranks_->is_main()) {
      SourceOptions monitored = options.source;
      monitored.split = options.monitor_split;
      monitor_ = std::make_unique<Monitor>(open_source(options.monitor, monitored), recipe_.front(),
                                           options.monitor_pictures, options.workers);
    }
    resume();
  }

  SslResult run(const CancelToken& cancel);

 private:
  void plan_steps();
  void resume();
  void save();
  [[nodiscard]] Json identity() const;
  [[nodiscard]] torch::Tensor train_step(std::map<std::string, double>& values);
  void take_loss(const torch::Tensor& loss);
  void log_step(const torch::Tensor& loss, std::map<std::string, double> values, bool is_last);

  SslOptions options_;
  std::shared_ptr<const Distributed> ranks_;
  torch::Device device_;
  MethodParts parts_;
  Settings settings_;
  std::unique_ptr<Source> source_;
  CheckpointFolder checkpoints_;
  std::shared_ptr<Method> method_;
  Recipe recipe_;
  std::unique_ptr<Loader> loader_;
  TrainingPlan plan_;
  std::unique_ptr<Trainer> trainer_;
  std::unique_ptr<Monitor> monitor_;
  std::unique_ptr<RunLog> log_;
  int64_t step_ = 0;
  int64_t total_steps_ = 0;
  int64_t monitor_steps_ = 0;
  double last_loss_ = 0;
};

void SslRun::plan_steps() {
  const auto per_epoch = static_cast<double>(loader_->batches_per_epoch());
  const TrainingPlan official = method_->plan();
  total_steps_ =
      options_.steps.value_or(std::llround(options_.epochs.value_or(official.epochs) * per_epoch));
  if (total_steps_ < 1) raise(ErrorKind::invalid_argument, "ssl: a run of no steps");
  plan_ = adjusted_plan(official, options_, static_cast<double>(total_steps_) / per_epoch);
  trainer_ = std::make_unique<Trainer>(method_, plan_, options_.batch, loader_->batches_per_epoch(),
                                       total_steps_, ranks_);
  monitor_steps_ = std::max<int64_t>(1, std::llround(options_.monitor_every * per_epoch));
}

/// What a checkpoint's run must have in common with this one.
Json SslRun::identity() const {
  Json identity{{"method", options_.method},
                {"architecture", options_.architecture},
                {"image_size", parts_.image_size},
                {"settings", settings_.values()},
                {"batch", options_.batch},
                {"steps", total_steps_},
                {"steps_per_epoch", loader_->batches_per_epoch()},
                {"seed", options_.seed},
                {"learning_rate", trainer_->rate().peak},
                {"warmup", trainer_->rate().warmup},
                {"weight_decay", {trainer_->decay().peak, trainer_->decay().final}},
                {"optimiser", static_cast<int>(plan_.rule)},
                {"pictures", source_->size()}};
  identity.update(describe_data(options_));
  return identity;
}

void SslRun::resume() {
  if (const auto checkpoint = checkpoints_.load_latest()) {
    const Json mine = identity();
    const Json& theirs = checkpoint->facts.at("options");
    for (const auto& [name, value] : mine.items()) {
      if (theirs.value(name, Json()) == value) continue;
      raise(ErrorKind::invalid_argument,
            "{}: holds a run with {} {}, asked is {}; use the same options or another --out",
            options_.out.string(), name, theirs.value(name, Json()).dump(), value.dump());
    }
    step_ = checkpoint->facts.at("step").get<int64_t>();
    restore(*method_, "method.", checkpoint->tensors);
    std::map<std::string, torch::Tensor> state;
    for (const auto& [name, tensor] : checkpoint->tensors) {
      constexpr std::string_view kPrefix = "optimiser.";
      if (name.starts_with(kPrefix)) state[name.substr(kPrefix.size())] = tensor;
    }
    trainer_->optimiser().restore(state);
    loader_->seek(step_ / loader_->batches_per_epoch(), step_ % loader_->batches_per_epoch());
  }
  ranks_->require_same_step(step_);
  std::map<std::string, torch::Tensor> all;
  collect(*method_, "", all);
  std::vector<torch::Tensor> tensors;
  for (const auto& item : all) tensors.push_back(item.second);
  ranks_->broadcast(tensors);
  if (ranks_->is_main()) {
    std::filesystem::create_directories(options_.out);
    log_ = std::make_unique<RunLog>(options_.out, step_);
  }
}

void SslRun::save() {
  if (!ranks_->is_main()) return;
  Checkpoint checkpoint;
  collect(*method_, "method.", checkpoint.tensors);
  for (const auto& [name, tensor] : trainer_->optimiser().state()) {
    checkpoint.tensors["optimiser." + name] = tensor;
  }
  checkpoint.facts = {{"options", identity()}, {"step", step_}};
  checkpoints_.save(step_, checkpoint);
  const Normalisation shown =
      recipe_.front().normalisation.value_or(Normalisation{{0, 0, 0}, {1, 1, 1}});
  save_encoder(options_.out / "encoder.safetensors", method_->encoder(),
               {{"method", options_.method},
                {"step", std::to_string(step_)},
                {"mean", joined(shown.mean)},
                {"std", joined(shown.std)}});
}

torch::Tensor SslRun::train_step(std::map<std::string, double>& values) {
  Batch batch = loader_->next();
  const auto count = static_cast<int64_t>(batch.indices.size());
  parts_.noise->begin(step_, count);
  std::vector<torch::Tensor> views;
  for (std::size_t i = 0; i < batch.views.size(); ++i) {
    const int64_t size = batch.view_sizes[i];
    views.push_back(torch::from_blob(batch.views[i].data(), {count, 3, size, size}).to(device_));
  }
  return trainer_->step(views, step_, values);
}

/// The mean over processes; weights that are lost must not be saved over good ones.
void SslRun::take_loss(const torch::Tensor& loss) {
  torch::Tensor mean = loss.to(torch::kFloat64).cpu().view({1});
  ranks_->mean(mean);
  last_loss_ = mean.item<double>();
  if (std::isfinite(last_loss_)) return;
  raise(ErrorKind::invalid_argument,
        "ssl: the loss is {} at step {}; start anew in another --out with a lower --lr, from the "
        "weights of this run's last checkpoint with --start encoder.safetensors",
        last_loss_, step_);
}

void SslRun::log_step(const torch::Tensor& loss, std::map<std::string, double> values,
                      bool is_last) {
  const bool is_logged = step_ % options_.log_every == 0 || is_last;
  const bool is_measured = !options_.monitor.empty() && (step_ % monitor_steps_ == 0 || is_last);
  if (!is_logged && !is_measured) return;
  take_loss(loss);
  if (log_ == nullptr) return;
  values["loss"] = last_loss_;
  if (is_measured) values.merge(monitor_->measure(method_->encoder(), device_));
  log_->write(step_, values);
  if (const auto knn = values.find("knn_accuracy"); knn != values.end()) {
    log_info(fmt::format("ssl: step {}, loss {:.4f}, kNN {:.3f}", step_, last_loss_, knn->second));
  }
}

SslResult SslRun::run(const CancelToken& cancel) {
  Progress progress("ssl " + options_.method, static_cast<std::uint64_t>(total_steps_ - step_),
                    "steps");
  const int64_t first = step_;
  int64_t saved = -1;
  const auto begin = std::chrono::steady_clock::now();
  torch::Tensor loss;
  while (step_ < total_steps_ && !ranks_->any(cancel.is_cancelled())) {
    std::map<std::string, double> values;
    loss = train_step(values);
    ++step_;
    log_step(loss, std::move(values), step_ == total_steps_);
    if (step_ % options_.checkpoint_every == 0) {
      take_loss(loss);
      save();
      saved = step_;
    }
    progress.advance();
  }
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  if (loss.defined()) take_loss(loss);
  if (saved != step_) save();
  ranks_->barrier();
  return {.steps = step_,
          .loss = last_loss_,
          .images_per_second =
              static_cast<double>((step_ - first) * options_.batch) / std::max(seconds, 1e-9),
          .is_finished = step_ == total_steps_};
}

}  // namespace

SslResult run_ssl(const SslOptions& options, const CancelToken& cancel) {
  at::set_num_threads(thread_count(options.threads));
  return SslRun(options).run(cancel);
}

}  // namespace galen::train
