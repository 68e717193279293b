#include "train/contrastive/contrastive.h"

#include <chrono>
#include <cmath>
#include <fmt/core.h>
#include <limits>
#include <map>
#include <memory>
#include <torch/torch.h>
#include <vector>

#include "base/log.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "base/raise.h"
#include "base/sha256.h"
#include "model/tokenizer/siglip_tokenizer.h"
#include "train/contrastive/caption_list.h"
#include "train/contrastive/start.h"
#include "train/contrastive/zero_shot.h"
#include "train/data/loader.h"
#include "train/data/open_source.h"
#include "train/optim/optimiser.h"
#include "train/optim/schedule.h"
#include "train/run/checkpoint.h"
#include "train/run/distributed.h"
#include "train/run/run_log.h"
#include "train/run/run_options.h"
#include "train/siglip/siglip_folder.h"
#include "train/siglip/sigmoid_loss.h"
#include "train/views/recipes.h"

namespace galen::train {
namespace {

constexpr int kLogEvery = 10;
constexpr int kEvaluationBatch = 64;

Recipe training_recipe(Augmentation augmentation, int size) {
  if (augmentation == Augmentation::none) return whole_recipe(size);
  Recipe recipe = supervised_recipe(size);
  recipe[0].normalisation = kHalf;
  recipe[0].flip = augmentation == Augmentation::light ? 0 : 0.5;
  recipe[0].vertical_flip = augmentation == Augmentation::pathology ? 0.5 : 0;
  recipe[0].has_right_turns = augmentation == Augmentation::pathology;
  return recipe;
}

Json describe(const ContrastiveOptions& o) {
  return {{"list", o.list.string()},
          {"list_sha256", sha256_of_file(o.list)},
          {"train_split", o.train_split},
          {"model", o.model.string()},
          {"new", o.new_size},
          {"init_vision", o.init_vision.string()},
          {"tokenizer", o.tokenizer.string()},
          {"vocabulary", o.vocabulary},
          {"text_length", o.text_length},
          {"image_size", o.image_size},
          {"epochs", o.epochs},
          {"batch", o.batch},
          {"lr", o.lr},
          {"vision_lr", o.vision_lr},
          {"weight_decay", o.weight_decay},
          {"warmup", o.warmup_steps},
          {"clip", o.clip},
          {"same_caption_positive", o.same_caption_positive},
          {"augment", static_cast<int>(o.augmentation)},
          {"seed", o.seed}};
}

std::unique_ptr<Source> open_pictures(const ContrastiveOptions& options,
                                      const CaptionList& captions) {
  SourceOptions wanted;
  wanted.split = captions.split();
  wanted.path_column = captions.path_column();
  wanted.threads = options.threads;
  auto source = open_source(options.list, wanted);
  bool agrees = source->size() == captions.size();
  for (std::size_t i = 0; agrees && i < captions.size(); ++i) {
    agrees = source->name(i) == captions.path(i);
  }
  if (!agrees) {
    raise(ErrorKind::internal, "{}: pictures and captions are in different orders",
          options.list.string());
  }
  return source;
}

std::vector<Parameter> trained_parameters(SiglipImpl& model, const ContrastiveOptions& options) {
  const double vision_scale = options.vision_lr < 0 ? 1 : options.vision_lr / options.lr;
  if (vision_scale == 0) {
    for (auto& parameter : model.vision->parameters()) parameter.set_requires_grad(false);
  }
  std::vector<Parameter> parameters = parameters_of(model, "model");
  for (Parameter& parameter : parameters) {
    if (parameter.name.starts_with("model.vision_model.")) parameter.lr_scale = vision_scale;
  }
  return parameters;
}

/// Ids of every text, [texts, positions], int32 to save memory.
torch::Tensor tokenize(const model::SiglipTokenizer& tokenizer,
                       const std::vector<std::string>& texts, int64_t positions) {
  torch::Tensor ids = torch::empty({static_cast<int64_t>(texts.size()), positions}, torch::kInt32);
  int* row = ids.data_ptr<int>();
  for (const std::string& text : texts) {
    const auto encoded = tokenizer.encode(text, static_cast<int>(positions));
    row = std::copy(encoded.begin(), encoded.end(), row);
  }
  return ids;
}

torch::Tensor pixels_of(Batch& batch) {
  const int64_t size = batch.view_sizes[0];
  return torch::from_blob(batch.views[0].data(),
                          {static_cast<int64_t>(batch.indices.size()), 3, size, size});
}

/// One run: the model, its data and its place in the schedule.
class ContrastiveRun {
 public:
  ContrastiveRun(const ContrastiveOptions& options, const CancelToken& cancel)
      : options_(options),
        cancel_(cancel),
        ranks_(Distributed::from_environment()),
        captions_(options.list, options.train_split),
        pictures_(open_pictures(options, captions_)),
        start_(make_start(options, captions_.captions())),
        tokenizer_(start_.tokenizer),
        ids_(tokenize(tokenizer_, captions_.captions(), model().text->config().positions)),
        parameters_(trained_parameters(model(), options)),
        optimiser_(make_adamw(parameters_)),
        loader_(*pictures_, training_recipe(options.augmentation, image_size()),
                {.batch = options.batch,
                 .seed = options.seed,
                 .workers = options.workers,
                 .rank = ranks_.rank(),
                 .world_size = ranks_.world_size()}),
        checkpoints_(options.out),
        total_(options.epochs * loader_.batches_per_epoch()) {
    if (!options.prompts.empty()) {
      tasks_ = read_prompts(options.prompts);
      require_splits();
    }
    resume();
    ranks_.require_same_step(step_);
  }

