// `galen pacs watch`: studies that come in, a command on each, its results sent back.

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <map>
#include <memory>

#include "base/raise.h"
#include "cli/pacs/verbs.h"
#include "cli/verbs.h"
#include "tasks/pacs/command.h"
#include "tasks/pacs/poll.h"
#include "tasks/pacs/watcher.h"

namespace galen::cli {
namespace {

struct WatchArguments {
  std::string spool;
  int listen = 0;
  std::string poll;
  int poll_seconds = 60;
  std::string since;
  std::string send_to;
  int quiet = 60;
  int retry = 300;
  std::vector<std::string> commands;
  bool once = false;
  PacsArguments pacs;
};

/// "CT=galen report ..." by modality; without a modality, for all others.
std::map<std::string, std::string> commands_of(const WatchArguments& arguments) {
  std::map<std::string, std::string> commands;
  for (const std::string& text : arguments.commands) {
    const auto equals = text.find('=');
    const std::string front = text.substr(0, equals);
    const bool names_modality =
        equals != std::string::npos && !front.empty() && front.size() <= 8 &&
        front.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string::npos;
    const std::string command = names_modality ? text.substr(equals + 1) : text;
    if (!commands.emplace(names_modality ? front : "", command).second) {
      raise(ErrorKind::invalid_argument, "--run: two commands for {}",
            names_modality ? front : "all modalities");
    }
  }
  return commands;
}

galen::pacs::WatchOptions watch_options(const Context& context, const WatchArguments& arguments) {
  galen::pacs::WatchOptions options;
  options.spool = arguments.spool;
  options.quiet = std::chrono::seconds(arguments.quiet);
  options.retry = std::chrono::seconds(arguments.retry);
  options.cancel = &context.cancel;
  if (!arguments.send_to.empty()) {
    const NamedPacs pacs = named_pacs(arguments.send_to, arguments.pacs, context.cancel);
    options.send_to = pacs.url;
    options.pacs = pacs.options;
  }
  const auto commands = commands_of(arguments);
  options.work = [commands, &context](const galen::pacs::ReadyStudy& study) {
    auto command = commands.find(study.modality);
    if (command == commands.end()) command = commands.find("");
    if (command == commands.end()) return false;
    galen::pacs::run_command(command->second,
                             {{"GALEN_STUDY", study.folder.string()},
                              {"GALEN_STUDY_UID", study.study_uid},
                              {"GALEN_STUDY_MODALITY", study.modality},
                              {"GALEN_RESULTS", study.results.string()}},
                             &context.cancel);
    return true;
  };
  if (!context.quiet) {
    options.on_event = [](const std::string& line) { fmt::print(stderr, "galen: {}\n", line); };
  }
  return options;
}

int watch(const Context& context, const WatchArguments& arguments) {
  if ((arguments.listen > 0) == !arguments.poll.empty()) {
    raise(ErrorKind::invalid_argument, "pacs watch: say --listen PORT or --poll PACS");
  }
  galen::pacs::Watcher watcher(watch_options(context, arguments));
  if (!arguments.poll.empty()) {
    const NamedPacs pacs = named_pacs(arguments.poll, arguments.pacs, context.cancel);
    galen::pacs::Poller poller(pacs.url, pacs.options, arguments.since, watcher);
    if (arguments.once) {
      poller.look();
      watcher.step(true);
      return watcher.is_idle() ? 0 : 7;
    }
    poller.run(std::chrono::seconds(arguments.poll_seconds), context.cancel);
    return 0;
  }
  const net::Receiver receiver(
      {.ae_title = arguments.pacs.calling_ae,
       .port = arguments.listen,
       .folder = watcher.studies(),
       .on_instance = [&](const net::InstanceIdentity& identity) { watcher.received(identity); }});
  if (!context.quiet)
    fmt::print(stderr, "galen: {} listens on port {}\n", arguments.pacs.calling_ae,
               arguments.listen);
  watcher.run();
  return 0;
}

}  // namespace

void add_pacs_watch(CLI::App& pacs, Context& context) {
  auto* verb = pacs.add_subcommand(
      "watch", "Take studies that come in, run a command on each, send its DICOM results back");
  auto arguments = std::make_shared<WatchArguments>();
  verb->add_option("--spool", arguments->spool, "Folder for studies, results and journals")
      ->required()
      ->type_name("DIR");
  verb->add_option("--listen", arguments->listen, "Be a storage server (C-STORE SCP) on this port")
      ->type_name("PORT")
      ->check(CLI::Range(1, 65535));
  verb->add_option("--poll", arguments->poll, "Ask this PACS for new studies instead")
      ->type_name("PACS");
  verb->add_option("--every", arguments->poll_seconds, "Seconds between two looks")
      ->type_name("S")
      ->check(CLI::Range(1, 86400));
  verb->add_option("--since", arguments->since,
                   "Of --poll: studies of this day (YYYYMMDD) and later")
      ->type_name("DATE");
  verb->add_flag("--once", arguments->once, "Of --poll: look once, finish what there is, and end");
  verb->add_option("--run", arguments->commands,
                   "[MODALITY=]COMMAND for /bin/sh; reads $GALEN_STUDY, writes .dcm files to "
                   "$GALEN_RESULTS; may stand several times")
      ->required()
      ->type_name("COMMAND");
  verb->add_option("--send-to", arguments->send_to, "PACS that gets the results")
      ->type_name("PACS");
  verb->add_option("--quiet-time", arguments->quiet,
                   "Seconds without a new instance after which a study is whole")
      ->type_name("S");
  verb->add_option("--retry", arguments->retry, "Seconds until failed work is tried again")
      ->type_name("S");
  verb->add_option("--ae-title", arguments->pacs.calling_ae, "Our own AE title")->type_name("AET");
  verb->footer(
      "Example:\n  galen pacs watch --spool spool/ --listen 11112 --send-to dicom://PACS@host:104 "
      "\\\n"
      "    --run 'CR=galen report $GALEN_STUDY --kind cxr --sr $GALEN_RESULTS/report.dcm'\n");
  set_action(*verb, context, [&context, arguments] { return watch(context, *arguments); });
}

}  // namespace galen::cli
