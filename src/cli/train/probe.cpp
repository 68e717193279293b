// `galen train probe LIST --out DIR`.

#include "train/probe/probe.h"

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <map>
#include <memory>
#include <string>

#include "cli/output.h"
#include "cli/train/train_verbs.h"
#include "train/run/run_options.h"

namespace galen::cli {
namespace {

using train::Baseline;
using train::ProbeMethod;
using train::ProbeOptions;

struct ProbeArguments {
  ProbeOptions options;
  std::string baseline = "none";
  std::string method = "logistic";
  std::string multiclass = "multinomial";
};

const std::map<std::string, Baseline> kBaselines{
    {"none", Baseline::none}, {"pixels", Baseline::pixels}, {"colour", Baseline::colour}};
const std::map<std::string, ProbeMethod> kMethods{
    {"logistic", ProbeMethod::logistic}, {"knn", ProbeMethod::knn}, {"mlp", ProbeMethod::mlp}};

void print_metrics(const OrderedJson& metrics) {
  const auto number = [](const OrderedJson& value) {
    return value.is_number() ? fmt::format("{:.4f}", value.get<double>()) : "none";
  };
  for (const auto& [name, metric] : metrics.items()) {
    if (!metric.is_object()) continue;
    print(fmt::format("  {:<18} {}  ({} to {})\n", name, number(metric.at("value")),
                      number(metric.at("low")), number(metric.at("high"))));
  }
}

void print_result(const OrderedJson& result) {
  const auto& samples = result.at("samples");
  const auto& groups = result.at("groups");
  print(fmt::format("{} on {} ({} values), {} classes\n", result.at("method").get<std::string>(),
                    result.at("features").get<std::string>(), result.at("width").get<int>(),
                    result.at("classes").size()));
  print(fmt::format("train {} rows of {} groups, test {} rows of {} groups\n",
                    samples.at("train").get<int>(), groups.at("train").get<int>(),
                    samples.at("test").get<int>(), groups.at("test").get<int>()));
  print_metrics(result.at("test"));
  if (!result.contains("youden")) return;
  const OrderedJson& threshold = result.at("youden").at("threshold");
  if (threshold.is_number())
    print(fmt::format("at probability {:.4f} (Youden, from the training folds)\n",
                      threshold.get<double>()));
  print_metrics(result.at("youden"));
}

int probe(const Context& context, const ProbeArguments& arguments) {
  train::require_one_process("probe");
  ProbeOptions options = arguments.options;
  options.features.baseline = kBaselines.at(arguments.baseline);
  options.method = kMethods.at(arguments.method);
  options.logistic.one_vs_rest = arguments.multiclass == "ovr";
  options.features.model = context.model;
  options.features.threads = context.threads;
  options.logistic.threads = context.threads;
  options.knn.threads = context.threads;
  options.mlp.threads = context.threads;
  options.mlp.seed = context.seed;
  options.seed = context.seed;
  const OrderedJson result = train::run_probe(options, context.cancel);
  if (context.json) {
    print_json(result);
  } else {
    print_result(result);
  }
  return 0;
}

void add_list_options(CLI::App& verb, train::ListOptions& list) {
  verb.add_option("list", list.list, "CSV or JSONL: path, label, and where known group and split")
      ->required()
      ->type_name("FILE");
  verb.add_option("--path-column", list.path_column,
                  "Column of the path; else path, file or name, what there is")
      ->type_name("NAME");
  verb.add_option("--label-column", list.label_column, "Column of the class")->type_name("NAME");
  verb.add_option("--group-column", list.group_column, "Column of the patient or slide")
      ->type_name("NAME");
  verb.add_option("--split-column", list.split_column, "Column of the split")->type_name("NAME");
  verb.add_option("--train-split", list.train_splits, "Splits to learn from")->type_name("NAME");
  verb.add_option("--test-split", list.test_splits, "Splits to measure on")->type_name("NAME");
}

void add_method_options(CLI::App& verb, ProbeArguments& arguments) {
  ProbeOptions& options = arguments.options;
  verb.add_option("--method", arguments.method, "Classifier")
      ->type_name("METHOD")
      ->check(CLI::IsMember({"logistic", "knn", "mlp"}));
  verb.add_option("--multiclass", arguments.multiclass, "Logistic regression of several classes")
      ->type_name("HOW")
      ->check(CLI::IsMember({"multinomial", "ovr"}));
  verb.add_option("--cs", options.logistic.cs,
                  "Values of C to try; without it ten from 1e-4 to 1e4")
      ->type_name("C")
      ->check(CLI::PositiveNumber);
  verb.add_option("--k", options.knn.k, "Neighbours of knn")
      ->type_name("N")
      ->check(CLI::Range(1, 1000000));
  verb.add_option("--temperature", options.knn.temperature, "Temperature of knn's votes")
      ->type_name("T")
      ->check(CLI::PositiveNumber);
  verb.add_option("--hidden", options.mlp.hidden, "Width of the mlp's hidden layer")
      ->type_name("N")
      ->check(CLI::Range(1, 65536));
  verb.add_option("--epochs", options.mlp.epochs, "Epochs of the mlp")
      ->type_name("N")
      ->check(CLI::Range(1, 100000));
  verb.add_option("--batch", options.mlp.batch, "Batch of the mlp")
      ->type_name("N")
      ->check(CLI::Range(1, 1000000));
  verb.add_option("--lr", options.mlp.learning_rate, "Learning rate of the mlp")
      ->type_name("RATE")
      ->check(CLI::PositiveNumber);
}

}  // namespace

void add_train_probe(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("probe", "A classifier on frozen features, with its test");
  auto arguments = std::make_shared<ProbeArguments>();
  ProbeOptions& options = arguments->options;
  add_list_options(*verb, options.list);
  verb->add_option("--out", options.out,
                   "Folder for probe.json, probe.safetensors, predictions.csv")
      ->required()
      ->type_name("DIR");
  auto* features =
      verb->add_option("--features", options.features.file,
                       "What `galen embed` wrote; without it --model encodes the images")
          ->type_name("FILE");
  verb->add_option("--baseline", arguments->baseline,
                   "Features without a model: 24 x 24 pixels, or statistics of colour")
      ->type_name("KIND")
      ->check(CLI::IsMember({"none", "pixels", "colour"}))
      ->excludes(features);
  add_method_options(*verb, *arguments);
  verb->add_option("--folds", options.folds, "Folds of the cross-validation")
      ->type_name("N")
      ->check(CLI::Range(2, 1000));
  verb->add_option("--bootstrap", options.bootstrap, "Resamples of the 95 % intervals")
      ->type_name("N")
      ->check(CLI::Range(1, 1000000));
  verb->footer(
      "Examples:\n"
      "  galen train probe labels.csv --group-column patient --model medsiglip-448 --out run\n"
      "  galen train probe labels.csv --group-column patient --baseline pixels --out pixels\n");
  set_action(*verb, context, [&context, arguments] { return probe(context, *arguments); });
}

}  // namespace galen::cli