  ContrastiveResult run() {
    if (ranks_.is_main()) log_ = std::make_unique<RunLog>(options_.out, step_);
    Progress progress("contrastive", static_cast<std::uint64_t>(total_), "steps");
    progress.advance(static_cast<std::uint64_t>(step_));
    const CosineSchedule schedule{
        .peak = options_.lr, .warmup = options_.warmup_steps, .total = total_};
    if (!is_measured_) validate();
    while (step_ < total_) {
      if (ranks_.any(cancel_.is_cancelled())) stop();
      train_step(schedule.at(step_ + 1));
      progress.advance();
      const bool is_epoch_end = step_ % loader_.batches_per_epoch() == 0;
      is_measured_ = !is_epoch_end;
      if (is_epoch_end) validate();
      if (is_epoch_end ||
          (options_.checkpoint_every > 0 && step_ % options_.checkpoint_every == 0)) {
        save();
      }
    }
    const std::filesystem::path folder = options_.out / "model";
    if (ranks_.is_main()) save_siglip(model(), start_.tokenizer, folder);
    return {folder, step_, loss_, accuracy_};
  }

 private:
  SiglipImpl& model() { return *start_.model; }

  /// Accuracy on rows that are trained on would say nothing.
  void require_splits() const {
    if (!captions_.split().empty()) return;
    raise(ErrorKind::invalid_argument,
          "{}: --prompts measures on the split '{}', but no column `split` keeps it apart",
          options_.list.string(), options_.validation_split);
  }
  int image_size() { return static_cast<int>(model().vision->config().image_size); }

  void train_step(double lr) {
    const auto begin = std::chrono::steady_clock::now();
    Batch batch = loader_.next();
    clear_gradients(parameters_);
    const auto n = static_cast<int64_t>(batch.indices.size());
    std::vector<int64_t> drawn;
    std::vector<int64_t> labels;
    for (const int64_t index : batch.indices) {
      const auto row = static_cast<std::size_t>(index);
      drawn.push_back(captions_.draw(row, batch.epoch, options_.seed));
      labels.push_back(captions_.label_id(row));
    }
    const torch::Tensor captions = torch::tensor(drawn);
    const torch::Tensor images = model().embed_images(pixels_of(batch));
    const torch::Tensor texts = ranks_.gather_with_gradient(
        model().embed_texts(ids_.index_select(0, captions).to(torch::kInt64)));
    const torch::Tensor loss = sigmoid_loss(model().logits(images, texts),
                                            positive_pairs(captions, torch::tensor(labels), n));
    loss.backward();
    update(lr);
    ++step_;
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    report(loss.detach(), lr, static_cast<double>(options_.batch) / seconds.count());
  }

  /// [this rank's images, all ranks' texts]
  torch::Tensor positive_pairs(const torch::Tensor& captions, const torch::Tensor& labels,
                               int64_t n) const {
    torch::Tensor positive = torch::zeros({n, n * ranks_.world_size()}, torch::kBool);
    positive.narrow(1, ranks_.rank() * n, n).fill_diagonal_(true);
    if (!options_.same_caption_positive) return positive;
    const auto equal = [&](const torch::Tensor& mine) {
      return mine.unsqueeze(1) == ranks_.gather(mine).unsqueeze(0);
    };
    return positive | equal(captions) | equal(labels);
  }

  void update(double lr) {
    std::vector<torch::Tensor> values;
    for (const Parameter& parameter : parameters_) values.push_back(parameter.value);
    ranks_.average_gradients(values);
    if (options_.clip > 0) clip_together(parameters_, options_.clip);
    optimiser_->step(lr, options_.weight_decay);
  }

  void report(torch::Tensor loss, double lr, double images_per_second) {
    if (step_ % kLogEvery != 0 && step_ != 1 && step_ != total_) return;
    ranks_.mean(loss);
    loss_ = loss.item<double>();
    if (!std::isfinite(loss_)) {
      raise(ErrorKind::invalid_argument,
            "the loss is not finite at step {}; start anew in another --out with a lower --lr",
            step_);
    }
    if (!log_) return;
    log_->write(step_, {{"loss", loss_},
                        {"lr", lr},
                        {"images_per_second", images_per_second},
                        {"logit_scale", model().logit_scale.item<double>()},
                        {"logit_bias", model().logit_bias.item<double>()}});
  }

