// `galen ehr replay TRACE [RECORDS]`.

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "base/file.h"
#include "cli/ehr/ehr.h"
#include "cli/output.h"
#include "cli/verbs.h"

namespace galen::cli {
namespace {

struct ReplayArguments {
  std::string trace;
  std::string svg;
  RecordAddress records;
};

int replay(const Context& context, const ReplayArguments& arguments) {
  const auto on_step = [&context](const RecordStep& step) { print_step(context, step); };
  const bool has_records = !arguments.records.address.empty();
  const RecordAnswer answer =
      replay_records(arguments.trace, has_records ? &arguments.records : nullptr, on_step);
  if (!arguments.svg.empty()) write_file(arguments.svg, trace_svg(arguments.trace));
  print_record_answer(context, answer);
  return 0;
}

}  // namespace

void add_ehr_replay(CLI::App& parent, Context& context) {
  auto* verb = parent.add_subcommand(
      "replay", "Go through a trace again: the same answer, or the first step that differs");
  auto arguments = std::make_shared<ReplayArguments>();
  verb->add_option("trace", arguments->trace, "What galen ehr ask --trace wrote")
      ->required()
      ->type_name("FILE");
  verb->add_option("records", arguments->records.address,
                   "Read these records again, and compare; without it, what the trace holds")
      ->type_name("RECORDS");
  verb->add_option("--svg", arguments->svg, "Draw the steps into FILE")->type_name("FILE");
  add_server_options(*verb, arguments->records);
  set_action(*verb, context, [&context, arguments] { return replay(context, *arguments); });
}

}  // namespace galen::cli
