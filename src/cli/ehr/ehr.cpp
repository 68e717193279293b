// `galen ehr`: questions to patients' records.

#include "cli/ehr/ehr.h"

#include <CLI/CLI.hpp>

namespace galen::cli {

void add_ehr(CLI::App& app, Context& context) {
  auto* verb =
      app.add_subcommand("ehr", "Ask about patients' FHIR records: index, patients, ask, replay");
  verb->require_subcommand(1);
  add_ehr_index(*verb, context);
  add_ehr_patients(*verb, context);
  add_ehr_ask(*verb, context);
  add_ehr_replay(*verb, context);
  verb->footer(
      "Examples:\n"
      "  galen ehr index bundles/ -o records.db\n"
      "  galen ehr patients records.db\n"
      "  galen ehr ask records.db --patient ID \"Which drugs does the patient take?\"\n"
      "  galen ehr ask https://fhir.example/r4 --patient ID \"When was the last HbA1c?\"\n"
      "  galen ehr replay trace.jsonl --svg trace.svg\n");
}

}  // namespace galen::cli
