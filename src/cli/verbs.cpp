#include "cli/verbs.h"

#include <CLI/CLI.hpp>
#include <array>
#include <utility>

#include "cli/ehr/ehr.h"
#include "cli/exit_status.h"
#include "cli/help.h"
#include "cli/pacs/verbs.h"
#include "cli/version.h"

namespace galen::cli {
namespace {

constexpr std::array kGeneralVerbs{
    AddVerb{add_info}, add_ask,    add_report,     add_classify, add_embed, add_search, add_slide,
    add_deid,          add_pacs,   add_prs,        add_ehr,      add_eval,  add_models, add_train,
    add_doctor,        add_config, add_completion, add_man,      add_docs};

void add_global_options(CLI::App& app, Context& context) {
  app.add_option("-m,--model", context.model,
                 "Model: a name of `galen models list`, a folder or a GGUF file")
      ->type_name("MODEL")
      ->group("Global options");
  app.add_option("-t,--threads", context.threads, "Threads; 0 = one per core")
      ->type_name("N")
      ->check(CLI::Range(0, 4096))
      ->group("Global options");
  app.add_option("--seed", context.seed, "Seed of random sampling")
      ->type_name("N")
      ->group("Global options");
  app.add_flag("--json", context.json, "Print one JSON document")->group("Global options");
  app.add_flag("-q,--quiet", context.quiet, "No progress, no warnings")->group("Global options");
  app.add_flag("-v,--verbose", context.verbosity, "Say more on standard error; twice for debugging")
      ->group("Global options");
  app.add_option("--config", context.config, "TOML file with defaults for these options")
      ->type_name("FILE")
      ->envname("GALEN_CONFIG")
      ->configurable(false)
      ->group("Global options");
  app.set_version_flag("--version", version_text, "Print the version and the compute backends")
      ->group("Global options");
}

}  // namespace

void set_action(CLI::App& verb, Context& context, std::function<int()> action) {
  verb.callback([&context, action = std::move(action)] { context.action = action; });
}

std::span<const AddVerb> general_verbs() {
  return kGeneralVerbs;
}

std::unique_ptr<CLI::App> make_app(Context& context, std::span<const AddVerb> verbs) {
  auto app = std::make_unique<CLI::App>("Private, on-premises medical multimodal AI", "galen");
  app->formatter(make_help_formatter());
  app->set_help_flag("-h,--help", "Print this help");
  app->option_defaults()->always_capture_default();
  app->require_subcommand(1);
  app->fallthrough();
  add_global_options(*app, context);
  for (const AddVerb add : verbs) add(*app, context);
  for (CLI::App* verb : app->get_subcommands({})) verb->group("Verbs");
  app->footer(exit_status_text());  // after the verbs, which would inherit it
  return app;
}

}  // namespace galen::cli
