// `galen pacs send FILE...`.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/core.h>
#include <memory>

#include "base/progress.h"
#include "base/raise.h"
#include "cli/exit_status.h"
#include "cli/output.h"
#include "cli/pacs/verbs.h"
#include "cli/verbs.h"
#include "tasks/pacs/sender.h"

namespace galen::cli {
namespace {

namespace fs = std::filesystem;

struct SendArguments {
  PacsArguments pacs;
  std::vector<std::string> names;
  std::string journal;
};

std::vector<fs::path> files_of(const std::vector<std::string>& names) {
  std::vector<fs::path> files;
  for (const std::string& name : names) {
    if (!fs::exists(name)) raise(ErrorKind::not_found, "{}: no such file or folder", name);
    if (!fs::is_directory(name)) {
      files.emplace_back(name);
      continue;
    }
    const std::size_t first = files.size();
    for (const auto& entry : fs::recursive_directory_iterator(name)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
    std::sort(files.begin() + static_cast<std::ptrdiff_t>(first), files.end());
  }
  return files;
}

std::string_view state_name(galen::pacs::SendState state) {
  switch (state) {
    case galen::pacs::SendState::sent: return "sent";
    case galen::pacs::SendState::already_sent: return "already sent";
    default: return "failed";
  }
}

void print_outcomes(const OrderedJson& outcomes, bool as_json) {
  if (as_json) {
    print_json(outcomes);
    return;
  }
  for (const OrderedJson& row : outcomes) {
    print(fmt::format("{:<12}  {}\n", row["state"].get<std::string>(),
                      row["file"].get<std::string>()));
  }
}

int send(const Context& context, const SendArguments& arguments) {
  const NamedPacs pacs = named_pacs(arguments.pacs.pacs, arguments.pacs, context.cancel);
  const std::vector<fs::path> files = files_of(arguments.names);
  const fs::path journal =
      arguments.journal.empty() ? state_folder() / "pacs-sent.jsonl" : fs::path(arguments.journal);
  galen::pacs::Sender sender(journal);
  const auto archive = net::open_pacs(pacs.url, pacs.options);
  Progress progress("send", files.size(), "instances");
  OrderedJson json = OrderedJson::array();
  std::size_t failed = 0;
  const auto note = [&](const galen::pacs::SendOutcome& outcome) {
    progress.advance();
    const bool is_failed = outcome.state == galen::pacs::SendState::failed;
    failed += is_failed ? 1 : 0;
    if (is_failed) report_error(fmt::format("{}: {}", outcome.file.string(), outcome.detail));
    json.push_back({{"file", outcome.file.string()},
                    {"instance", outcome.instance_uid},
                    {"state", state_name(outcome.state)},
                    {"detail", outcome.detail}});
  };
  try {
    sender.send(*archive, pacs.url, files, note);
  } catch (const Error&) {
    // The archive has gone away, or the user has had enough: what was sent before is still told.
    if (!json.empty()) print_outcomes(json, context.json);
    throw;
  }
  print_outcomes(json, context.json);
  return failed > 0 ? kPartialFailure : 0;
}

}  // namespace

void add_pacs_send(CLI::App& pacs, Context& context) {
  auto* verb =
      pacs.add_subcommand("send", "DICOM files to an archive, each once (C-STORE, STOW-RS)");
  auto arguments = std::make_shared<SendArguments>();
  verb->add_option("input", arguments->names, "DICOM files, or folders with all below them")
      ->required()
      ->type_name("FILE");
  add_pacs_options(*verb, arguments->pacs);
  verb->add_option(
          "--journal", arguments->journal,
          "File that remembers what was sent; default: galen/pacs-sent.jsonl in the folder "
          "of states")
      ->type_name("FILE");
  verb->footer("Example:\n  galen pacs send results/ --pacs https://pacs.example/dicom-web\n");
  set_action(*verb, context, [&context, arguments] { return send(context, *arguments); });
}

}  // namespace galen::cli
