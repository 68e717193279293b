#include "train/finetune/finetune.h"

#include <cmath>
#include <fmt/core.h>
#include <limits>
#include <memory>
#include <optional>
#include <torch/torch.h>

#include "base/file.h"
#include "base/log.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "base/raise.h"
#include "base/sha256.h"
#include "train/data/loader.h"
#include "train/data/open_source.h"
#include "train/finetune/backbone.h"
#include "train/finetune/export.h"
#include "train/finetune/measure.h"
#include "train/finetune/targets.h"
#include "train/optim/optimiser.h"
#include "train/optim/schedule.h"
#include "train/run/checkpoint.h"
#include "train/run/distributed.h"
#include "train/run/run_log.h"
#include "train/run/run_options.h"
#include "train/views/recipes.h"

namespace galen::train {
namespace {

constexpr int kLogEvery = 10;
constexpr int kEvaluationBatch = 64;

Json describe(const FinetuneOptions& o) {
  return {{"data", o.data.string()},
          {"data_sha256", sha256_of_file(o.data)},
          {"encoder", o.encoder.string()},
          {"train_split", o.train_split},
          {"val_split", o.validation_split},
          {"multi_label", o.multi_label},
          {"image_size", o.image_size},
          {"head_epochs", o.head_epochs},
          {"epochs", o.epochs},
          {"head_lr", o.head_lr},
          {"lr", o.lr},
          {"weight_decay", o.weight_decay},
          {"batch", o.batch},
          {"flips", o.flips},
          {"seed", o.seed}};
}

std::unique_ptr<Source> open_split(const FinetuneOptions& options, const std::string& split) {
  SourceOptions wanted;
  wanted.split = split;
  wanted.threads = options.threads;
  return open_source(options.data, wanted);
}

Recipe training_recipe(const FinetuneOptions& options, const Backbone& backbone) {
  Recipe recipe = supervised_recipe(backbone.image_size());
  recipe[0].normalisation = backbone.normalisation();
  recipe[0].flip = options.flips ? 0.5 : 0;
  recipe[0].vertical_flip = options.flips ? 0.5 : 0;
  recipe[0].has_right_turns = options.flips;
  return recipe;
}

Recipe evaluation_recipe(const Backbone& backbone) {
  Recipe recipe = whole_recipe(backbone.image_size());
  recipe[0].normalisation = backbone.normalisation();
  return recipe;
}

torch::Tensor pixels_of(Batch& batch) {
  const int64_t size = batch.view_sizes[0];
  return torch::from_blob(batch.views[0].data(),
                          {static_cast<int64_t>(batch.indices.size()), 3, size, size});
}

/// One run. Its first phase trains the head on frozen features, the second everything.
class FinetuneRun {
 public:
  FinetuneRun(const FinetuneOptions& options, const CancelToken& cancel)
      : options_(options),
        cancel_(cancel),
        ranks_(Distributed::from_environment()),
        train_(open_split(options, options.train_split)),
        validation_(open_split(options, options.validation_split)),
        targets_(*train_, options.multi_label),
        backbone_(open_backbone(options.encoder, options.image_size)),
        head_(make_head()),
        loader_(*train_, training_recipe(options, *backbone_),
                {.batch = options.batch,
                 .seed = options.seed,
                 .workers = options.workers,
                 .rank = ranks_.rank(),
                 .world_size = ranks_.world_size()}),
        checkpoints_(options.out),
        head_steps_(options.head_epochs * loader_.batches_per_epoch()),
        total_(head_steps_ + options.epochs * loader_.batches_per_epoch()) {
    const auto checkpoint = checkpoints_.load_latest();
    if (checkpoint) {
      require_same_options(checkpoint->facts.value("options", Json()), describe(options),
                           options.out);
      step_ = checkpoint->facts.at("step").get<int64_t>();
    }
    ranks_.require_same_step(step_);
    begin_phase();
    if (checkpoint) resume(*checkpoint);
  }

  FinetuneResult run() {
    if (ranks_.is_main()) log_ = std::make_unique<RunLog>(options_.out, step_);
    Progress progress("finetune", static_cast<std::uint64_t>(total_), "steps");
    progress.advance(static_cast<std::uint64_t>(step_));
    if (!is_measured_) validate();
    while (step_ < total_) {
      if (ranks_.any(cancel_.is_cancelled())) stop();
      if (step_ == head_steps_) begin_phase();
      train_step();
      progress.advance();
      const bool is_epoch_end = step_ % loader_.batches_per_epoch() == 0;
      is_measured_ = !is_epoch_end;
      if (is_epoch_end) validate();
      if (is_epoch_end ||
          (options_.checkpoint_every > 0 && step_ % options_.checkpoint_every == 0)) {
        save();
      }
    }
    return finish();
  }

