#include "train/polygenic/vit_head.h"

#include <cmath>
#include <fmt/format.h>
#include <map>
#include <memory>
#include <numeric>
#include <span>
#include <torch/torch.h>

#include <galen/prs_image.h>

#include "base/progress.h"
#include "base/raise.h"
#include "base/sha256.h"
#include "eval/metrics/ranking.h"
#include "train/nn/encoder.h"
#include "train/optim/optimiser.h"
#include "train/optim/parameters.h"
#include "train/optim/schedule.h"
#include "train/probe/scaler.h"
#include "train/run/checkpoint.h"
#include "train/run/run_log.h"
#include "train/run/run_options.h"
#include "train/views/random.h"

namespace galen::train {
namespace {

constexpr int64_t kEvaluationBatch = 256;

class PictureModel : public torch::nn::Module {
 public:
  PictureModel(const std::string& architecture, int64_t demographics, int64_t hidden,
               int64_t outcomes)
      : encoder_(register_module("encoder", make_encoder(architecture))),
        joined_(
            register_module("joined", torch::nn::Linear(encoder_->width() + demographics, hidden))),
        output_(register_module("output", torch::nn::Linear(hidden, outcomes))) {}

  /// @return logits [B, outcomes]
  torch::Tensor forward(const torch::Tensor& pictures, const torch::Tensor& demographics) {
    const torch::Tensor seen = torch::cat({encoder_->features(pictures), demographics}, 1);
    return output_(torch::gelu(joined_(seen)));
  }

 private:
  std::shared_ptr<Encoder> encoder_;
  torch::nn::Linear joined_;
  torch::nn::Linear output_;
};

/// Pictures and demographics of everybody as tensors.
struct Inputs {
  torch::Tensor pictures;      // people x 3 x size x size, bytes
  torch::Tensor demographics;  // people x demographics, standardised
  int square = 0;
  int size = 0;

  [[nodiscard]] torch::Tensor pictures_of(const torch::Tensor& rows) const {
    return pictures.index_select(0, rows).to(torch::kFloat32) / 127.5 - 1;
  }
};

std::vector<std::size_t> people_of(const Cohort& cohort, const std::string& split) {
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < cohort.people.size(); ++i) {
    if (cohort.splits[i] == split) rows.push_back(i);
  }
  return rows;
}

Inputs inputs_of(const Cohort& cohort) {
  const std::vector<std::size_t> training = people_of(cohort, "train");
  const PrsImageScale scale = fit_prs_image(cohort.scores, take(cohort.people, training));
  const auto people = static_cast<int64_t>(cohort.people.size());
  Inputs inputs;
  inputs.square = scale.options.square;
  inputs.size = scale.options.size;
  inputs.pictures = torch::empty({people, 3, inputs.size, inputs.size}, torch::kUInt8);
  for (int64_t i = 0; i < people; ++i) {
    Image picture = prs_image(scale, cohort.scores, static_cast<std::size_t>(i));
    const torch::Tensor pixels =
        torch::from_blob(picture.data.data(), {inputs.size, inputs.size, 3}, torch::kUInt8);
    inputs.pictures[i].copy_(pixels.permute({2, 0, 1}));
  }
  const Matrix standard =
      Scaler::fit(take_rows(cohort.demographic_values, training)).apply(cohort.demographic_values);
  inputs.demographics = torch::zeros({people, static_cast<int64_t>(standard.columns)});
  for (std::size_t i = 0; i < standard.values.size(); ++i)
    inputs.demographics.data_ptr<float>()[i] = static_cast<float>(standard.values[i]);
  return inputs;
}

/// people x outcomes: 1, 0, or -1 where it is not known.
torch::Tensor labels_of(const Cohort& cohort, std::size_t outcomes) {
  torch::Tensor labels =
      torch::empty({static_cast<int64_t>(cohort.people.size()), static_cast<int64_t>(outcomes)});
  for (std::size_t o = 0; o < outcomes; ++o) {
    for (std::size_t i = 0; i < cohort.people.size(); ++i)
      labels.data_ptr<float>()[i * outcomes + o] = static_cast<float>(cohort.outcomes[o][i]);
  }
  return labels;
}

template <typename T>
void add_numbers(const std::vector<T>& values, Sha256& digest) {
  digest.update(std::span<const std::uint8_t>(reinterpret_cast<const std::uint8_t*>(values.data()),
                                              values.size() * sizeof(T)));
}

/// Digest of all that the ViT learns from, so that a run does not go on with other people, scores
/// or outcomes of the same number.
std::string digest_of(const Cohort& cohort, std::size_t outcomes) {
  Sha256 digest;
  for (const auto* words : {&cohort.people, &cohort.splits, &cohort.scores.scores}) {
    for (const std::string& word : *words) digest.update(word + "\n");
  }
  add_numbers(cohort.scores.sums, digest);
  add_numbers(cohort.demographic_values.values, digest);
  for (std::size_t o = 0; o < outcomes; ++o) add_numbers(cohort.outcomes[o], digest);
  return digest.hex();
}

class VitHeadRun {
 public:
  VitHeadRun(const Cohort& cohort, std::size_t outcomes, const VitHeadOptions& options,
             const std::filesystem::path& folder, const CancelToken& cancel)
      : cohort_(cohort),
        outcomes_(outcomes),
        options_(options),
        folder_(folder),
        cancel_(cancel),
        inputs_(inputs_of(cohort)),
        labels_(labels_of(cohort, outcomes)),
        training_(people_of(cohort, "train")),
        data_sha256_(digest_of(cohort, outcomes)) {
    if (training_.empty()) raise(ErrorKind::invalid_argument, "nobody has the split 'train'");
    torch::manual_seed(mix(options.seed, 0));
    model_ = make_model();
    best_ = make_model();
    optimiser_ = make_adamw(parameters_of(*model_, "model"));
    batches_ = (training_.size() + batch() - 1) / batch();
  }

