// `galen ehr index FOLDER -o INDEX` and `galen ehr patients INDEX`.

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <memory>
#include <string>

#include "base/file.h"
#include "cli/ehr/ehr.h"
#include "cli/exit_status.h"
#include "cli/output.h"
#include "cli/verbs.h"

namespace galen::cli {
namespace {

struct IndexArguments {
  std::string folder;
  std::string index;
  std::string dangling;
};

double rate(std::size_t count, double seconds) {
  return seconds > 0 ? static_cast<double>(count) / seconds : 0;
}

OrderedJson summary_json(const RecordIndexSummary& summary) {
  OrderedJson dangling = OrderedJson::array();
  for (const DanglingRecordReference& one : summary.dangling_references)
    dangling.push_back({{"from", one.from}, {"to", one.to}, {"resources", one.count}});
  return {{"files", summary.files},
          {"unchanged", summary.unchanged},
          {"patients", summary.patients},
          {"resources", summary.resources},
          {"added_patients", summary.added_patients},
          {"added_resources", summary.added},
          {"duplicates", summary.duplicates},
          {"dangling", summary.dangling},
          {"dangling_references", std::move(dangling)},
          {"errors", summary.errors},
          {"seconds", summary.seconds},
          {"patients_per_second", rate(summary.added_patients, summary.seconds)}};
}

std::string summary_text(const RecordIndexSummary& summary) {
  std::string text =
      fmt::format("{} patients, {} resources in {} files ({} unchanged)\n", summary.patients,
                  summary.resources, summary.files, summary.unchanged);
  text += fmt::format("added {} patients, {} resources in {:.1f} s: {:.1f} patients/s\n",
                      summary.added_patients, summary.added, summary.seconds,
                      rate(summary.added_patients, summary.seconds));
  if (summary.duplicates > 0)
    text +=
        fmt::format("{} resources left out: their type and id came before\n", summary.duplicates);
  if (summary.dangling > 0) {
    const std::size_t listed = summary.dangling_references.size();
    text += fmt::format("{} references mean nothing in the index (--dangling FILE lists {})\n",
                        summary.dangling,
                        listed < summary.dangling ? fmt::format("the first {}", listed) : "them");
  }
  return text;
}

int index(const Context& context, const IndexArguments& arguments) {
  const RecordIndexSummary summary =
      index_records(arguments.folder, arguments.index, context.threads, &context.cancel);
  for (const std::string& error : summary.errors) report_error(error);
  if (!arguments.dangling.empty()) {
    std::string lines = "from\tto\tresources\n";
    for (const DanglingRecordReference& one : summary.dangling_references)
      lines += fmt::format("{}\t{}\t{}\n", one.from, one.to, one.count);
    write_file(arguments.dangling, lines);
  }
  if (context.json) {
    print_json(summary_json(summary));
  } else {
    print(summary_text(summary));
  }
  return summary.errors.empty() ? 0 : kPartialFailure;
}

struct PatientsArguments {
  std::string index;
  std::string code;
  std::size_t limit = 100;
  std::size_t offset = 0;
};

int patients(const Context& context, const PatientsArguments& arguments) {
  auto entries =
      list_patients(arguments.index, arguments.code, arguments.offset, arguments.limit + 1);
  if (entries.size() > arguments.limit) {
    entries.resize(arguments.limit);
    if (!context.quiet) {
      fmt::print(stderr, "galen: there are more patients; --offset {} lists those that follow\n",
                 arguments.offset + arguments.limit);
    }
  }
  if (context.json) {
    OrderedJson list = OrderedJson::array();
    for (const PatientEntry& one : entries) {
      list.push_back({{"id", one.id},
                      {"birth", one.birth},
                      {"gender", one.gender},
                      {"resources", one.resources}});
    }
    print_json(list);
    return 0;
  }
  for (const PatientEntry& one : entries)
    print(fmt::format("{}\t{}\t{}\t{}\n", one.id, one.birth, one.gender, one.resources));
  return 0;
}

}  // namespace

void add_ehr_index(CLI::App& parent, Context& context) {
  auto* verb = parent.add_subcommand(
      "index", "Index a folder of FHIR R4 Bundles (JSON) or of a bulk export (NDJSON)");
  auto arguments = std::make_shared<IndexArguments>();
  verb->add_option("folder", arguments->folder, "Folder with the records, or one file")
      ->required()
      ->type_name("FOLDER");
  verb->add_option("-o,--out", arguments->index,
                   "The index; when it is there, only new and changed files are read")
      ->required()
      ->type_name("FILE");
  verb->add_option("--dangling", arguments->dangling,
                   "List references that mean nothing into FILE (TSV)")
      ->type_name("FILE");
  set_action(*verb, context, [&context, arguments] { return index(context, *arguments); });
}

void add_ehr_patients(CLI::App& parent, Context& context) {
  auto* verb = parent.add_subcommand(
      "patients", "List patients of an index: id, birth date, sex, number of resources");
  auto arguments = std::make_shared<PatientsArguments>();
  verb->add_option("index", arguments->index, "What galen ehr index made")
      ->required()
      ->type_name("INDEX");
  verb->add_option("--code", arguments->code,
                   "Only patients with a resource of this code (SNOMED, LOINC, RxNorm, ...)")
      ->type_name("CODE");
  verb->add_option("--limit", arguments->limit, "Patients listed")
      ->type_name("N")
      ->check(CLI::Range(1, 1 << 30));
  verb->add_option("--offset", arguments->offset, "Patients passed over first")->type_name("N");
  set_action(*verb, context, [&context, arguments] { return patients(context, *arguments); });
}

}  // namespace galen::cli
