// `galen train finetune DATA --encoder FILE --out DIR`.

#include "train/finetune/finetune.h"

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <memory>

#include "base/json.h"
#include "cli/train/train_verbs.h"

namespace galen::cli {
namespace {

using train::FinetuneOptions;

int finetune(const Context& context, FinetuneOptions options) {
  options.seed = context.seed;
  options.threads = context.threads;
  const train::FinetuneResult result = run_finetune(options, context.cancel);
  if (context.json) {
    Json json = {{"classifier", result.folder.string()},
                 {"model", result.model.string()},
                 {"validation_auc", result.best_validation},
                 {"best_epoch", result.best_epoch}};
    for (const auto& [name, measured] : result.test) {
      json["test"][name] = {{"value", measured.value},
                            {"low", measured.interval.low},
                            {"high", measured.interval.high}};
    }
    fmt::print("{}\n", json.dump(2));
    return 0;
  }
  fmt::print("{}: validation AUC {:.4f} in epoch {}\n", result.folder.string(),
             result.best_validation, result.best_epoch);
  for (const auto& [name, measured] : result.test) {
    fmt::print("test {}: {:.4f} ({:.4f} to {:.4f})\n", name, measured.value, measured.interval.low,
               measured.interval.high);
  }
  if (!result.model.empty()) fmt::print("model: {}\n", result.model.string());
  return 0;
}

void add_data_options(CLI::App& verb, FinetuneOptions& options) {
  verb.add_option("data", options.data, "List (path, label or labels, group, split) of pictures")
      ->required()
      ->type_name("FILE");
  verb.add_option("--encoder", options.encoder,
                  "Encoder in timm's naming (galen train ssl), or a SigLIP folder")
      ->required()
      ->type_name("FILE");
  verb.add_option("-o,--out", options.out, "Run folder; a run in it goes on")
      ->required()
      ->type_name("DIR");
  verb.add_option("--train-split", options.train_split, "Rows to train on")->type_name("NAME");
  verb.add_option("--val-split", options.validation_split, "Rows that pick the best epoch")
      ->type_name("NAME");
  verb.add_option("--test-split", options.test_split, "Rows of the last measurement")
      ->type_name("NAME");
  verb.add_flag("--multi-label", options.multi_label,
                "A picture may have several labels, joined by |, or none");
  verb.add_option("--image-size", options.image_size, "Pixels; 0 = the encoder's own")
      ->type_name("N")
      ->check(CLI::Range(0, 2048));
  verb.add_option("--workers", options.workers, "Threads that read pictures")
      ->type_name("N")
      ->check(CLI::Range(1, 256));
}

void add_training_options(CLI::App& verb, FinetuneOptions& options) {
  verb.add_option("--head-epochs", options.head_epochs, "Epochs of the head alone, first")
      ->type_name("N")
      ->check(CLI::Range(0, 100000));
  verb.add_option("--epochs", options.epochs, "Epochs of head and encoder, then; 0 = none")
      ->type_name("N")
      ->check(CLI::Range(0, 100000));
  verb.add_option("--head-lr", options.head_lr, "Learning rate of the head's epochs")
      ->type_name("X")
      ->check(CLI::PositiveNumber);
  verb.add_option("--lr", options.lr, "Peak learning rate after that")
      ->type_name("X")
      ->check(CLI::PositiveNumber);
  verb.add_option("--weight-decay", options.weight_decay, "AdamW's, of matrices; 0 is Adam")
      ->type_name("X")
      ->check(CLI::NonNegativeNumber);
  verb.add_option("--batch", options.batch, "Pictures of a step, of all processes together")
      ->type_name("N")
      ->check(CLI::Range(1, 1 << 20));
  verb.add_flag("--flips", options.flips, "Flip and turn training views: tissue has no upright");
  verb.add_option("--checkpoint-every", options.checkpoint_every,
                  "Steps; 0 = at the end of each epoch")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber);
}

}  // namespace

void add_train_finetune(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("finetune", "An image classifier on a pre-trained encoder");
  auto options = std::make_shared<FinetuneOptions>();
  add_data_options(*verb, *options);
  add_training_options(*verb, *options);
  verb->footer("Example:\n  galen train finetune tiles.csv --encoder encoder.safetensors -o run\n");
  set_action(*verb, context, [&context, options] { return finetune(context, *options); });
}

}  // namespace galen::cli
