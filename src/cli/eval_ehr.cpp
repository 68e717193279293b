// `galen eval ehrqa make|run` and `galen eval agentclinic`.

#include "cli/eval_ehr.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fmt/core.h>
#include <memory>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/raise.h"
#include "cli/chat_options.h"
#include "cli/exit_status.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "eval/agentclinic/run.h"
#include "eval/ehrqa/make.h"
#include "eval/ehrqa/run.h"

namespace galen::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxResults = std::size_t{1} << 20;

/// What a run wrote, as it stands there.
void print_results(const fs::path& out) {
  print(read_file(out / "results.json", kMaxResults));
}

struct MakeArguments {
  std::string folder;
  std::string out;
  std::size_t per_type = 6;
};

int make(const Context& context, const MakeArguments& arguments) {
  eval::EhrqaMakeOptions options;
  options.per_type = arguments.per_type;
  options.seed = context.seed;
  options.cancel = &context.cancel;
  const eval::EhrqaSet set = eval::make_ehrqa(arguments.folder, options);
  eval::write_questions(arguments.out, set.questions);
  if (!context.quiet) {
    for (const std::string& skipped : set.skipped)
      fmt::print(stderr, "galen: skipped {}\n", skipped);
  }
  if (context.json) {
    print_json({{"patients", set.patients},
                {"questions", set.questions.size()},
                {"skipped", set.skipped}});
  } else {
    print(fmt::format("{} questions about {} patients\n", set.questions.size(), set.patients));
  }
  return 0;
}

void add_make(CLI::App& parent, Context& context) {
  auto* verb = parent.add_subcommand(
      "make", "Write questions about a folder of Bundles, with answers looked up in them");
  auto arguments = std::make_shared<MakeArguments>();
  verb->add_option("folder", arguments->folder, "FHIR R4 Bundles, one patient each (Synthea)")
      ->required()
      ->type_name("FOLDER");
  verb->add_option("-o,--out", arguments->out, "The questions, JSONL")
      ->required()
      ->type_name("FILE");
  verb->add_option("--per-type", arguments->per_type,
                   "Questions of each of the 42 types and each patient, at most")
      ->type_name("N")
      ->check(CLI::Range(1, 1000));
  set_action(*verb, context, [&context, arguments] { return make(context, *arguments); });
}

struct RunArguments {
  std::string questions;
  std::string records;
  std::string out;
  ChatModelOptions model;
  eval::EhrqaRunOptions options;
};

int run(const Context& context, RunArguments& arguments) {
  take_context(context, arguments.model);
  arguments.options.bootstrap.seed = context.seed;
  arguments.options.cancel = &context.cancel;
  const auto questions = eval::read_questions(arguments.questions);
  const auto model = tasks::open_chat_model(arguments.model, &context.cancel);
  const eval::EhrqaResult result =
      eval::run_ehrqa(*model, questions, arguments.records, arguments.out, arguments.options);
  if (context.json) {
    print_results(arguments.out);
  } else {
    print(eval::ehrqa_text(result));
  }
  return result.failed > 0 ? kPartialFailure : 0;
}

void add_run(CLI::App& parent, Context& context) {
  auto* verb = parent.add_subcommand("run", "Ask a model the questions, and count what is right");
  auto arguments = std::make_shared<RunArguments>();
  verb->add_option("questions", arguments->questions, "What galen eval ehrqa make wrote")
      ->required()
      ->type_name("FILE");
  verb->add_option("--records", arguments->records, "The folder the questions are about")
      ->required()
      ->type_name("FOLDER");
  verb->add_option("-o,--out", arguments->out,
                   "Gets samples.jsonl and results.json; a run that was stopped goes on there")
      ->required()
      ->type_name("DIR");
  verb->add_option("--split", arguments->options.split, "Which patients")
      ->type_name("SPLIT")
      ->check(CLI::IsMember({"train", "valid", "test", "all"}));
  verb->add_option("--limit", arguments->options.limit,
                   "Ask only N questions, spread over the types; 0 = all")
      ->type_name("N");
  verb->add_option("--record-tokens", arguments->options.record_tokens,
                   "Tokens of the condensed record, about, at most")
      ->type_name("N")
      ->check(CLI::Range(200, 1 << 24));
  verb->add_option("--max-tokens", arguments->options.max_tokens, "Longest answer")
      ->type_name("N")
      ->check(CLI::Range(1, 1 << 20));
  add_chat_options(*verb, arguments->model);
  set_action(*verb, context, [&context, arguments] { return run(context, *arguments); });
}

