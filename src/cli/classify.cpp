// `galen classify IMAGE... [--labels LABELS]`.

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <galen/classify.h>
#include <galen/error.h>

#include "base/progress.h"
#include "cli/exit_status.h"
#include "cli/inputs.h"
#include "cli/output.h"
#include "cli/verbs.h"

namespace galen::cli {
namespace {

struct ClassifyArguments {
  std::vector<std::string> names;
  std::string labels;
  bool tf_resize = false;
};

void print_scores(const Context& context, const std::string& name,
                  const std::vector<LabelScore>& scores) {
  if (context.json) {
    OrderedJson json;
    json["input"] = name;
    json["scores"] = OrderedJson::array();
    for (const LabelScore& score : scores) {
      json["scores"].push_back({{"group", score.group},
                                {"label", score.label},
                                {"probability", score.probability},
                                {"sigmoid", score.sigmoid},
                                {"cosine", score.cosine}});
    }
    json["not_for_clinical_use"] = true;
    return print(json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace) + "\n");
  }
  print(fmt::format("{}\n", name));
  for (const LabelScore& score : scores) {
    print(fmt::format("  {:<32} {:<32} {:6.1f} %   sigmoid {:.4f}   cosine {:+.4f}\n", score.group,
                      score.label, 100 * score.probability, score.sigmoid, score.cosine));
  }
}

void print_classes(const Context& context, const std::string& name,
                   const std::vector<ClassScore>& scores) {
  if (context.json) {
    OrderedJson json;
    json["input"] = name;
    json["classes"] = OrderedJson::array();
    for (const ClassScore& score : scores)
      json["classes"].push_back({{"label", score.label}, {"probability", score.probability}});
    json["not_for_clinical_use"] = true;
    return print(json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace) + "\n");
  }
  print(fmt::format("{}\n", name));
  for (const ClassScore& score : scores)
    print(fmt::format("  {:<32} {:6.1f} %\n", score.label, 100 * score.probability));
}

/// Scores one input and prints.
using Scorer = std::function<void(const std::string& name, const Input& input)>;

int classify_each(const Context& context, const ClassifyArguments& arguments,
                  const Scorer& scorer) {
  Progress progress("classify", arguments.names.size(), "inputs");
  std::size_t failed = 0;
  int status = 0;
  for (const std::string& name : arguments.names) {
    context.cancel.check();
    try {
      for (const Input& input : open_named(name, {})) scorer(name, input);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::cancelled) throw;
      ++failed;
      status = exit_code(error.kind());
      fmt::print(stderr, "galen: error: {}\n", error.what());
    }
    progress.advance();
  }
  return failed > 0 && arguments.names.size() > 1 ? kPartialFailure : status;
}

int classify(const Context& context, const ClassifyArguments& arguments) {
  const EmbedderOptions options{
      .model = context.model, .threads = context.threads, .tf_resize = arguments.tf_resize};
  if (arguments.labels.empty()) {
    TrainedClassifier classifier(options);
    return classify_each(context, arguments, [&](const std::string& name, const Input& input) {
      print_classes(context, name, classifier.classify(input));
    });
  }
  const std::vector<LabelGroup> groups = load_labels(arguments.labels);
  Embedder embedder(options);
  Classifier classifier(embedder, groups);
  return classify_each(context, arguments, [&](const std::string& name, const Input& input) {
    print_scores(context, name, classifier.classify(input));
  });
}

}  // namespace

void add_classify(CLI::App& app, Context& context) {
  auto* verb =
      app.add_subcommand("classify",
                         "Classify images: zero-shot with a two-tower model (MedSigLIP), or by the "
                         "classes a model was trained for");
  auto arguments = std::make_shared<ClassifyArguments>();
  verb->add_option("input", arguments->names, "Images, DICOM files, volumes or slides")
      ->required()
      ->type_name("INPUT");
  verb->add_option(
          "--labels", arguments->labels,
          fmt::format(
              "Labels with commas between them, a TOML file of prompts, or a published set: {}; "
              "without them the classes that galen train finetune taught the model",
              fmt::join(built_in_label_sets(), ", ")))
      ->type_name("LABELS");
  verb->add_flag("--tf-resize", arguments->tf_resize,
                 "Resize as MedSigLIP's published evaluation did (no antialias)");
  verb->footer(
      "Examples:\n"
      "  galen classify chest.dcm --labels cxr\n"
      "  galen classify tile.png --model runs/tissue/model\n"
      "  galen classify *.png --labels \"a melanoma,a benign naevus\" --json\n");
  set_action(*verb, context, [&context, arguments] { return classify(context, *arguments); });
}

}  // namespace galen::cli
