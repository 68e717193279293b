// `galen models`: bring, list, check and shrink models.

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <fmt/ranges.h>
#include <memory>
#include <string>
#include <vector>

#include <galen/error.h>

#include "base/raise.h"
#include "cli/exit_status.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "model/gemma/header.h"
#include "model/profile.h"
#include "model/weights/hub.h"
#include "model/weights/import.h"
#include "model/weights/quantize.h"
#include "model/weights/verify.h"
#include "model/weights/vit_file.h"

namespace galen::cli {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> kTypes = {"F32", "F16", "BF16", "Q8_0", "Q6_K", "Q4_K_M"};

/// What import, pull and quantize share.
struct MakeOptions {
  std::string source;
  std::string name;
  std::string out;
  std::string type;
  std::string base;
  int heads = 0;
  std::string pooling = "cls";
  std::string pixels;
  std::string endpoint;
  std::string revision = "main";
  bool download_only = false;
};
using Shared = std::shared_ptr<MakeOptions>;

model::ImportOptions import_options(const MakeOptions& options, const Context& context) {
  return {.name = options.name,
          .out = options.out,
          .type = model::parse_weight_type(options.type),
          .threads = context.threads,
          .cancel = &context.cancel};
}

std::uintmax_t size_of(const model::Profile& profile) {
  std::uintmax_t bytes = 0;
  for (const std::string& file : {profile.decoder, profile.vision}) {
    std::error_code error;
    const auto size = file.empty() ? 0 : fs::file_size(profile.folder / file, error);
    if (!error) bytes += size;
  }
  return bytes;
}

OrderedJson description(const model::Profile& profile) {
  return {{"name", profile.name},
          {"family", model::family_name(profile.family)},
          {"folder", profile.folder.string()},
          {"bytes", size_of(profile)},
          {"vision", profile.has_vision()},
          {"chat", profile.chat},
          {"thinking", profile.thinking},
          {"context_length", profile.context_length},
          {"adapters", profile.adapters},
          {"licence", profile.licence}};
}

std::string kinds_text(const model::Profile& profile) {
  std::vector<std::string> kinds;
  if (!profile.decoder.empty()) kinds.emplace_back(profile.chat ? "chat" : "text completion");
  if (profile.has_vision()) kinds.push_back(fmt::format("images of {} px", profile.image_size));
  if (profile.family != model::Family::gemma3) kinds.emplace_back("embeddings");
  if (profile.thinking) kinds.emplace_back("thinking");
  if (!profile.adapters.empty())
    kinds.push_back(fmt::format("{} adapters", profile.adapters.size()));
  return fmt::format("{}", fmt::join(kinds, ", "));
}

void print_made(const model::Profile& profile, const Context& context) {
  if (context.json) {
    print_json(description(profile));
    return;
  }
  print(fmt::format("{}: {:.2f} GB in {}\n  {}\n  {}\n", profile.name,
                    static_cast<double>(size_of(profile)) / 1e9, profile.folder.string(),
                    kinds_text(profile), profile.licence));
}

int run_list(const Context& context) {
  const auto profiles = model::list_models();
  if (context.json) {
    OrderedJson all = OrderedJson::array();
    for (const auto& profile : profiles) all.push_back(description(profile));
    print_json(all);
    return 0;
  }
  if (profiles.empty()) {
    print(fmt::format("No models in {}; bring one with `galen models import DIR`.\n",
                      model::models_folder().string()));
  }
  for (const auto& profile : profiles) {
    print(fmt::format("{:<32} {:>8.2f} GB  {}\n", profile.name,
                      static_cast<double>(size_of(profile)) / 1e9, kinds_text(profile)));
  }
  return 0;
}

int run_import(const MakeOptions& options, const Context& context) {
  const fs::path folder = options.source;
  if (fs::is_regular_file(folder)) {
    print_made(model::import_vit(folder, {options.heads, options.pooling == "cls", options.pixels},
                                 import_options(options, context)),
               context);
    return 0;
  }
  if (!fs::is_directory(folder))
    raise(ErrorKind::not_found, "{}: is neither a folder nor a file", folder.string());
  const bool is_adapter = model::is_adapter_folder(folder);
  if (is_adapter && options.base.empty()) {
    raise(ErrorKind::invalid_argument,
          "{}: is a LoRA adapter; name the model it belongs to with --base", folder.string());
  }
  print_made(is_adapter ? model::import_adapter(folder, model::find_model(options.base),
                                                import_options(options, context))
                        : model::import_model(folder, import_options(options, context)),
             context);
  return 0;
}

int run_pull(const MakeOptions& options, const Context& context) {
  const fs::path folder = model::pull(options.source, {.endpoint = options.endpoint,
                                                       .revision = options.revision,
                                                       .token = "",
                                                       .cache = "",
                                                       .cancel = &context.cancel});
  // A repository of GGUF files is run as it is.
  if (options.download_only || !fs::exists(folder / "config.json")) {
    print(folder.string() + "\n");
    return 0;
  }
  print_made(model::import_model(folder, import_options(options, context)), context);
  return 0;
}

int run_quantize(const MakeOptions& options, const Context& context) {
  print_made(
      model::quantize_model(model::find_model(options.source), import_options(options, context)),
      context);
  return 0;
}

int run_verify(const std::vector<std::string>& names, const Context& context) {
  std::vector<model::Profile> profiles;
  for (const std::string& name : names) profiles.push_back(model::find_model(name));
  if (names.empty()) profiles = model::list_models();
  int status = 0;
  OrderedJson results = OrderedJson::array();
  for (const auto& profile : profiles) {
    OrderedJson result = {{"name", profile.name}, {"ok", true}};
    try {
      model::verify_model(profile, &context.cancel);
      if (!profile.decoder.empty())
        (void)model::read_decoder_header(profile.folder / profile.decoder);
      if (!context.json) print(fmt::format("{}: ok\n", profile.name));
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::cancelled || profiles.size() == 1) throw;
      report_error(error.what());
      result["ok"] = false;
      result["error"] = error.what();
      status = kPartialFailure;
    }
    results.push_back(std::move(result));
  }
  if (context.json) print_json(results);
  return status;
}