 private:
  [[nodiscard]] bool trains_all() const { return step_ >= head_steps_; }

  torch::nn::Linear make_head() const {
    torch::manual_seed(options_.seed);
    torch::nn::Linear head(backbone_->width(), targets_.classes());
    const torch::NoGradGuard no_grad;
    head->weight.normal_(0, 0.01);
    head->bias.zero_();
    return head;
  }

  /// Parameters and a fresh optimiser for where the run stands.
  void begin_phase() {
    for (auto& parameter : backbone_->module().parameters()) {
      parameter.set_requires_grad(trains_all());
    }
    // The statistics of batch norms stay: small batches of few classes would spoil them.
    backbone_->module().eval();
    parameters_ = parameters_of(*head_, "head");
    for (Parameter& parameter : parameters_of(backbone_->module(), "encoder")) {
      parameters_.push_back(std::move(parameter));
    }
    optimiser_ = make_adamw(parameters_);
  }

  void train_step() {
    Batch batch = loader_.next();
    clear_gradients(parameters_);
    torch::Tensor features;
    {
      const torch::AutoGradMode gradients(trains_all());
      features = backbone_->features(pixels_of(batch));
    }
    torch::Tensor loss =
        classifier_loss(head_(features), targets_.of(batch.indices), targets_.positive_weight());
    loss.backward();
    std::vector<torch::Tensor> values;
    for (const Parameter& parameter : parameters_) values.push_back(parameter.value);
    ranks_.average_gradients(values);
    const CosineSchedule schedule{.peak = options_.lr, .total = total_ - head_steps_};
    const double lr = trains_all() ? schedule.at(step_ - head_steps_) : options_.head_lr;
    optimiser_->step(lr, options_.weight_decay);
    ++step_;
    report(loss.detach(), lr);
  }

  void report(torch::Tensor loss, double lr) {
    if (step_ % kLogEvery != 0 && step_ != 1) return;
    ranks_.mean(loss);
    if (!std::isfinite(loss.item<double>())) {
      raise(ErrorKind::invalid_argument,
            "the loss is not finite at step {}; use a lower learning rate", step_);
    }
    if (log_) log_->write(step_, {{"loss", loss.item<double>()}, {"lr", lr}});
  }

  [[nodiscard]] Predictions predict(const Source& source) {
    const torch::NoGradGuard no_grad;
    Predictions p;
    p.classes = targets_.classes();
    p.multi_label = options_.multi_label;
    const Targets truth(source, options_.multi_label);
    Loader loader(source, evaluation_recipe(*backbone_),
                  {.batch = kEvaluationBatch,
                   .workers = options_.workers,
                   .drop_last = false,
                   .shuffle = false});
    for (int64_t i = 0; i < loader.batches_per_epoch(); ++i) {
      if (cancel_.is_cancelled()) stop();
      Batch batch = loader.next();
      const torch::Tensor logits = head_(backbone_->features(pixels_of(batch)));
      const torch::Tensor scores =
          (options_.multi_label ? logits.sigmoid() : logits.softmax(1)).to(torch::kFloat64);
      const torch::Tensor wanted = truth.of(batch.indices).to(torch::kInt32).contiguous();
      append(scores.contiguous(), p.scores);
      p.truth.insert(p.truth.end(), wanted.data_ptr<int>(),
                     wanted.data_ptr<int>() + wanted.numel());
      for (const int64_t index : batch.indices) {
        p.groups.push_back(source.group(static_cast<std::size_t>(index)));
        p.names.push_back(source.name(static_cast<std::size_t>(index)));
      }
    }
    return p;
  }

  static void append(const torch::Tensor& values, std::vector<double>& to) {
    to.insert(to.end(), values.data_ptr<double>(), values.data_ptr<double>() + values.numel());
  }

  /// Keeps the weights of the best epoch so far in out/best.safetensors.
  void validate() {
    if (!ranks_.is_main()) return;
    const double auc = macro_auc(predict(*validation_));
    if (!std::isfinite(auc)) {
      raise(ErrorKind::invalid_argument, "split '{}' shows one class only; it cannot pick an epoch",
            options_.validation_split);
    }
    log_->write(step_, {{"validation_auc", auc}});
    log_info(fmt::format("step {}: validation AUC {:.4f}", step_, auc));
    is_measured_ = true;
    if (auc <= best_) return;
    best_ = auc;
    best_epoch_ = step_ / loader_.batches_per_epoch();
    std::map<std::string, torch::Tensor> tensors;
    collect_weights(tensors);
    write_tensors(options_.out / "best.safetensors", tensors);
  }