  VitHeadResult run() {
    resume();
    RunLog log(folder_, epoch_);
    Progress progress("vit", static_cast<std::uint64_t>(options_.epochs), "epochs");
    progress.advance(static_cast<std::uint64_t>(epoch_));
    while (epoch_ < options_.epochs) {
      const double loss = train_epoch();
      ++epoch_;
      const double auc = mean_auc(probabilities(*model_));
      log.write(epoch_, {{"loss", loss}, {"validation_auc", auc}});
      if (result_.best_epoch == 0 || auc > result_.best_auc) {
        result_.best_epoch = epoch_;
        result_.best_auc = auc;
        copy_weights(*model_, *best_);
      }
      save();
      progress.advance();
    }
    result_.probabilities = probabilities(*best_);
    return std::move(result_);
  }

 private:
  [[nodiscard]] std::size_t batch() const { return static_cast<std::size_t>(options_.batch); }

  [[nodiscard]] std::shared_ptr<PictureModel> make_model() const {
    const std::string architecture =
        fmt::format("vit_{}_patch{}_{}", options_.size, inputs_.square, inputs_.size);
    return std::make_shared<PictureModel>(architecture, inputs_.demographics.size(1),
                                          options_.hidden, static_cast<int64_t>(outcomes_));
  }

  [[nodiscard]] Json describe() const {
    return {{"size", options_.size},      {"hidden", options_.hidden},
            {"epochs", options_.epochs},  {"batch", options_.batch},
            {"lr", options_.lr},          {"weight_decay", options_.weight_decay},
            {"seed", options_.seed},      {"people", cohort_.people.size()},
            {"outcomes", outcomes_},      {"scores", cohort_.scores.scores.size()},
            {"data_sha256", data_sha256_}};
  }

  static void copy_weights(const torch::nn::Module& from, torch::nn::Module& to) {
    std::map<std::string, torch::Tensor> tensors;
    collect(from, "", tensors);
    restore(to, "", tensors);
  }

  void resume() {
    const auto found = CheckpointFolder(folder_).load_latest();
    if (!found) return;
    require_same_options(found->facts.at("options"), describe(), folder_);
    restore(*model_, "model.", found->tensors);
    restore(*best_, "best.", found->tensors);
    optimiser_->restore(found->tensors);
    epoch_ = found->facts.at("epoch").get<int>();
    result_.best_epoch = found->facts.at("best_epoch").get<int>();
    result_.best_auc = found->facts.at("best_auc").get<double>();
  }

  void save() const {
    Checkpoint checkpoint{.tensors = optimiser_->state(),
                          .facts = {{"options", describe()},
                                    {"epoch", epoch_},
                                    {"best_epoch", result_.best_epoch},
                                    {"best_auc", result_.best_auc}}};
    collect(*model_, "model.", checkpoint.tensors);
    collect(*best_, "best.", checkpoint.tensors);
    CheckpointFolder(folder_).save(epoch_, checkpoint);
  }