void add_target_options(CLI::App& verb, const Shared& options, const std::string& type) {
  options->type = type;
  verb.add_option("--type", options->type, "Type of the stored weights")
      ->type_name("TYPE")
      ->check(CLI::IsMember(kTypes, CLI::ignore_case));
  verb.add_option("--name", options->name, "Name of the new model")->type_name("NAME");
  verb.add_option("--out", options->out, "Folder to make, in place of one among the models")
      ->type_name("DIR");
}

void add_import(CLI::App& models, Context& context) {
  auto options = std::make_shared<MakeOptions>();
  CLI::App* verb = models.add_subcommand(
      "import", "Make a model of a Hugging Face folder, a LoRA adapter or an encoder");
  verb->add_option("SOURCE", options->source,
                   "Folder with config.json or adapter_config.json, or a ViT's safetensors file in "
                   "timm's naming (galen train ssl)")
      ->type_name("FILE")
      ->required();
  add_target_options(*verb, options, "BF16");
  verb->add_option("--base", options->base, "Model that a LoRA adapter belongs to")
      ->type_name("MODEL");
  verb->add_option("--heads", options->heads,
                   "Attention heads of an encoder; 0 = as its file says, else 64 wide")
      ->type_name("N")
      ->check(CLI::Range(0, 1024));
  verb->add_option("--pooling", options->pooling,
                   "Embedding of an encoder: class token, or mean of the patches")
      ->type_name("KIND")
      ->check(CLI::IsMember({"cls", "mean"}));
  verb->add_option(
          "--pixels", options->pixels,
          "What an encoder takes: unit is [0, 1] (Path Foundation), half [-1, 1], imagenet "
          "by that mean and deviation; default as its file says, else imagenet")
      ->type_name("KIND")
      ->check(CLI::IsMember({"unit", "half", "imagenet"}));
  set_action(*verb, context, [options, &context] { return run_import(*options, context); });
}

void add_pull(CLI::App& models, Context& context) {
  auto options = std::make_shared<MakeOptions>();
  CLI::App* verb =
      models.add_subcommand("pull", "Download a model from the hub that you name, and import it");
  verb->add_option("REPOSITORY", options->source, "OWNER/NAME on the hub")
      ->type_name("REPOSITORY")
      ->required();
  verb->add_option("--endpoint", options->endpoint, "Address of the hub; default $HF_ENDPOINT")
      ->type_name("URL");
  verb->add_option("--revision", options->revision, "Branch, tag or commit")->type_name("REVISION");
  verb->add_flag("--download-only", options->download_only,
                 "Print the folder of the download, import nothing");
  add_target_options(*verb, options, "BF16");
  verb->footer(
      "The token of a gated model is read from $HF_TOKEN; HF_HUB_OFFLINE=1 uses the cache only.");
  set_action(*verb, context, [options, &context] { return run_pull(*options, context); });
}

void add_export(CLI::App& models, Context& context) {
  auto options = std::make_shared<MakeOptions>();
  CLI::App* verb =
      models.add_subcommand("export", "Write an encoder as safetensors in timm's naming");
  verb->add_option("MODEL", options->source, "Model of family vit")->type_name("MODEL")->required();
  verb->add_option("-o,--output", options->out, "The safetensors file")
      ->type_name("FILE")
      ->required();
  set_action(*verb, context, [options] {
    model::export_vit(model::find_model(options->source), options->out);
    return 0;
  });
}

void add_quantize(CLI::App& models, Context& context) {
  auto options = std::make_shared<MakeOptions>();
  CLI::App* verb =
      models.add_subcommand("quantize", "Store a model in a smaller type, as a new model");
  verb->add_option("MODEL", options->source, "Model with F32, F16 or BF16 weights")
      ->type_name("MODEL")
      ->required();
  add_target_options(*verb, options, "Q4_K_M");
  set_action(*verb, context, [options, &context] { return run_quantize(*options, context); });
}

}  // namespace

void add_models(CLI::App& app, Context& context) {
  CLI::App* models = app.add_subcommand("models", "Bring, list, check and shrink models");
  models->require_subcommand(1);
  CLI::App* list = models->add_subcommand("list", "List the models");
  set_action(*list, context, [&context] { return run_list(context); });
  add_import(*models, context);
  auto names = std::make_shared<std::vector<std::string>>();
  CLI::App* verify = models->add_subcommand(
      "verify", "Check the files of models against their SHA-256 and structure");
  verify->add_option("MODEL", *names, "Models; default all")->type_name("MODEL");
  set_action(*verify, context, [names, &context] { return run_verify(*names, context); });
  add_quantize(*models, context);
  add_export(*models, context);
  add_pull(*models, context);
}

}  // namespace galen::cli
