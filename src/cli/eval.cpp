// `galen eval`: how good generated texts are, and how good a model's answers.

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fmt/core.h>
#include <memory>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/json.h"
#include "cli/eval_ehr.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "eval/reports/reader_form.h"
#include "eval/reports/reader_tally.h"
#include "eval/reports/text_scores.h"

namespace galen::cli {
namespace {

namespace fs = std::filesystem;

struct PairArguments {
  std::string list;
  std::string reports;
};

void add_pairs(CLI::App& verb, PairArguments& arguments) {
  verb.add_option("list", arguments.list,
                  "CSV of case, part, original, and generated and slides unless --reports is given")
      ->required()
      ->type_name("FILE");
  verb.add_option("--reports", arguments.reports,
                  "What `galen report --out` wrote: the generated texts, by case and part")
      ->type_name("DIR");
}

std::shared_ptr<eval::BootstrapOptions> add_bootstrap(CLI::App& verb) {
  auto options = std::make_shared<eval::BootstrapOptions>();
  verb.add_option("--resamples", options->resamples, "Of the bootstrap over parts")
      ->type_name("N")
      ->check(CLI::Range(1, 1000000));
  return options;
}

OrderedJson results_json(const std::vector<eval::SlideCountResult>& results) {
  OrderedJson list = OrderedJson::array();
  for (const eval::SlideCountResult& one : results) {
    list.push_back({{"slides", one.slides},
                    {"measure", one.measure},
                    {"parts", one.parts},
                    {"value", one.value},
                    {"low", one.interval.low},
                    {"high", one.interval.high}});
  }
  return list;
}

void add_texts(CLI::App& parent, Context& context) {
  auto* verb = parent.add_subcommand(
      "texts", "ROUGE-L, BLEU-4 and METEOR of generated against original texts, by slide count");
  auto arguments = std::make_shared<PairArguments>();
  add_pairs(*verb, *arguments);
  auto bootstrap = add_bootstrap(*verb);
  set_action(*verb, context, [&context, arguments, bootstrap] {
    bootstrap->seed = context.seed;
    const auto pairs = eval::read_text_pairs(arguments->list, arguments->reports);
    const auto results = eval::text_scores(pairs, *bootstrap);
    if (context.json) {
      print_json(results_json(results));
    } else {
      print(eval::slide_count_text(results));
    }
    return 0;
  });
}

void add_reader_form(CLI::App& parent, Context& context) {
  auto* verb = parent.add_subcommand(
      "reader-form", "A blinded form for readers: original and generated text side by side");
  auto arguments = std::make_shared<PairArguments>();
  auto folder = std::make_shared<std::string>();
  add_pairs(*verb, *arguments);
  verb->add_option("-o,--out", *folder,
                   "Gets form.csv and form.html for the readers, and key.csv, which they must not "
                   "see")
      ->required()
      ->type_name("DIR");
  set_action(*verb, context, [&context, arguments, folder] {
    const auto pairs = eval::read_text_pairs(arguments->list, arguments->reports);
    const eval::ReaderForm form = eval::reader_form(pairs, context.seed);
    fs::create_directories(*folder);
    write_file(fs::path(*folder) / "form.csv", eval::reader_form_csv(form));
    write_file(fs::path(*folder) / "form.html", eval::reader_sheet_html(form));
    write_file(fs::path(*folder) / "key.csv", eval::reader_key_csv(form));
    if (!context.quiet) fmt::print(stderr, "galen: {} items\n", form.items.size());
    return 0;
  });
}

void add_reader_tally(CLI::App& parent, Context& context) {
  auto* verb = parent.add_subcommand(
      "reader-tally", "What readers answered, with bootstrap intervals, by slide count");
  auto key = std::make_shared<std::string>();
  auto forms = std::make_shared<std::vector<std::string>>();
  verb->add_option("forms", *forms, "Filled forms, one of each reader")
      ->required()
      ->type_name("FILE");
  verb->add_option("--key", *key, "key.csv of the form")->required()->type_name("FILE");
  auto bootstrap = add_bootstrap(*verb);
  set_action(*verb, context, [&context, key, forms, bootstrap] {
    bootstrap->seed = context.seed;
    const std::vector<fs::path> paths(forms->begin(), forms->end());
    const eval::ReaderAnswers read = eval::read_reader_answers(*key, paths);
    const auto results = eval::reader_tally(read.answers, *bootstrap);
    if (context.json) {
      print_json({{"answers", read.answers.size()},
                  {"unanswered", read.unanswered},
                  {"results", results_json(results)}});
    } else {
      print(fmt::format("{} answers of {} readers, {} items not answered\n", read.answers.size(),
                        paths.size(), read.unanswered) +
            eval::slide_count_text(results));
    }
    return 0;
  });
}

}  // namespace

void add_eval(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand(
      "eval", "How good a model is: texts, reader-form, reader-tally, ehrqa, agentclinic");
  verb->require_subcommand(1);
  add_texts(*verb, context);
  add_reader_form(*verb, context);
  add_reader_tally(*verb, context);
  add_eval_ehrqa(*verb, context);
  add_eval_agentclinic(*verb, context);
  verb->footer(
      "Examples:\n"
      "  galen eval texts originals.csv --reports reports/\n"
      "  galen eval reader-form originals.csv --reports reports/ -o study/\n"
      "  galen eval reader-tally --key study/key.csv reader1.csv reader2.csv\n"
      "  galen eval ehrqa make bundles/ -o ehrqa.jsonl\n"
      "  galen eval ehrqa run ehrqa.jsonl --records bundles/ -o run/\n"
      "  galen eval agentclinic agentclinic_medqa.jsonl -o clinic/ --patient NAME@URL\n");
}

}  // namespace galen::cli
