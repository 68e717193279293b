// `galen train sft DATA --out DIR`.

#include "train/sft/sft.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <memory>

#include "cli/output.h"
#include "cli/train/train_verbs.h"
#include "cli/train/tuning.h"

namespace galen::cli {
namespace {

void print_result(const train::SftResult& result, bool json) {
  if (json) {
    print_json({{"steps", result.steps},
                {"loss", result.loss},
                {"validation_loss", result.validation_loss},
                {"exact_match", result.exact_match},
                {"tokens_per_second", result.tokens_per_second},
                {"left_out", result.too_long},
                {"model", result.model.string()}});
    return;
  }
  print(fmt::format("steps {}, loss {:.4f}, {:.0f} tokens/s\n", result.steps, result.loss,
                    result.tokens_per_second));
  if (result.validation_loss >= 0) {
    print(fmt::format("validation: loss {:.4f}, exact match {:.4f}\n", result.validation_loss,
                      result.exact_match));
  }
  if (result.too_long > 0) print(fmt::format("left out as too long: {}\n", result.too_long));
  print(fmt::format("model: {}\n", result.model.string()));
}

void add_what_trains(CLI::App& verb, train::SftOptions& o) {
  verb.add_flag("--full", o.full, "Train every weight of the decoder instead of a LoRA");
  verb.add_option("--dropout", o.dropout, "Dropout of the LoRA's input")
      ->type_name("X")
      ->capture_default_str();
  verb.add_flag("--new-projector", o.new_projector, "Start a projector from scratch");
  verb.add_option("--tokens-per-image", o.tokens_per_image, "Of a new projector")->type_name("N");
  verb.add_flag("--freeze-projector", o.freeze_projector, "Leave the projector as it is");
  verb.add_option("--projector-lr", o.projector_lr, "Of the projector; 0 = as --lr")
      ->type_name("X")
      ->capture_default_str();
  verb.add_flag("--train-tower", o.train_tower,
                "Train the vision tower, too; it then runs in every step");
  verb.add_option("--tower-lr", o.tower_lr, "Of a tower that trains")
      ->type_name("X")
      ->capture_default_str();
}

void add_length(CLI::App& verb, train::SftOptions& o) {
  const auto count = [&](const char* name, std::int64_t& value, const char* text) {
    verb.add_option(name, value, text)->type_name("N")->capture_default_str();
  };
  count("--batch", o.batch, "Conversations per step");
  verb.add_option("--epochs", o.epochs, "Times through the data")
      ->type_name("X")
      ->capture_default_str();
  count("--steps", o.steps, "Steps instead of epochs");
  count("--validate-every", o.validate_every, "Steps; 0 = after each epoch");
  count("--validate-most", o.validate_most, "Conversations to validate on; 0 = all");
}

}  // namespace

void add_train_sft(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("sft", "Fine-tune a Gemma 3 model on conversations with images");
  auto options = std::make_shared<train::SftOptions>();
  add_tuning(*verb, *options, options->data);
  add_what_trains(*verb, *options);
  add_length(*verb, *options);
  verb->footer(
      "Example:\n  galen train sft questions.jsonl --out runs/sft --model gemma-3-270m --vision "
      "tower.gguf --new-projector --tokens-per-image 49\n");
  set_action(*verb, context, [&context, options] {
    options->model = context.model;
    options->seed = context.seed;
    options->threads = context.threads;
    print_result(train::run_sft(*options, context.cancel), context.json);
    return 0;
  });
}

}  // namespace galen::cli
