#include "cli/train/tuning.h"

#include <CLI/CLI.hpp>
#include <string>

namespace galen::cli {
namespace {

void add_lora(CLI::App& verb, train::TuningOptions& o) {
  verb.add_option("--rank", o.rank, "Rank of the LoRA; a model's own keeps its own")
      ->type_name("N")
      ->capture_default_str();
  verb.add_option("--alpha", o.alpha, "The LoRA counts alpha / rank")
      ->type_name("X")
      ->capture_default_str();
  verb.add_option("--targets", o.targets,
                  "Layers with a LoRA: a regular expression on layers.0.self_attn.q_proj and so on")
      ->type_name("REGEX")
      ->capture_default_str();
  verb.add_option_function<std::string>(
          "--base", [&o](const std::string& form) { o.quantised_base = form == "quantised"; },
          "How frozen weights are kept: in floats, or quantised as in the GGUF (QLoRA)")
      ->type_name("FORM")
      ->check(CLI::IsMember({"float", "quantised"}));
  verb.add_flag("--recompute", o.recompute,
                "Compute layers again in the backward pass: less memory, a third more time");
  verb.add_flag("--merge", o.merge,
                "Also write the weights with the LoRA added: a Hugging Face folder, or of a GGUF one "
                "GGUF");
}

void add_optimiser(CLI::App& verb, train::TuningOptions& o) {
  const auto number = [&](const char* name, double& value, const char* text) {
    verb.add_option(name, value, text)->type_name("X")->capture_default_str();
  };
  number("--lr", o.lr, "Highest learning rate");
  verb.add_option("--schedule", o.schedule, "Learning rate after the warm-up")
      ->type_name("NAME")
      ->check(CLI::IsMember({"cosine", "linear", "constant"}))
      ->capture_default_str();
  number("--warmup", o.warmup, "Part of the steps in which the rate climbs");
  number("--weight-decay", o.weight_decay, "AdamW's");
  number("--clip", o.clip, "Largest norm of the gradient; 0 = none");
}

}  // namespace

void add_tuning(CLI::App& verb, train::TuningOptions& o, std::filesystem::path& data) {
  verb.add_option("data", data, "Conversations, one JSON object a line")
      ->required()
      ->type_name("FILE");
  verb.add_option("--out", o.out, "Run folder: checkpoints, log, model")
      ->required()
      ->type_name("DIR");
  verb.add_option("--form", o.form, "How conversations are written to the model")
      ->type_name("NAME")
      ->check(CLI::IsMember({"chat", "plain"}))
      ->capture_default_str();
  add_lora(verb, o);
  add_optimiser(verb, o);
  const auto count = [&](const char* name, std::int64_t& value, const char* text) {
    verb.add_option(name, value, text)->type_name("N")->capture_default_str();
  };
  verb.add_option("--vision", o.vision, "GGUF with a vision tower, in place of the model's own")
      ->type_name("FILE");
  count("--pack", o.pack, "Tokens that go through the model at once; bounds the memory");
  count("--longest", o.longest, "Longer conversations, in tokens, are left out");
  count("--checkpoint-every", o.checkpoint_every, "Steps");
}

}  // namespace galen::cli
