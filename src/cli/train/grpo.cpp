// `galen train grpo DATA --out DIR`.

#include "train/grpo/grpo.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <memory>

#include "cli/output.h"
#include "cli/train/train_verbs.h"
#include "cli/train/tuning.h"
#include "train/run/run_options.h"

namespace galen::cli {
namespace {

void print_result(const train::GrpoResult& result, bool json) {
  if (json) {
    print_json({{"steps", result.steps},
                {"first_reward", result.first_reward},
                {"last_reward", result.last_reward},
                {"model", result.model.string()}});
    return;
  }
  print(fmt::format("steps {}, reward {:.3f} at first, {:.3f} at last\nmodel: {}\n", result.steps,
                    result.first_reward, result.last_reward, result.model.string()));
}

void add_policy(CLI::App& verb, train::GrpoOptions& o) {
  const auto count = [&](const char* name, std::int64_t& value, const char* text) {
    verb.add_option(name, value, text)->type_name("N")->capture_default_str();
  };
  const auto number = [&](const char* name, double& value, const char* text) {
    verb.add_option(name, value, text)->type_name("X")->capture_default_str();
  };
  verb.add_option("--reward", o.rewards, "What an answer is worth; several count by their mean")
      ->type_name("NAME")
      ->check(CLI::IsMember({"letter", "exact", "rouge", "json"}))
      ->capture_default_str();
  count("--steps", o.steps, "Draws of answers");
  count("--batch", o.batch, "Prompts per step");
  count("--answers", o.answers, "Drawn for each prompt");
  count("--updates", o.updates, "Of the policy from one draw");
  count("--max-tokens", o.max_tokens, "Of an answer");
  number("--temperature", o.temperature, "At which answers are drawn");
  count("--top-k", o.top_k, "Tokens to draw from; 0 = all");
  number("--ratio-clip", o.ratio_clip, "How far the policy's ratio counts");
  number("--kl", o.kl, "Weight of the divergence from the model at the start");
  verb.add_flag("!--by-token", o.by_answer, "Mean over all tokens, not over each answer first");
}

}  // namespace

void add_train_grpo(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("grpo", "Train a Gemma 3 model on rewards that can be verified");
  auto options = std::make_shared<train::GrpoOptions>();
  options->lr = 5e-6;
  add_tuning(*verb, *options, options->data);
  add_policy(*verb, *options);
  verb->footer(
      "Example:\n  galen train grpo questions.jsonl --out runs/grpo --model runs/sft/model "
      "--reward "
      "letter\n");
  set_action(*verb, context, [&context, options] {
    options->model = context.model;
    options->seed = context.seed;
    options->threads = context.threads;
    train::require_one_process("grpo");
    print_result(train::run_grpo(*options, context.cancel), context.json);
    return 0;
  });
}

}  // namespace galen::cli
