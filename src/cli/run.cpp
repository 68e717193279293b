#include "cli/run.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fmt/core.h>
#include <new>
#include <string>
#include <vector>

#include <galen/error.h>

#include "base/log.h"
#include "base/progress.h"
#include "cli/output.h"
#include "cli/settings.h"
#include "cli/verbs.h"

namespace galen::cli {
namespace {

/// What a shell reports for a program that a closed pipe ended.
constexpr int kClosedPipeStatus = 128 + SIGPIPE;

std::atomic<CancelToken*> interrupted{nullptr};
static_assert(std::atomic<CancelToken*>::is_always_lock_free, "used in a signal handler");

extern "C" void on_interrupt(int) {
  if (CancelToken* token = interrupted.load()) token->cancel();
}

void install_signal_handlers(CancelToken& token) {
  interrupted.store(&token);
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  action.sa_flags = static_cast<int>(SA_RESETHAND);  // a second signal ends the program at once
  for (const int signal : {SIGINT, SIGTERM}) ::sigaction(signal, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file at the user's limit is an error of writing, not the end
}

int report(int status, const std::string& message) {
  report_error(message);
  return status;
}

std::string usage_message(const CLI::App& app, const CLI::ParseError& error) {
  const bool lacks_something = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr;
  if (!lacks_something || !app.get_subcommands().empty()) return error.what();
  const std::vector<std::string> words = app.remaining();
  return words.empty() ? "no verb given" : words.front() + ": no such verb or option";
}

/// Help and version are "errors" of CLI11 with exit code 0.
int report_usage(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() != 0) {
    return report(exit_code(ErrorKind::invalid_argument),
                  usage_message(app, error) + "; see galen --help");
  }
  const bool is_version = dynamic_cast<const CLI::CallForVersion*>(&error) != nullptr;
  print(is_version ? std::string(error.what()) + "\n" : app.help());
  flush_output();
  return 0;
}

/// The words after the program's name. Those of a program below one verb get that verb in front,
/// unless they start with another verb that it has (docs, man, completion).
std::vector<std::string> words_of(int argc, char** argv, const CLI::App& app,
                                  const std::string& only_below) {
  std::vector<std::string> words(argv + 1, argv + argc);
  const auto is_named = [&](const CLI::App* verb) {
    return !words.empty() && verb->get_name() == words.front();
  };
  const bool names_verb = !app.get_subcommands(is_named).empty();
  if (!only_below.empty() && !names_verb) words.insert(words.begin(), only_below);
  return words;
}

int parse_and_run(int argc, char** argv, const Program& program, Context& context) {
  const auto app = make_app(context, program.verbs);
  bind_environment(*app);
  context.words = words_of(argc, argv, *app, program.only_below);
  load_settings(*app, program.only_below, context);
  try {
    app->parse(std::vector<std::string>(context.words.rbegin(), context.words.rend()));
  } catch (const CLI::ParseError& error) {
    return report_usage(*app, error);
  }
  const LogLevel levels[] = {LogLevel::warning, LogLevel::info, LogLevel::debug};
  set_log_level(context.quiet ? LogLevel::quiet : levels[std::clamp(context.verbosity, 0, 2)]);
  Progress::set_enabled(!context.quiet);
  const int status = context.action();
  flush_output();
  return status;
}

}  // namespace

int run(int argc, char** argv, const Program& program) {
  static Context context;  // outlives this call: a late signal may still look at it
  install_signal_handlers(context.cancel);
  try {
    return parse_and_run(argc, argv, program, context);
  } catch (const OutputClosed&) {
    return kClosedPipeStatus;
  } catch (const Error& error) {
    return report(exit_code(error.kind()), error.what());
  } catch (const std::bad_alloc&) {
    return report(exit_code(ErrorKind::out_of_memory), "not enough memory");
  } catch (const std::filesystem::filesystem_error& error) {
    return report(exit_code(ErrorKind::io),
                  fmt::format("{}: {}", error.path1().string(), error.code().message()));
  } catch (const std::exception& error) {
    return report(exit_code(ErrorKind::internal), fmt::format("internal: {}", error.what()));
  }
}

}  // namespace galen::cli
