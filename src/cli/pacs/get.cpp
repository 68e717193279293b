// `galen pacs get STUDY... -o FOLDER`.

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <memory>

#include <galen/error.h>

#include "base/progress.h"
#include "cli/exit_status.h"
#include "cli/output.h"
#include "cli/pacs/verbs.h"
#include "cli/verbs.h"
#include "tasks/pacs/fetch_study.h"
#include "tasks/pacs/move_study.h"

namespace galen::cli {
namespace {

struct GetArguments {
  PacsArguments pacs;
  std::vector<std::string> studies;
  std::string output;
  int move_port = 0;
};

pacs::FetchResult get_one(const NamedPacs& pacs, net::Pacs& archive, const GetArguments& arguments,
                          const std::string& study) {
  if (arguments.move_port > 0) {
    return galen::pacs::move_study_here(pacs.url, pacs.options, study, arguments.output,
                                        arguments.move_port);
  }
  std::unique_ptr<Progress> progress;
  return galen::pacs::fetch_study(
      archive, study, arguments.output, [&](std::size_t, std::size_t total) {
        if (!progress) {
          progress = std::make_unique<Progress>("get", total, "instances");
        }
        progress->advance();
      });
}

int get(const Context& context, const GetArguments& arguments) {
  const NamedPacs pacs = named_pacs(arguments.pacs.pacs, arguments.pacs, context.cancel);
  const auto archive = net::open_pacs(pacs.url, pacs.options);
  OrderedJson json = OrderedJson::array();
  int status = 0;
  for (const std::string& study : arguments.studies) {
    context.cancel.check();
    try {
      const auto result = get_one(pacs, *archive, arguments, study);
      json.push_back({{"study_uid", study},
                      {"folder", result.folder.string()},
                      {"instances", result.instances},
                      {"fetched", result.fetched}});
      if (!context.json) {
        print(fmt::format("{}: {} instances, {} of them now\n", result.folder.string(),
                          result.instances, result.fetched));
      }
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::cancelled) throw;
      report_error(error.what());
      status = arguments.studies.size() > 1 ? kPartialFailure : exit_code(error.kind());
    }
  }
  if (context.json) print_json(json);
  return status;
}

}  // namespace

void add_pacs_get(CLI::App& pacs, Context& context) {
  auto* verb = pacs.add_subcommand(
      "get", "Studies into folders, one each, whole or not there (C-GET, C-MOVE, WADO-RS)");
  auto arguments = std::make_shared<GetArguments>();
  verb->add_option("study", arguments->studies, "Study Instance UIDs")
      ->required()
      ->type_name("STUDY");
  add_pacs_options(*verb, arguments->pacs);
  verb->add_option("-o,--output", arguments->output, "Folder of the studies' folders")
      ->required()
      ->type_name("DIR");
  verb->add_option("--move-port", arguments->move_port,
                   "Use C-MOVE: the PACS sends to this port, which it must know for our AE title")
      ->type_name("PORT")
      ->check(CLI::Range(1, 65535));
  verb->footer(
      "Example:\n  galen pacs get 1.2.840.1 --pacs dicom://ORTHANC@localhost:4242 -o studies/\n");
  set_action(*verb, context, [&context, arguments] { return get(context, *arguments); });
}

}  // namespace galen::cli
