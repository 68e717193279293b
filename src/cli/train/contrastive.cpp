// `galen train contrastive LIST --out DIR`.

#include "train/contrastive/contrastive.h"

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <map>
#include <memory>

#include "base/json.h"
#include "cli/train/train_verbs.h"

namespace galen::cli {
namespace {

using train::Augmentation;
using train::ContrastiveOptions;

const std::map<std::string, Augmentation> kAugmentations{{"none", Augmentation::none},
                                                         {"light", Augmentation::light},
                                                         {"flip", Augmentation::flip},
                                                         {"pathology", Augmentation::pathology}};

int contrastive(const Context& context, ContrastiveOptions options) {
  options.seed = context.seed;
  options.threads = context.threads;
  const train::ContrastiveResult result = run_contrastive(options, context.cancel);
  if (context.json) {
    fmt::print("{}\n", Json{{"model", result.model.string()},
                            {"steps", result.steps},
                            {"loss", result.loss},
                            {"balanced_accuracy", result.accuracy}}
                           .dump(2));
    return 0;
  }
  fmt::print("{}: {} steps, loss {:.4f}\n", result.model.string(), result.steps, result.loss);
  for (const auto& [task, accuracy] : result.accuracy) {
    fmt::print("{}: zero-shot balanced accuracy {:.3f}\n", task, accuracy);
  }
  return 0;
}

void add_model_options(CLI::App& verb, ContrastiveOptions& options) {
  verb.add_option("--from", options.model, "SigLIP or MedSigLIP folder to go on from")
      ->type_name("DIR");
  verb.add_option("--new", options.new_size, "Make a new model of this size")
      ->type_name("SIZE")
      ->check(CLI::IsMember({"tiny", "small"}));
  verb.add_option("--init-vision", options.init_vision,
                  "New model: encoder in timm's naming (galen train ssl) to start from")
      ->type_name("FILE");
  verb.add_option("--tokenizer", options.tokenizer,
                  "New model: SentencePiece file; otherwise one is trained on the captions")
      ->type_name("FILE");
  verb.add_option("--vocabulary", options.vocabulary, "Most pieces of a trained tokenizer")
      ->type_name("N")
      ->check(CLI::Range(16, 256000));
  verb.add_option("--text-length", options.text_length, "New model: tokens of a text")
      ->type_name("N")
      ->check(CLI::Range(4, 512));
  verb.add_option("--image-size", options.image_size,
                  "Pixels; 0 = the model's own. Positions are resampled")
      ->type_name("N")
      ->check(CLI::Range(0, 2048));
}

void add_training_options(CLI::App& verb, ContrastiveOptions& options) {
  verb.add_option("--epochs", options.epochs, "Passes over the list")
      ->type_name("N")
      ->check(CLI::Range(1, 100000));
  verb.add_option("--batch", options.batch, "Pairs of a step, of all processes together")
      ->type_name("N")
      ->check(CLI::Range(2, 1 << 20));
  verb.add_option("--lr", options.lr, "Peak learning rate")
      ->type_name("X")
      ->check(CLI::PositiveNumber);
  verb.add_option("--vision-lr", options.vision_lr,
                  "Peak learning rate of the vision tower; 0 freezes it, below 0 as --lr")
      ->type_name("X");
  verb.add_option("--weight-decay", options.weight_decay, "AdamW's, of matrices")
      ->type_name("X")
      ->check(CLI::NonNegativeNumber);
  verb.add_option("--warmup", options.warmup_steps, "Steps up to the peak; then half a cosine")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber);
  verb.add_option("--clip", options.clip, "Largest norm of the gradient; 0 = no limit")
      ->type_name("X")
      ->check(CLI::NonNegativeNumber);
  verb.add_option("--augment", options.augmentation, "How training views are cut")
      ->type_name("KIND")
      ->transform(CLI::CheckedTransformer(kAugmentations));
  verb.add_flag("--same-caption-positive,!--only-own-caption", options.same_caption_positive,
                "Pictures of equal captions or labels are positive pairs");
}

}  // namespace

void add_train_contrastive(CLI::App& app, Context& context) {
  auto* verb =
      app.add_subcommand("contrastive", "SigLIP image-text training on captioned pictures");
  auto options = std::make_shared<ContrastiveOptions>();
  verb->add_option("list", options->list,
                   "CSV or JSONL: path, caption or captions, label, group, split")
      ->required()
      ->type_name("FILE");
  verb->add_option("-o,--out", options->out, "Run folder; a run in it goes on")
      ->required()
      ->type_name("DIR");
  add_model_options(*verb, *options);
  add_training_options(*verb, *options);
  verb->add_option("--train-split", options->train_split, "Rows to train on; empty = all")
      ->type_name("NAME");
  verb->add_option("--val-split", options->validation_split, "Rows of the zero-shot check")
      ->type_name("NAME");
  verb->add_option("--prompts", options->prompts,
                   "JSON {class: [prompts]} or {task: {class: [prompts]}} of the zero-shot check")
      ->type_name("FILE");
  verb->add_option("--workers", options->workers, "Threads that read pictures")
      ->type_name("N")
      ->check(CLI::Range(1, 256));
  verb->add_option("--checkpoint-every", options->checkpoint_every,
                   "Steps; 0 = at the end of each epoch")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber);
  verb->footer(
      "Example:\n  galen train contrastive captions.jsonl --new tiny --init-vision "
      "encoder.safetensors "
      "-o run\n");
  set_action(*verb, context, [&context, options] { return contrastive(context, *options); });
}

}  // namespace galen::cli