  double train_epoch() {
    model_->train();
    const Shuffle shuffle(training_.size(),
                          mix(options_.seed, static_cast<std::uint64_t>(epoch_) + 1));
    const CosineSchedule schedule{.peak = options_.lr,
                                  .warmup = static_cast<int64_t>(batches_),
                                  .total = options_.epochs * static_cast<int64_t>(batches_)};
    double sum = 0;
    for (std::size_t b = 0; b < batches_; ++b) {
      if (cancel_.is_cancelled()) {
        raise(ErrorKind::cancelled,
              "stopped in epoch {}; the same command goes on from the last whole one", epoch_ + 1);
      }
      std::vector<int64_t> rows;
      for (std::size_t i = b * batch(); i < std::min(training_.size(), (b + 1) * batch()); ++i)
        rows.push_back(static_cast<int64_t>(training_[shuffle(i)]));
      sum += train_batch(torch::tensor(rows), schedule.at(epoch_ * static_cast<int64_t>(batches_) +
                                                          static_cast<int64_t>(b)));
    }
    return sum / static_cast<double>(batches_);
  }

  double train_batch(const torch::Tensor& rows, double lr) {
    model_->zero_grad();
    const torch::Tensor wanted = labels_.index_select(0, rows);
    const torch::Tensor known = (wanted >= 0).to(torch::kFloat32);
    const torch::Tensor logits =
        model_->forward(inputs_.pictures_of(rows), inputs_.demographics.index_select(0, rows));
    const torch::Tensor losses = torch::binary_cross_entropy_with_logits(
        logits, wanted.clamp_min(0), {}, {}, at::Reduction::None);
    const torch::Tensor loss = (losses * known).sum() / known.sum().clamp_min(1);
    loss.backward();
    optimiser_->step(lr, options_.weight_decay);
    return loss.item<double>();
  }

  /// Of everybody.
  [[nodiscard]] Matrix probabilities(PictureModel& model) const {
    const torch::NoGradGuard no_grad;
    model.eval();
    const auto people = static_cast<int64_t>(cohort_.people.size());
    Matrix all(cohort_.people.size(), outcomes_);
    for (int64_t begin = 0; begin < people; begin += kEvaluationBatch) {
      const torch::Tensor rows = torch::arange(begin, std::min(people, begin + kEvaluationBatch));
      const torch::Tensor p =
          model.forward(inputs_.pictures_of(rows), inputs_.demographics.index_select(0, rows))
              .sigmoid()
              .to(torch::kFloat64)
              .contiguous();
      std::copy_n(p.data_ptr<double>(), p.numel(),
                  all.row(static_cast<std::size_t>(begin)).begin());
    }
    return all;
  }

  [[nodiscard]] double mean_auc(const Matrix& probabilities) const {
    double sum = 0;
    int count = 0;
    for (std::size_t o = 0; o < outcomes_; ++o) {
      std::vector<int> labels;
      std::vector<double> scores;
      for (const std::size_t row : cohort_.rows("val", o)) {
        labels.push_back(cohort_.outcomes[o][row]);
        scores.push_back(probabilities.row(row)[o]);
      }
      const double auc = eval::roc_auc(labels, scores);
      if (std::isnan(auc)) continue;
      sum += auc;
      ++count;
    }
    if (count == 0) {
      raise(ErrorKind::invalid_argument,
            "the split 'val' has no outcome with both cases and controls; it picks the epoch");
    }
    return sum / count;
  }

  const Cohort& cohort_;
  std::size_t outcomes_;
  const VitHeadOptions& options_;
  std::filesystem::path folder_;
  const CancelToken& cancel_;
  Inputs inputs_;
  torch::Tensor labels_;
  std::vector<std::size_t> training_;
  std::string data_sha256_;  // of what is learnt from
  std::size_t batches_ = 0;
  std::shared_ptr<PictureModel> model_;
  std::shared_ptr<PictureModel> best_;
  std::unique_ptr<Optimiser> optimiser_;
  int epoch_ = 0;
  VitHeadResult result_;
};

}  // namespace

VitHeadResult train_vit_head(const Cohort& cohort, std::size_t outcomes,
                             const VitHeadOptions& options, const std::filesystem::path& folder,
                             const CancelToken& cancel) {
  if (options.epochs < 1 || options.batch < 1 || options.hidden < 1) {
    raise(ErrorKind::invalid_argument, "{} epochs, batches of {}, {} hidden values: at least 1",
          options.epochs, options.batch, options.hidden);
  }
  return VitHeadRun(cohort, outcomes, options, folder, cancel).run();
}

}  // namespace galen::train
