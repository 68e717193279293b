#include "train/mil/mil.h"

#include <map>

#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "base/raise.h"
#include "base/sha256.h"
#include "train/mil/attention_map.h"
#include "train/mil/fold_run.h"
#include "train/mil/mil_report.h"
#include "train/views/random.h"

namespace galen::train {
namespace {

const std::map<std::string, AggregatorKind> kAggregators{
    {"mean", AggregatorKind::mean},        {"max", AggregatorKind::max},
    {"abmil", AggregatorKind::abmil},      {"abmil-plain", AggregatorKind::abmil_plain},
    {"clam-sb", AggregatorKind::clam_sb},  {"clam-mb", AggregatorKind::clam_mb},
    {"transmil", AggregatorKind::transmil}};

const std::map<std::string, InstanceLoss> kInstanceLosses{
    {"none", InstanceLoss::none}, {"ce", InstanceLoss::cross_entropy}, {"svm", InstanceLoss::svm}};

const std::map<std::string, MilOptimiser> kOptimisers{
    {"adamw", MilOptimiser::adamw}, {"lookahead-radam", MilOptimiser::lookahead_radam}};

const char* name_of(MilTask task) {
  switch (task) {
    case MilTask::classification: return "classification";
    case MilTask::regression: return "regression";
    case MilTask::survival: return "survival";
  }
  raise(ErrorKind::internal, "an unknown task");
}

template <typename Value>
Value look_up(const std::map<std::string, Value>& known, const std::string& name) {
  const auto found = known.find(name);
  if (found == known.end()) raise(ErrorKind::invalid_argument, "{}: no such choice", name);
  return found->second;
}

AggregatorOptions model_options(const MilOptions& options, const BagList& list) {
  AggregatorOptions model;
  model.kind = look_up(kAggregators, options.aggregator);
  model.features = static_cast<int64_t>(list.width);
  model.outputs = list.classes.empty() ? 1 : static_cast<int64_t>(list.classes.size());
  model.hidden = options.hidden;
  model.attention = options.attention_width;
  model.dropout = options.dropout;
  model.instance_loss = look_up(kInstanceLosses, options.instance_loss);
  model.instance_patches = options.instance_patches;
  model.subtyping = options.subtyping;
  if (model.kind == AggregatorKind::transmil && model.hidden % model.heads != 0) {
    raise(ErrorKind::invalid_argument, "transmil: --hidden {} is no multiple of its {} heads",
          model.hidden, model.heads);
  }
  return model;
}

/// TransMIL is trained with lookahead-RAdam as published, the others with AdamW.
std::string optimiser_name(const MilOptions& options) {
  if (options.optimiser != "auto") return options.optimiser;
  return options.aggregator == "transmil" ? "lookahead-radam" : "adamw";
}

/// Everything that changes the result.
OrderedJson describe_options(const MilOptions& options) {
  const MilTraining& training = options.training;
  return {{"task", name_of(options.list.task)},
          {"aggregator", options.aggregator},
          {"hidden", options.hidden},
          {"attention_width", options.attention_width},
          {"heads", AggregatorOptions{}.heads},
          {"landmarks", AggregatorOptions{}.landmarks},
          {"dropout", options.dropout},
          {"instance_loss", options.instance_loss},
          {"instance_patches", options.instance_patches},
          {"subtyping", options.subtyping},
          {"epochs", training.epochs},
          {"batch", training.batch},
          {"optimiser", optimiser_name(options)},
          {"learning_rate", training.learning_rate},
          {"weight_decay", training.weight_decay},
          {"bag_weight", training.bag_weight},
          {"weighted_sampling", training.weighted_sampling},
          {"patience", training.patience},
          {"min_epochs", training.min_epochs},
          {"folds", options.folds},
          {"seed", training.seed}};
}

/// Changes with the options, the slides, their splits, targets and features.
std::string hash_of(const OrderedJson& options, const BagList& list) {
  Sha256 hash;
  hash.update(options.dump());
  hash.update(std::to_string(list.width));
  for (const Bag& bag : list.bags) {
    const auto time = std::filesystem::last_write_time(bag.file).time_since_epoch().count();
    hash.update(fmt::format("\n{}\t{}\t{}\t{}\t{}\t{}\t{}", bag.slide, bag.group, bag.split,
                            bag.label, bag.value, bag.event, bag.patches));
    hash.update(fmt::format("\t{}\t{}", bag.file.string(), time));
  }
  return hash.hex();
}

OrderedJson describe_fold(const BagFold& fold, const FoldRun& run) {
  return {{"train", fold.train.size()},     {"validation", fold.validation.size()},
          {"test", fold.test.size()},       {"epochs", run.epochs_done()},
          {"best_epoch", run.best_epoch()}, {"best_validation_loss", run.best_loss()}};
}

void save_attention(const MilOptions& options, const BagList& list, const BagFold& fold,
                    FoldRun& run) {
  if (options.attention == AttentionFormat::none) return;
  const std::filesystem::path folder = options.out / "attention";
  std::filesystem::create_directories(folder);
  for (const std::size_t bag : fold.test) {
    const torch::Tensor attention = run.attention(bag);
    if (attention.defined()) write_attention(folder, list.bags[bag], attention, options.attention);
  }
}

}  // namespace

MilOutcome run_mil(const MilOptions& options, const CancelToken& cancel) {
  torch::set_num_threads(thread_count(options.threads));
  const BagList list = read_bag_list(options.list);
  if (!list.has_groups) {
    log_warning(fmt::format("{}: no column '{}': every slide counts as its own patient",
                            options.list.list.string(), options.list.group_column));
  }
  const AggregatorOptions model = model_options(options, list);
  const OrderedJson described = describe_options(options);
  MilTraining training = options.training;
  training.task = options.list.task;
  training.optimiser = look_up(kOptimisers, optimiser_name(options));
  training.options_hash = hash_of(described, list);
  const std::uint64_t seed = training.seed;
  const auto folds = make_bag_folds(list, training.task, options.folds, seed);

  BagStore store(list.bags, available_memory() / 4);
  BagPredictions predictions;
  OrderedJson fold_facts = OrderedJson::array();
  Progress progress("mil", folds.size(), "folds");
  for (std::size_t k = 0; k < folds.size(); ++k) {
    const std::filesystem::path folder = options.out / fmt::format("fold-{}", k);
    std::filesystem::create_directories(folder);
    training.seed = mix(seed, k);
    FoldRun run(list, store, folds[k], model, training, folder);
    run.train(cancel);
    predictions.append(static_cast<int>(k), folds[k].test, run.predict(folds[k].test));
    save_attention(options, list, folds[k], run);
    fold_facts.push_back(describe_fold(folds[k], run));
    progress.advance();
  }
  MilOutcome outcome;
  outcome.problems = list.problems;
  outcome.result = {{"galen", GALEN_VERSION},
                    {"list", options.list.list.string()},
                    {"classes", list.classes},
                    {"width", list.width},
                    {"slides", {{"used", list.bags.size()}, {"left_out", list.problems.size()}}},
                    {"options", described},
                    {"folds", fold_facts}};
  outcome.result["test"] =
      report_bags(predictions, list, training.task, {.resamples = options.bootstrap, .seed = seed});
  save_bag_predictions(options.out / "predictions.csv", predictions, list, training.task);
  write_file(options.out / "mil.json", outcome.result.dump(2) + "\n");
  return outcome;
}

}  // namespace galen::train