constexpr const char* kRoles[] = {"doctor", "patient", "measurement", "moderator"};

struct ClinicArguments {
  std::string cases;
  std::string out;
  std::size_t limit = 0;
  ChatModelOptions model;    ///< of the roles that name none
  std::string endpoints[4];  ///< "MODEL@URL", by the order of kRoles
  eval::ClinicOptions options;
  eval::BootstrapOptions bootstrap;
};

/// The model of a role: of its own endpoint, or the one that all share.
class RoleModels {
 public:
  RoleModels(const Context& context, const ClinicArguments& arguments) {
    for (int role = 0; role < 4; ++role) {
      const std::string& endpoint = arguments.endpoints[role];
      ChatModelOptions options = arguments.model;
      if (!endpoint.empty()) {
        const std::size_t at = endpoint.find("@http");
        if (at == std::string::npos || at == 0) {
          raise(ErrorKind::invalid_argument, "--{} {}: MODEL@URL is wanted", kRoles[role],
                endpoint);
        }
        options.endpoint_model = endpoint.substr(0, at);
        options.endpoint = endpoint.substr(at + 1);
        own_[role] = tasks::open_chat_model(options, &context.cancel);
      } else if (!shared_) {
        shared_ = tasks::open_chat_model(options, &context.cancel);
      }
    }
  }
  tasks::ChatModel& operator[](int role) { return own_[role] ? *own_[role] : *shared_; }

 private:
  std::unique_ptr<tasks::ChatModel> shared_;
  std::unique_ptr<tasks::ChatModel> own_[4];
};

int play(const Context& context, ClinicArguments& arguments) {
  take_context(context, arguments.model);
  arguments.options.seed = context.seed;
  arguments.options.cancel = &context.cancel;
  arguments.bootstrap.seed = context.seed;
  std::vector<eval::ClinicCase> cases = eval::read_clinic_cases(arguments.cases);
  if (arguments.limit > 0 && arguments.limit < cases.size()) cases.resize(arguments.limit);
  RoleModels models(context, arguments);
  const eval::ClinicResult result =
      eval::run_agentclinic(cases, {models[0], models[1], models[2], models[3]}, arguments.out,
                            arguments.options, arguments.bootstrap);
  if (context.json) {
    print_results(arguments.out);
  } else {
    print(eval::clinic_text(result));
  }
  return result.failed > 0 ? kPartialFailure : 0;
}

}  // namespace

void add_eval_ehrqa(CLI::App& parent, Context& context) {
  auto* verb = parent.add_subcommand("ehrqa", "Questions about FHIR records: make, run");
  verb->require_subcommand(1);
  add_make(*verb, context);
  add_run(*verb, context);
}

void add_eval_agentclinic(CLI::App& parent, Context& context) {
  auto* verb = parent.add_subcommand(
      "agentclinic", "A doctor finds a diagnosis by asking a patient and ordering tests");
  auto arguments = std::make_shared<ClinicArguments>();
  verb->add_option("cases", arguments->cases, "AgentClinic's cases, JSONL")
      ->required()
      ->type_name("FILE");
  verb->add_option("-o,--out", arguments->out,
                   "Gets samples.jsonl (transcripts) and results.json; a run that was stopped goes "
                   "on there")
      ->required()
      ->type_name("DIR");
  verb->add_option("--limit", arguments->limit, "Play only the first N cases; 0 = all")
      ->type_name("N");
  verb->add_option("--max-questions", arguments->options.max_questions, "Turns of the doctor")
      ->type_name("N")
      ->check(CLI::Range(1, 1000));
  verb->add_option("--max-tokens", arguments->options.max_tokens, "Longest turn")
      ->type_name("N")
      ->check(CLI::Range(1, 1 << 20));
  verb->add_option("--temperature", arguments->options.temperature,
                   "Of all roles but the moderator")
      ->type_name("T")
      ->check(CLI::Range(0.0, 10.0));
  for (int role = 0; role < 4; ++role) {
    verb->add_option(
            fmt::format("--{}", kRoles[role]), arguments->endpoints[role],
            fmt::format("Model of the {} on an endpoint of its own, as NAME@URL", kRoles[role]))
        ->type_name("MODEL@URL");
  }
  add_chat_options(*verb, arguments->model);
  set_action(*verb, context, [&context, arguments] { return play(context, *arguments); });
}

}  // namespace galen::cli
