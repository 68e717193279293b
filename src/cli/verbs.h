#pragma once
// The verbs of the command line. To add one:
//   1. src/cli/<verb>.cpp with `void add_<verb>(CLI::App& app, Context& context)`, which adds a
//   CLI11
//      subcommand with its options and ends with set_action();
//   2. its line here and in the list of verbs.cpp, and the file in CMakeLists.txt.
// Help, completion, man pages, environment variables, TOML keys and docs/cli.md follow by
// themselves
// (`galen docs > docs/cli.md` after a change).
//
// Give every option a long name, an upper-case type_name (FILE and DIR complete to paths) and, for
// a closed set of values, CLI::IsMember; name positionals in upper case. Options keep their values
// in a shared_ptr that the action holds. A bulk verb goes on past a bad item: report_error(), then
// kPartialFailure.

#include <functional>
#include <memory>
#include <span>

#include "cli/cli11_fwd.h"
#include "cli/context.h"

namespace galen::cli {

void add_info(CLI::App& app, Context& context);
void add_ask(CLI::App& app, Context& context);
void add_report(CLI::App& app, Context& context);
void add_classify(CLI::App& app, Context& context);
void add_embed(CLI::App& app, Context& context);
void add_search(CLI::App& app, Context& context);
void add_eval(CLI::App& app, Context& context);
void add_deid(CLI::App& app, Context& context);
void add_slide(CLI::App& app, Context& context);
void add_prs(CLI::App& app, Context& context);
void add_models(CLI::App& app, Context& context);
void add_doctor(CLI::App& app, Context& context);
void add_config(CLI::App& app, Context& context);
void add_completion(CLI::App& app, Context& context);
void add_man(CLI::App& app, Context& context);
void add_train(CLI::App& app, Context& context);
void add_docs(CLI::App& app, Context& context);

using AddVerb = void (*)(CLI::App&, Context&);

/// Every verb of `galen`, in the order of the help.
[[nodiscard]] std::span<const AddVerb> general_verbs();

/// Makes `action` what runs when the user chose `verb`; it returns the exit code.
void set_action(CLI::App& verb, Context& context, std::function<int()> action);

/// The whole command: global options and `verbs`. `context` must outlive it.
[[nodiscard]] std::unique_ptr<CLI::App> make_app(Context& context, std::span<const AddVerb> verbs);

}  // namespace galen::cli
