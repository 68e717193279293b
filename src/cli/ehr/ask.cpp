// `galen ehr ask RECORDS --patient ID QUESTION`.

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <memory>
#include <string>

#include "cli/chat_options.h"
#include "cli/ehr/ehr.h"
#include "cli/output.h"
#include "cli/verbs.h"

namespace galen::cli {
namespace {

struct AskArguments {
  RecordAddress records;
  ChatModelOptions model;
  RecordQuestion question;
  std::string trace;
};

int ask(const Context& context, AskArguments& arguments) {
  take_context(context, arguments.model);
  arguments.question.seed = context.seed;
  arguments.question.cancel = &context.cancel;
  arguments.question.trace = arguments.trace;
  arguments.question.on_step = [&context](const RecordStep& step) { print_step(context, step); };
  print_record_answer(context, ask_records(arguments.records, arguments.model, arguments.question));
  return 0;
}

void add_question_options(CLI::App& verb, RecordQuestion& question) {
  verb.add_option("--patient", question.patient, "The patient's id (galen ehr patients lists them)")
      ->required()
      ->type_name("ID");
  verb.add_option("--today", question.today,
                  "The date the question is asked at, YYYY-MM-DD; without it, now")
      ->type_name("DATE");
  verb.add_option("--max-steps", question.max_steps, "Calls of the model, the answer included")
      ->type_name("N")
      ->check(CLI::Range(3, 10'000));
  verb.add_option("--max-tokens", question.max_tokens,
                  "Tokens of all prompts and answers together, before the answer is asked for")
      ->type_name("N")
      ->check(CLI::Range(1000, 1 << 30));
  verb.add_option("--max-follow-ups", question.max_follow_ups,
                  "Further requests after the first facts")
      ->type_name("N")
      ->check(CLI::Range(0, 1000));
  verb.add_option("--max-resources", question.max_resources,
                  "Resources read for one request, the newest first")
      ->type_name("N")
      ->check(CLI::Range(1, 10'000));
}

}  // namespace

void add_server_options(CLI::App& verb, RecordAddress& address) {
  verb.add_option_function<std::string>(
          "--token-env",
          [&address](const std::string& name) { address.bearer = environment_text(name); },
          "Environment variable that holds a bearer token for the FHIR server")
      ->type_name("NAME");
  verb.add_option("--user", address.user, "User of the FHIR server")->type_name("NAME");
  verb.add_option_function<std::string>(
          "--password-env",
          [&address](const std::string& name) { address.password = environment_text(name); },
          "Environment variable that holds the user's password")
      ->type_name("NAME");
  verb.add_option("--fhir-ca", address.ca_file,
                  "PEM file of the authority that the server's certificate comes from")
      ->type_name("FILE");
  verb.add_option("--client-id", address.client_id,
                  "SMART Backend Services: the id this client is registered under")
      ->type_name("ID");
  verb.add_option("--client-key", address.key_file,
                  "SMART: private key in PEM, RSA (RS384) or P-384 (ES384)")
      ->type_name("FILE");
  verb.add_option("--key-id", address.key_id, "SMART: kid of the registered public key")
      ->type_name("ID");
  verb.add_option("--scope", address.scope, "SMART: what is asked for")->type_name("TEXT");
  verb.add_option("--token-url", address.token_url,
                  "SMART: the token endpoint; without it, asked from the server")
      ->type_name("URL");
}

void print_step(const Context& context, const RecordStep& step) {
  if (context.quiet) return;
  const std::string tokens =
      step.kind == "model"
          ? fmt::format(" ({} + {} tokens)", step.prompt_tokens, step.answer_tokens)
          : "";
  fmt::print(stderr, "{}{}: {}\n", step.name, tokens, step.text);
}

void print_record_answer(const Context& context, const RecordAnswer& answer) {
  if (context.json) {
    OrderedJson facts = OrderedJson::array();
    for (const RecordFact& fact : answer.facts)
      facts.push_back({{"fact", fact.text}, {"reference", fact.reference}});
    return print_json(
        {{"answer", answer.text},
         {"references", answer.references},
         {"unsupported", answer.unsupported},
         {"facts", std::move(facts)},
         {"complete", answer.is_complete},
         {"model", answer.model},
         {"steps", answer.steps},
         {"usage",
          {{"prompt_tokens", answer.prompt_tokens}, {"answer_tokens", answer.answer_tokens}}},
         {"not_for_clinical_use", true}});
  }
  print(answer.text + "\n");
  for (const std::string& reference : answer.references) print("  " + reference + "\n");
  if (context.quiet) return;
  for (const std::string& reference : answer.unsupported) {
    fmt::print(stderr,
               "galen: the answer names {}, but no fact was read from it: do not rely on it\n",
               reference);
  }
  if (!answer.is_complete)
    fmt::print(stderr, "galen: a limit ended the reading early (--max-steps, --max-tokens)\n");
}

void add_ehr_ask(CLI::App& parent, Context& context) {
  auto* verb = parent.add_subcommand(
      "ask", "Answer a question from a patient's record, with the resources it rests on");
  auto arguments = std::make_shared<AskArguments>();
  verb->add_option("records", arguments->records.address,
                   "An index, a folder or file of Bundles, or the address of a FHIR R4 server")
      ->required()
      ->type_name("RECORDS");
  verb->add_option("question", arguments->question.question, "The question")
      ->required()
      ->type_name("QUESTION");
  add_question_options(*verb, arguments->question);
  verb->add_option("--trace", arguments->trace,
                   "Write every step into FILE (JSONL; it holds what was read of the record)")
      ->type_name("FILE");
  add_chat_options(*verb, arguments->model);
  add_server_options(*verb, arguments->records);
  set_action(*verb, context, [&context, arguments] { return ask(context, *arguments); });
}

}  // namespace galen::cli