  void collect_weights(std::map<std::string, torch::Tensor>& tensors) {
    collect(*head_, "head.", tensors);
    collect(backbone_->module(), "encoder.", tensors);
  }

  void restore_weights(const std::map<std::string, torch::Tensor>& tensors) {
    restore(*head_, "head.", tensors);
    restore(backbone_->module(), "encoder.", tensors);
  }

  void save() {
    if (!ranks_.is_main()) return;
    Checkpoint checkpoint{.tensors = optimiser_->state(),
                          .facts = {{"step", step_},
                                    {"measured", is_measured_},
                                    {"best", best_},
                                    {"best_epoch", best_epoch_},
                                    {"options", describe(options_)}}};
    collect_weights(checkpoint.tensors);
    checkpoints_.save(step_, checkpoint);
  }

  void resume(const Checkpoint& checkpoint) {
    restore_weights(checkpoint.tensors);
    // Between the phases the optimiser begins anew.
    if (step_ != head_steps_) optimiser_->restore(checkpoint.tensors);
    is_measured_ = checkpoint.facts.at("measured").get<bool>();
    best_ = checkpoint.facts.at("best").get<double>();
    best_epoch_ = checkpoint.facts.at("best_epoch").get<int64_t>();
    loader_.seek(step_ / loader_.batches_per_epoch(), step_ % loader_.batches_per_epoch());
    log_info(fmt::format("going on from step {} of {}", step_, total_));
  }

  [[noreturn]] void stop() {
    save();
    raise(ErrorKind::cancelled, "stopped at step {} of {}; the same command goes on from there",
          step_, total_);
  }

  FinetuneResult finish() {
    FinetuneResult result;
    result.folder = options_.out / "classifier";
    result.best_validation = best_;
    result.best_epoch = static_cast<int>(best_epoch_);
    if (!ranks_.is_main()) return result;
    restore_weights(read_tensors(options_.out / "best.safetensors"));
    backbone_->save(result.folder);
    Json classes = train_->label_names();
    write_tensors(
        result.folder / "head.safetensors",
        {{"weight", head_->weight.detach()}, {"bias", head_->bias.detach()}},
        {{"classes", classes.dump()}, {"multi_label", options_.multi_label ? "true" : "false"}});
    result.model = export_classifier(result.folder, options_.out, backbone_->image_size());
    test(result);
    return result;
  }

  void test(FinetuneResult& result) {
    std::unique_ptr<Source> source;
    try {
      source = open_split(options_, options_.test_split);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::invalid_argument) throw;
      log_info("no rows of split '" + options_.test_split + "': no test");
      return;
    }
    const Predictions predictions = predict(*source);
    result.test = measure(predictions, train_->label_names(), options_.seed);
    Json json = {{"rows", predictions.groups.size()}};
    for (const auto& [name, measured] : result.test) {
      json[name] = {{"value", measured.value},
                    {"low", measured.interval.low},
                    {"high", measured.interval.high}};
    }
    write_file(options_.out / "test.json", json.dump(2) + "\n");
  }

  const FinetuneOptions& options_;
  const CancelToken& cancel_;
  Distributed ranks_;
  std::unique_ptr<Source> train_;
  std::unique_ptr<Source> validation_;
  Targets targets_;
  std::unique_ptr<Backbone> backbone_;
  torch::nn::Linear head_;
  Loader loader_;
  CheckpointFolder checkpoints_;
  int64_t head_steps_;
  int64_t total_;
  int64_t step_ = 0;
  bool is_measured_ = true;  ///< the epoch that ends at step_ has been validated
  double best_ = -1;
  int64_t best_epoch_ = 0;
  std::vector<Parameter> parameters_;
  std::unique_ptr<Optimiser> optimiser_;
  std::unique_ptr<RunLog> log_;
};

}  // namespace

FinetuneResult run_finetune(const FinetuneOptions& options, const CancelToken& cancel) {
  if (options.head_epochs + options.epochs < 1) {
    raise(ErrorKind::invalid_argument, "finetune: no epochs; give --head-epochs or --epochs");
  }
  at::set_num_threads(thread_count(options.threads));
  std::filesystem::create_directories(options.out);
  return FinetuneRun(options, cancel).run();
}

}  // namespace galen::train
