#include "cli/chat_options.h"

#include <CLI/CLI.hpp>
#include <cstdlib>

#include "cli/model_options.h"

namespace galen::cli {

std::string environment_text(const std::string& variable) {
  const char* value = std::getenv(variable.c_str());
  return value == nullptr ? "" : value;
}

void take_context(const Context& context, ChatModelOptions& options) {
  options.model.model = context.model;
  options.model.threads = context.threads;
}

void add_chat_options(CLI::App& verb, ChatModelOptions& options) {
  add_model_options(verb, options.model);
  verb.add_option(
          "--endpoint", options.endpoint,
          "Ask a model at an OpenAI-compatible address (vLLM, llama-server) in place of the "
          "built-in one")
      ->type_name("URL");
  verb.add_option("--endpoint-model", options.endpoint_model, "Name of the model there")
      ->type_name("NAME");
  verb.add_option_function<std::string>(
          "--endpoint-key-env",
          [&options](const std::string& name) { options.api_key = environment_text(name); },
          "Environment variable that holds the key of the endpoint")
      ->type_name("NAME");
  verb.add_option("--endpoint-ca", options.ca_file,
                  "PEM file of the authority that the endpoint's certificate comes from")
      ->type_name("FILE");
  verb.add_option("--endpoint-context", options.endpoint_context,
                  "Tokens of context of the model there")
      ->type_name("N")
      ->check(CLI::Range(1024, 1 << 24));
}

}  // namespace galen::cli
