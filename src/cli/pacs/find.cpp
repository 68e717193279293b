// `galen pacs find`.

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <memory>

#include "cli/output.h"
#include "cli/pacs/verbs.h"
#include "cli/verbs.h"

namespace galen::cli {
namespace {

struct FindArguments {
  PacsArguments pacs;
  net::StudyQuery query;
};

int find(const Context& context, const FindArguments& arguments) {
  const NamedPacs pacs = named_pacs(arguments.pacs.pacs, arguments.pacs, context.cancel);
  const auto rows = net::open_pacs(pacs.url, pacs.options)->find(arguments.query);
  OrderedJson json = OrderedJson::array();
  for (const net::StudyRow& row : rows) {
    if (context.json) {
      json.push_back({{"study_uid", row.study_uid},
                      {"patient_id", row.patient_id},
                      {"patient_name", row.patient_name},
                      {"date", row.date},
                      {"time", row.time},
                      {"accession", row.accession},
                      {"description", row.description},
                      {"modalities", row.modalities},
                      {"instances", row.instances}});
    } else {
      print(fmt::format("{}  {:8}  {:8}  {:>6}  {}  {}\n", row.study_uid, row.date, row.modalities,
                        row.instances, row.patient_id, row.description));
    }
  }
  if (context.json) print_json(json);
  if (rows.size() >= arguments.query.limit && !context.quiet) {
    fmt::print(stderr, "galen: these are {} studies, and there may be more: --limit\n",
               rows.size());
  }
  return 0;
}

}  // namespace

void add_pacs_find(CLI::App& pacs, Context& context) {
  auto* verb = pacs.add_subcommand("find", "Studies that match, one a line (C-FIND, QIDO-RS)");
  auto arguments = std::make_shared<FindArguments>();
  add_pacs_options(*verb, arguments->pacs);
  net::StudyQuery& query = arguments->query;
  verb->add_option("--patient-id", query.patient_id, "Patient ID")->type_name("ID");
  verb->add_option("--patient-name", query.patient_name, "Patient's name; * stands for anything")
      ->type_name("NAME");
  verb->add_option("--accession", query.accession, "Accession number")->type_name("NUMBER");
  verb->add_option("--date", query.date, "YYYYMMDD, or a range YYYYMMDD-YYYYMMDD")
      ->type_name("DATE");
  verb->add_option("--modality", query.modality, "Modality of some series")->type_name("CODE");
  verb->add_option("--study", query.study_uid, "Study Instance UID")->type_name("UID");
  verb->add_option("--limit", query.limit, "At most this many studies")->type_name("N");
  verb->footer(
      "Examples:\n  galen pacs find --pacs dicom://ORTHANC@localhost:4242 --date 20240101-\n"
      "  galen pacs find --pacs https://pacs.example/dicom-web --modality CT --json\n");
  set_action(*verb, context, [&context, arguments] { return find(context, *arguments); });
}

}  // namespace galen::cli