  /// Zero-shot accuracy of each task on the validation split, on the main rank.
  void validate() {
    if (tasks_.empty() || !ranks_.is_main()) return;
    measure();
    is_measured_ = true;
  }

  void measure() {
    const torch::NoGradGuard no_grad;
    const CaptionList rows(options_.list, options_.validation_split);
    const auto pictures = open_pictures(options_, rows);
    const auto [images, indices] = embed(*pictures);
    std::vector<std::string> labels;
    for (const int64_t index : indices) {
      labels.push_back(rows.label(static_cast<std::size_t>(index)));
    }
    std::map<std::string, double> values;
    for (const ZeroShotTask& task : tasks_) {
      std::vector<std::string> prompts;
      for (const auto& [label, texts] : task.classes) {
        prompts.insert(prompts.end(), texts.begin(), texts.end());
      }
      const torch::Tensor ids = tokenize(tokenizer_, prompts, model().text->config().positions);
      const double accuracy =
          zero_shot_accuracy(task, images, labels, model().embed_texts(ids.to(torch::kInt64)));
      if (std::isnan(accuracy)) continue;  // a task that this list has no pictures of
      values[task.name + ".balanced_accuracy"] = accuracy;
      accuracy_[task.name] = accuracy;
      log_info(fmt::format("step {}: {} balanced accuracy {:.3f}", step_, task.name, accuracy));
    }
    if (!values.empty()) log_->write(step_, values);
  }

  std::pair<torch::Tensor, std::vector<int64_t>> embed(const Source& pictures) {
    Loader loader(pictures, whole_recipe(image_size()),
                  {.batch = kEvaluationBatch,
                   .workers = options_.workers,
                   .drop_last = false,
                   .shuffle = false});
    std::vector<torch::Tensor> parts;
    std::vector<int64_t> indices;
    for (int64_t i = 0; i < loader.batches_per_epoch(); ++i) {
      if (cancel_.is_cancelled()) stop();
      Batch batch = loader.next();
      parts.push_back(model().embed_images(pixels_of(batch)));
      indices.insert(indices.end(), batch.indices.begin(), batch.indices.end());
    }
    return {torch::cat(parts), indices};
  }

  void save() {
    if (!ranks_.is_main()) return;
    Checkpoint checkpoint{
        .tensors = optimiser_->state(),
        .facts = {{"step", step_}, {"measured", is_measured_}, {"options", describe(options_)}}};
    collect(model(), "model.", checkpoint.tensors);
    checkpoints_.save(step_, checkpoint);
  }

  void resume() {
    const auto checkpoint = checkpoints_.load_latest();
    if (!checkpoint) return;
    require_same_options(checkpoint->facts.value("options", Json()), describe(options_),
                         options_.out);
    restore(model(), "model.", checkpoint->tensors);
    optimiser_->restore(checkpoint->tensors);
    step_ = checkpoint->facts.at("step").get<int64_t>();
    is_measured_ = checkpoint->facts.at("measured").get<bool>();
    const int64_t per_epoch = loader_.batches_per_epoch();
    loader_.seek(step_ / per_epoch, step_ % per_epoch);
    log_info(fmt::format("going on from step {} of {}", step_, total_));
  }

  [[noreturn]] void stop() {
    save();
    raise(ErrorKind::cancelled, "stopped at step {} of {}; the same command goes on from there",
          step_, total_);
  }

  const ContrastiveOptions& options_;
  const CancelToken& cancel_;
  Distributed ranks_;
  CaptionList captions_;
  std::unique_ptr<Source> pictures_;
  ContrastiveStart start_;
  model::SiglipTokenizer tokenizer_;
  torch::Tensor ids_;
  std::vector<Parameter> parameters_;
  std::unique_ptr<Optimiser> optimiser_;
  Loader loader_;
  CheckpointFolder checkpoints_;
  int64_t total_;
  int64_t step_ = 0;
  bool is_measured_ = true;  ///< the epoch that ends at step_ has been validated
  double loss_ = std::numeric_limits<double>::quiet_NaN();
  std::map<std::string, double> accuracy_;
  std::vector<ZeroShotTask> tasks_;
  std::unique_ptr<RunLog> log_;
};

}  // namespace

ContrastiveResult run_contrastive(const ContrastiveOptions& options, const CancelToken& cancel) {
  at::set_num_threads(thread_count(options.threads));
  std::filesystem::create_directories(options.out);
  return ContrastiveRun(options, cancel).run();
}

}  // namespace galen::train
