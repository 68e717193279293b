#pragma once
// `galen ehr` and the verbs below it.

#include <memory>

#include <galen/ehr.h>

#include "cli/cli11_fwd.h"
#include "cli/context.h"

namespace galen::cli {

void add_ehr(CLI::App& app, Context& context);
void add_ehr_index(CLI::App& parent, Context& context);
void add_ehr_patients(CLI::App& parent, Context& context);
void add_ehr_ask(CLI::App& parent, Context& context);
void add_ehr_replay(CLI::App& parent, Context& context);

/// --token-env, --user, --password-env, --fhir-ca and those of SMART Backend Services.
void add_server_options(CLI::App& verb, RecordAddress& address);

/// "2/6 choose: {...} (812 + 20 tokens)" on standard error, unless quiet.
void print_step(const Context& context, const RecordStep& step);

/// The answer with its references, as text or JSON.
void print_record_answer(const Context& context, const RecordAnswer& answer);

}  // namespace galen::cli
