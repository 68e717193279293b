#pragma once

#include <galen/chat.h>

#include "cli/cli11_fwd.h"
#include "cli/context.h"

namespace galen::cli {

/// The options of verbs that talk to a language model in turns: those of add_model_options, and
/// --endpoint, --endpoint-model, --endpoint-key-env, --endpoint-ca, --endpoint-context. `options`
/// must outlive the parsing.
void add_chat_options(CLI::App& verb, ChatModelOptions& options);

/// What stands in the environment variable, or "".
[[nodiscard]] std::string environment_text(const std::string& variable);

/// Model and threads of the context.
void take_context(const Context& context, ChatModelOptions& options);

}  // namespace galen::cli
