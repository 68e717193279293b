// `galen train mil LIST --out DIR`.

#include "train/mil/mil.h"

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <map>
#include <memory>
#include <string>

#include "cli/exit_status.h"
#include "cli/output.h"
#include "cli/train/train_verbs.h"
#include "train/run/run_options.h"

namespace galen::cli {
namespace {

using train::AttentionFormat;
using train::MilOptions;
using train::MilTask;

struct MilArguments {
  MilOptions options;
  std::string task = "classification";
  std::string attention = "hdf5";
  int batch = 0;
};

const std::map<std::string, MilTask> kTasks{{"classification", MilTask::classification},
                                            {"regression", MilTask::regression},
                                            {"survival", MilTask::survival}};
const std::map<std::string, AttentionFormat> kFormats{{"none", AttentionFormat::none},
                                                      {"hdf5", AttentionFormat::hdf5},
                                                      {"csv", AttentionFormat::csv}};
/// Bags a step of survival, whose sets at risk lie within a batch.
constexpr int kSurvivalBatch = 32;

void print_result(const OrderedJson& result) {
  const auto number = [](const OrderedJson& value) {
    return value.is_number() ? fmt::format("{:.4f}", value.get<double>()) : "none";
  };
  print(fmt::format("{}, {} of {} slides in {} folds\n",
                    result.at("options").at("aggregator").get<std::string>(),
                    result.at("options").at("task").get<std::string>(),
                    result.at("slides").at("used").get<int>(), result.at("folds").size()));
  for (const auto& [name, metric] : result.at("test").items()) {
    print(fmt::format("  {:<18} {}  ({} to {})\n", name, number(metric.at("value")),
                      number(metric.at("low")), number(metric.at("high"))));
  }
}

int train_mil(const Context& context, const MilArguments& arguments) {
  train::require_one_process("mil");
  MilOptions options = arguments.options;
  options.list.task = kTasks.at(arguments.task);
  options.attention = kFormats.at(arguments.attention);
  const int usual_batch = options.list.task == MilTask::survival ? kSurvivalBatch : 1;
  options.training.batch = arguments.batch > 0 ? arguments.batch : usual_batch;
  options.training.seed = context.seed;
  options.threads = context.threads;
  const train::MilOutcome outcome = train::run_mil(options, context.cancel);
  if (context.json) {
    print_json(outcome.result);
  } else {
    print_result(outcome.result);
  }
  for (const std::string& problem : outcome.problems) report_error(problem);
  return outcome.problems.empty() ? 0 : kPartialFailure;
}

void add_list_options(CLI::App& verb, MilArguments& arguments) {
  train::BagListOptions& list = arguments.options.list;
  verb.add_option("list", list.list, "CSV or JSONL: slide, label (or time, event), group, split")
      ->required()
      ->type_name("FILE");
  verb.add_option("--bags", list.bags,
                  "Folder of SLIDE.h5 or SLIDE.safetensors; else that of the list")
      ->type_name("DIR");
  verb.add_option("--task", arguments.task, "What is predicted")
      ->type_name("TASK")
      ->check(CLI::IsMember({"classification", "regression", "survival"}));
  verb.add_option("--slide-column", list.slide_column, "Column of the slide")->type_name("NAME");
  verb.add_option("--label-column", list.label_column, "Column of the class or number")
      ->type_name("NAME");
  verb.add_option("--group-column", list.group_column, "Column of the patient")->type_name("NAME");
  verb.add_option("--split-column", list.split_column, "Column of train, val and test")
      ->type_name("NAME");
  verb.add_option("--time-column", list.time_column, "Column of the time")->type_name("NAME");
  verb.add_option("--event-column", list.event_column, "Column of 1 event or 0 censored")
      ->type_name("NAME");
}

void add_model_options(CLI::App& verb, MilOptions& options) {
  verb.add_option("--aggregator", options.aggregator, "From patches to the slide")
      ->type_name("KIND")
      ->check(
          CLI::IsMember({"mean", "max", "abmil", "abmil-plain", "clam-sb", "clam-mb", "transmil"}));
  verb.add_option("--hidden", options.hidden, "Width after the first layer")
      ->type_name("N")
      ->check(CLI::Range(1, 65536));
  verb.add_option("--attention-width", options.attention_width, "Inner width of the attention")
      ->type_name("N")
      ->check(CLI::Range(1, 65536));
  verb.add_option("--dropout", options.dropout, "Dropout")
      ->type_name("P")
      ->check(CLI::Range(0.0, 0.99));
  verb.add_option("--instance-loss", options.instance_loss, "CLAM's loss on single patches")
      ->type_name("KIND")
      ->check(CLI::IsMember({"none", "ce", "svm"}));
  verb.add_option("--instance-patches", options.instance_patches,
                  "Patches of most and of least attention in it")
      ->type_name("N")
      ->check(CLI::Range(1, 65536));
  verb.add_flag("--subtyping", options.subtyping, "CLAM: the classes exclude each other");
}

void add_training_options(CLI::App& verb, MilArguments& arguments) {
  train::MilTraining& training = arguments.options.training;
  verb.add_option("--epochs", training.epochs, "Epochs at most")
      ->type_name("N")
      ->check(CLI::Range(1, 1000000));
  verb.add_option("--batch", arguments.batch, "Slides a step; 0 = 1, or 32 for survival")
      ->type_name("N")
      ->check(CLI::Range(0, 1000000));
  verb.add_option("--optimiser", arguments.options.optimiser,
                  "auto: lookahead-radam for transmil, else adamw")
      ->type_name("KIND")
      ->check(CLI::IsMember({"auto", "adamw", "lookahead-radam"}));
  verb.add_option("--lr", training.learning_rate, "Learning rate")
      ->type_name("RATE")
      ->check(CLI::PositiveNumber);
  verb.add_option("--weight-decay", training.weight_decay, "Weight decay")
      ->type_name("RATE")
      ->check(CLI::NonNegativeNumber);
  verb.add_option("--bag-weight", training.bag_weight, "Share of the bag's loss beside CLAM's")
      ->type_name("P")
      ->check(CLI::Range(0.0, 1.0));
  verb.add_flag("--weighted-sampling", training.weighted_sampling, "Draw each class as often");
  verb.add_option("--patience", training.patience,
                  "Epochs without a better validation loss before it stops; 0 = never")
      ->type_name("N")
      ->check(CLI::Range(0, 1000000));
  verb.add_option("--min-epochs", training.min_epochs, "Epochs before which it does not stop")
      ->type_name("N")
      ->check(CLI::Range(0, 1000000));
  verb.add_option("--checkpoint-every", training.checkpoint_every, "Epochs between checkpoints")
      ->type_name("N")
      ->check(CLI::Range(1, 1000000));
}

}  // namespace

void add_train_mil(CLI::App& app, Context& context) {
  auto* verb =
      app.add_subcommand("mil", "A slide-level model on features of patches, with its test");
  auto arguments = std::make_shared<MilArguments>();
  MilOptions& options = arguments->options;
  add_list_options(*verb, *arguments);
  verb->add_option("--out", options.out, "Folder for mil.json, predictions.csv, models, attention")
      ->required()
      ->type_name("DIR");
  add_model_options(*verb, options);
  add_training_options(*verb, *arguments);
  verb->add_option("--folds", options.folds, "Folds of the cross-validation")
      ->type_name("N")
      ->check(CLI::Range(2, 1000));
  verb->add_option("--bootstrap", options.bootstrap, "Resamples of the 95 % intervals")
      ->type_name("N")
      ->check(CLI::Range(1, 1000000));
  verb->add_option("--attention-maps", arguments->attention, "Format of the test slides' maps")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"none", "hdf5", "csv"}));
  verb->footer(
      "Examples:\n"
      "  galen train mil slides.csv --bags features_uni_v2 --group-column patient --out run\n"
      "  galen train mil slides.csv --aggregator clam-sb --instance-loss svm --subtyping --out "
      "run\n"
      "  galen train mil slides.csv --task survival --out run\n");
  set_action(*verb, context, [&context, arguments] { return train_mil(context, *arguments); });
}

}  // namespace galen::cli
