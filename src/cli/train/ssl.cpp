// `galen train ssl --data DIR --out DIR`.

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <galen/error.h>

#include "base/json.h"
#include "base/raise.h"
#include "cli/train/train_verbs.h"
#include "train/ssl/run.h"

namespace galen::cli {
namespace {

const std::map<std::string, train::StainChange> kStains{
    {"none", train::StainChange::none},
    {"hed-jitter", train::StainChange::hed_jitter},
    {"rand-stain-na", train::StainChange::rand_stain_na},
    {"macenko-augment", train::StainChange::macenko_augment},
    {"macenko-normalise", train::StainChange::macenko_normalise}};

struct SslArguments {
  train::SslOptions options;
  std::vector<std::string> settings;
  train::StainChange stain = train::StainChange::none;
  std::string stain_statistics;
  bool is_pathology = false;
  std::vector<double> mpp_range;
};

std::pair<std::string, double> parse_setting(const std::string& text) {
  const auto equals = text.find('=');
  std::size_t used = 0;
  double value = 0;
  try {
    if (equals != std::string::npos) value = std::stod(text.substr(equals + 1), &used);
  } catch (const std::exception&) {
    used = 0;
  }
  if (equals == std::string::npos || used == 0 || equals + 1 + used != text.size()) {
    raise(ErrorKind::invalid_argument, "--set {}: expected NAME=NUMBER", text);
  }
  return {text.substr(0, equals), value};
}

/// --stain, or RandStainNA where only its statistics are given.
train::StainSpec stain_spec(const SslArguments& arguments) {
  using train::StainChange;
  train::StainSpec spec;
  spec.change = arguments.stain;
  const bool has_statistics = !arguments.stain_statistics.empty();
  if (spec.change == StainChange::none && has_statistics) spec.change = StainChange::rand_stain_na;
  if ((spec.change == StainChange::rand_stain_na) != has_statistics) {
    raise(ErrorKind::invalid_argument,
          "--stain rand-stain-na and --stain-statistics FILE go together; galen train stain makes "
          "the file");
  }
  if (has_statistics) spec.statistics = train::load_stain_statistics(arguments.stain_statistics);
  return spec;
}

int ssl(const Context& context, const SslArguments& arguments) {
  train::SslOptions options = arguments.options;
  for (const std::string& text : arguments.settings) options.settings.insert(parse_setting(text));
  options.threads = context.threads;
  options.seed = context.seed;
  if (!arguments.mpp_range.empty()) {
    options.source.slides.mpp_range = {arguments.mpp_range[0], arguments.mpp_range[1]};
  }
  if (arguments.is_pathology) {
    options.pathology.has_right_turns = true;
    options.pathology.vertical_flip = 0.5;
  }
  options.pathology.stain = stain_spec(arguments);
  const train::SslResult result = train::run_ssl(options, context.cancel);
  if (context.json) {
    fmt::print("{}\n", Json({{"steps", result.steps},
                             {"loss", result.loss},
                             {"images_per_second", result.images_per_second},
                             {"finished", result.is_finished},
                             {"encoder", (options.out / "encoder.safetensors").string()}})
                           .dump());
  } else {
    fmt::print("{} after {} steps, loss {:.4f}, {:.1f} images/s: {}\n",
               result.is_finished ? "finished" : "stopped", result.steps, result.loss,
               result.images_per_second, (options.out / "encoder.safetensors").string());
  }
  return result.is_finished ? 0 : exit_code(ErrorKind::cancelled);
}

void add_data_options(CLI::App& verb, SslArguments& arguments) {
  train::SslOptions& options = arguments.options;
  verb.add_option("--data", options.data,
                  "Folder, list (CSV or JSONL), slide or picture to learn from; several mix")
      ->required()
      ->type_name("FILE");
  verb.add_option("--weights", options.weights,
                  "How often an epoch shows the pictures of each --data")
      ->type_name("NUMBER");
  verb.add_option("--split", options.source.split, "Rows of a list with this value in `split`")
      ->type_name("NAME");
  verb.add_option("--path-column", options.source.path_column, "Column of a list with the file")
      ->type_name("NAME");
  verb.add_option("--group-column", options.source.group_column,
                  "Column of a list with the patient, slide or origin")
      ->type_name("NAME")
      ->capture_default_str();
  verb.add_option("--mpp", options.source.slides.mpps,
                  "Micrometres per pixel of patches from slides, each as likely")
      ->type_name("NUMBER");
  verb.add_option("--mpp-range", arguments.mpp_range,
                  "Draw the micrometres per pixel from LOW to HIGH instead")
      ->type_name("NUMBER")
      ->expected(2);
  verb.add_flag("--pathology", arguments.is_pathology,
                "Views for tissue, which has no upright: right-angle turns, vertical flips");
  verb.add_flag("--centre-tied", options.pathology.is_centre_tied,
                "All views of a picture keep the centre of the first");
  verb.add_option("--stain", arguments.stain, "Change of stain that views undergo")
      ->type_name("KIND")
      ->transform(CLI::CheckedTransformer(kStains));
  verb.add_option("--stain-statistics", arguments.stain_statistics,
                  "RandStainNA with the statistics of this file (galen train stain)")
      ->type_name("FILE");
  verb.add_option("--workers", options.workers, "Threads that draw views")
      ->type_name("COUNT")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
}

void add_method_options(CLI::App& verb, SslArguments& arguments) {
  train::SslOptions& options = arguments.options;
  verb.add_option("--method", options.method, "How to learn")
      ->type_name("METHOD")
      ->check(CLI::IsMember({"simclr", "moco_v3", "dino", "msn", "mae"}))
      ->capture_default_str();
  verb.add_option("--arch", options.architecture,
                  "vit_{tiny,small,base}_patch{P}[_reg{R}]_{SIZE} or resnet50")
      ->type_name("NAME")
      ->capture_default_str();
  verb.add_option("--image-size", options.image_size,
                  "Side of the full views, if not the architecture's")
      ->type_name("PIXELS");
  verb.add_option("--start", options.start, "Encoder (safetensors, timm's names) to go on from")
      ->type_name("FILE");
  verb.add_option("--set", arguments.settings, "A number of the method, e.g. temperature=0.2")
      ->type_name("NAME=NUMBER");
}

void add_training_options(CLI::App& verb, SslArguments& arguments) {
  train::SslOptions& options = arguments.options;
  verb.add_option("--batch", options.batch, "Images a step, all processes together")
      ->type_name("COUNT")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str();
  auto* epochs = verb.add_option("--epochs", options.epochs, "Passes over the data")
                     ->type_name("NUMBER")
                     ->check(CLI::PositiveNumber);
  verb.add_option("--steps", options.steps, "Length of the run in steps")
      ->type_name("COUNT")
      ->check(CLI::PositiveNumber)
      ->excludes(epochs);
  verb.add_option("--warmup-epochs", options.warmup_epochs,
                  "Climb of the learning rate; default: the official share of the run")
      ->type_name("NUMBER")
      ->check(CLI::NonNegativeNumber);
  verb.add_option("--lr", options.learning_rate,
                  "Highest learning rate for 256 images a step; scales with --batch")
      ->type_name("NUMBER")
      ->check(CLI::PositiveNumber);
  verb.add_option("--weight-decay", options.weight_decay, "Held throughout")
      ->type_name("NUMBER")
      ->check(CLI::NonNegativeNumber);
  verb.add_option("--optimiser", options.optimiser, "Instead of the method's own")
      ->type_name("NAME")
      ->check(CLI::IsMember({"adamw", "lars"}));
}

void add_run_options(CLI::App& verb, SslArguments& arguments) {
  train::SslOptions& options = arguments.options;
  verb.add_option("--out", options.out, "Folder of the run; one that holds a checkpoint is resumed")
      ->required()
      ->type_name("DIR");
  verb.add_option("--checkpoint-every", options.checkpoint_every, "Steps between checkpoints")
      ->type_name("COUNT")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  verb.add_option("--log-every", options.log_every, "Steps between lines of log.jsonl")
      ->type_name("COUNT")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  verb.add_option("--monitor", options.monitor,
                  "Labelled pictures for kNN accuracy and feature spread during the run")
      ->type_name("FILE");
  verb.add_option("--monitor-split", options.monitor_split, "Its rows with this value in `split`")
      ->type_name("NAME");
  verb.add_option("--monitor-every", options.monitor_every, "Epochs between measurements")
      ->type_name("NUMBER")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  verb.add_option("--monitor-pictures", options.monitor_pictures, "At most so many, evenly")
      ->type_name("COUNT")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
}

}  // namespace

void add_train_ssl(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand(
      "ssl", "Pre-train an image encoder without labels: SimCLR, MoCo v3, DINO, MSN or MAE");
  auto arguments = std::make_shared<SslArguments>();
  add_data_options(*verb, *arguments);
  add_method_options(*verb, *arguments);
  add_training_options(*verb, *arguments);
  add_run_options(*verb, *arguments);
  verb->footer(
      "Example:\n  galen train ssl --data slides/ --method mae --arch vit_tiny_patch16_224 "
      "--batch 64 --epochs 100 --out runs/mae\n");
  set_action(*verb, context, [&context, arguments] { return ssl(context, *arguments); });
}

}  // namespace galen::cli
