// `galen prs predict IMAGES.csv --outcome NAME -o risk.tsv`.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <memory>
#include <unordered_map>

#include <galen/prs_image.h>

#include "base/file.h"
#include "base/progress.h"
#include "base/raise.h"
#include "cli/exit_status.h"
#include "cli/output.h"
#include "cli/prs/verbs.h"
#include "cli/verbs.h"
#include "eval/metrics/sample_log.h"
#include "io/store/table.h"

namespace galen::cli {
namespace {

namespace fs = std::filesystem;

struct PredictVerb {
  std::string images;
  std::string people;
  PrsQuestion question;
  std::string output;
};

/// "age: 61, sex: female" of each person, by IID.
std::unordered_map<std::string, std::string> demographics_in(const std::string& path) {
  std::unordered_map<std::string, std::string> texts;
  if (path.empty()) return texts;
  const store::Table table = store::read_table(path);
  const std::size_t person = table.column("IID");
  for (const auto& row : table.rows) {
    std::string text;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i == person || row[i].empty()) continue;
      text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", table.columns[i], row[i]);
    }
    texts[row[person]] = text + ".";
  }
  return texts;
}

std::vector<PrsCase> cases_of(const PredictVerb& verb) {
  const auto demographics = demographics_in(verb.people);
  const store::Table table = store::read_table(verb.images);
  const std::size_t person = table.column("IID");
  const std::size_t image = table.column("image");
  std::vector<PrsCase> cases;
  for (const auto& row : table.rows) {
    const auto found = demographics.find(row[person]);
    if (!verb.people.empty() && found == demographics.end()) {
      raise(ErrorKind::invalid_argument, "{}: row {} of {} has no demographics there", verb.people,
            cases.size() + 1, verb.images);
    }
    cases.push_back({row[person], fs::path(verb.images).parent_path() / row[image],
                     found == demographics.end() ? "" : found->second});
  }
  return cases;
}

/// What a risk depends on besides the person.
std::string run_name(const PredictVerb& verb, const Context& context) {
  const PrsQuestion& question = verb.question;
  return fmt::format("{} asked for {} ({} or {}): {}", context.model, question.outcome,
                     question.positive, question.negative, question.prompt);
}

/// Risks stay in OUTPUT.partial until all are there, so that a run that was killed goes on.
class RiskLog {
 public:
  explicit RiskLog(const PredictVerb& verb, const Context& context)
      : folder_(verb.output + ".partial"), log_(folder_, run_name(verb, context)) {}

  PrsRisk risk(PrsPredictor& predictor, const PrsCase& person, const PrsQuestion& question,
               const CancelToken& cancel) {
    const std::string id = person.name + "\n" + person.image.string() + "\n" + person.demographics;
    if (const OrderedJson* known = log_.find(id))
      return {known->at("log_ratio").get<double>(), known->at("probability").get<double>()};
    const PrsRisk risk = predictor.predict(person, question, &cancel);
    log_.add({{"id", id}, {"log_ratio", risk.log_ratio}, {"probability", risk.probability}});
    return risk;
  }
  void remove() const { fs::remove_all(folder_); }

 private:
  fs::path folder_;
  eval::SampleLog log_;
};

int run_predict(const PredictVerb& verb, const Context& context) {
  const std::vector<PrsCase> cases = cases_of(verb);
  ModelOptions model;
  model.model = context.model;
  model.threads = context.threads;
  PrsPredictor predictor(model);
  RiskLog log(verb, context);
  Progress progress("predict", cases.size(), "people");
  std::string text = "IID\toutcome\tlog_likelihood_ratio\tprobability\n";
  std::size_t failed = 0;
  for (const PrsCase& one : cases) {
    context.cancel.check();
    try {
      const PrsRisk risk = log.risk(predictor, one, verb.question, context.cancel);
      text += fmt::format("{}\t{}\t{:.6f}\t{:.6f}\n", one.name, verb.question.outcome,
                          risk.log_ratio, risk.probability);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::cancelled || cases.size() == 1) throw;
      ++failed;
      report_error(error.what());
    }
    progress.advance();
  }
  write_file(verb.output, text);
  if (failed == 0) log.remove();  // else the next run asks for those alone
  if (context.json) {
    print_json(OrderedJson{{"people", cases.size() - failed},
                           {"failed", failed},
                           {"outcome", verb.question.outcome},
                           {"output", verb.output},
                           {"not_for_clinical_use", true}});
  } else {
    print(
        fmt::format("{} people: {} (not for clinical use)\n", cases.size() - failed, verb.output));
  }
  return failed > 0 ? kPartialFailure : 0;
}

}  // namespace

void add_prs_predict(CLI::App& prs, Context& context) {
  auto verb = std::make_shared<PredictVerb>();
  CLI::App* app = prs.add_subcommand(
      "predict",
      "Risk of an outcome from pictures of scores: the likelihood ratio of two answers of "
      "a vision-language model");
  app->add_option("images", verb->images,
                  "Table with IID and image, as `galen prs image` writes it")
      ->required()
      ->type_name("FILE");
  app->add_option("--outcome", verb->question.outcome, "As in the question: \"type 2 diabetes\"")
      ->required()
      ->type_name("NAME");
  app->add_option(
         "--people", verb->people,
         "Demographics: CSV or JSONL with IID and any columns, which stand in the prompt as "
         "\"age: 61, sex: female\"")
      ->type_name("FILE");
  app->add_option("--prompt", verb->question.prompt,
                  "Prompt in which {demographics} and {outcome} are replaced")
      ->type_name("TEXT");
  app->add_option("--positive", verb->question.positive, "The answer that means yes")
      ->type_name("TEXT");
  app->add_option("--negative", verb->question.negative, "The answer that means no")
      ->type_name("TEXT");
  app->add_option("-o,--output", verb->output,
                  "Table of the risks, tab-separated; a run that was stopped goes on from "
                  "FILE.partial")
      ->required()
      ->type_name("FILE");
  app->footer(
      "Examples:\n"
      "  galen prs predict images/images.csv --outcome \"type 2 diabetes\" --people people.csv "
      "-o risk.tsv\n");
  set_action(*app, context, [verb, &context] { return run_predict(*verb, context); });
}

}  // namespace galen::cli
