#include "train/polygenic/polygenic.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <memory>
#include <torch/torch.h>

#include "base/file.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "base/raise.h"
#include "eval/metrics/delong.h"
#include "io/store/table.h"
#include "train/polygenic/questions.h"
#include "train/probe/folds.h"
#include "train/probe/logistic_grid.h"

namespace galen::train {
namespace {

constexpr int kFolds = 5;

/// people x learnt outcomes.
struct Method {
  std::string name;
  Matrix probabilities;
};

Matrix linear_probabilities(const Cohort& cohort, std::size_t outcomes,
                            const PolygenicOptions& options, const CancelToken& cancel) {
  const Matrix features = cohort.features();
  Matrix all(cohort.people.size(), outcomes);
  Progress progress("linear", outcomes, "outcomes");
  for (std::size_t o = 0; o < outcomes; ++o) {
    if (cancel.is_cancelled()) raise(ErrorKind::cancelled, "stopped in the linear models");
    const std::vector<std::size_t> rows = cohort.rows("train", o);
    TrainingSet set;
    set.features = take_rows(features, rows);
    set.labels = take(cohort.outcomes[o], rows);
    set.folds = stratified_group_folds(set.labels, take(cohort.people, rows), kFolds, options.seed);
    set.classes = 2;
    const Trained trained = train_logistic(set, {.threads = options.threads});
    const Matrix probabilities = trained.classifier->probabilities(features);
    for (std::size_t i = 0; i < all.rows; ++i) all.row(i)[o] = probabilities.row(i)[1];
    progress.advance();
  }
  return all;
}

/// Correlation of two outcomes among the training people of whom both are known.
double phi(const Cohort& cohort, std::size_t a, std::size_t b) {
  double n[2][2] = {};
  for (const std::size_t row : cohort.rows("train", a)) {
    if (cohort.outcomes[b][row] >= 0) n[cohort.outcomes[a][row]][cohort.outcomes[b][row]] += 1;
  }
  const double spread =
      (n[1][0] + n[1][1]) * (n[0][0] + n[0][1]) * (n[0][1] + n[1][1]) * (n[0][0] + n[1][0]);
  return spread > 0 ? (n[1][1] * n[0][0] - n[1][0] * n[0][1]) / std::sqrt(spread) : 0;
}

/// The learnt outcome that stands for `outcome`: itself, or the one that goes with it most.
std::size_t stand_in(const Cohort& cohort, std::size_t outcome, std::size_t learnt) {
  if (outcome < learnt) return outcome;
  std::size_t best = 0;
  for (std::size_t o = 1; o < learnt; ++o) {
    if (phi(cohort, o, outcome) > phi(cohort, best, outcome)) best = o;
  }
  return best;
}

OrderedJson interval_json(std::span<const int> labels, std::span<const double> scores) {
  const eval::AucInterval interval = eval::delong_interval(labels, scores);
  return {{"auc", interval.auc}, {"low", interval.low}, {"high", interval.high}};
}

/// Log likelihood ratios of a vision-language model.
std::vector<double> asked(PrsPredictor& predictor, const Cohort& cohort,
                          const std::vector<std::size_t>& rows, const std::string& outcome,
                          const PictureFolder& pictures, const CancelToken& cancel) {
  PrsQuestion question;
  question.outcome = words_of(outcome);
  std::vector<double> scores;
  Progress progress("model: " + outcome, rows.size(), "people");
  for (const std::size_t row : rows) {
    const PrsCase person{cohort.people[row], pictures.picture(row), cohort.demographics[row]};
    scores.push_back(predictor.predict(person, question, &cancel).log_ratio);
    progress.advance();
  }
  return scores;
}

class PolygenicRun {
 public:
  PolygenicRun(const PolygenicOptions& options, const CancelToken& cancel)
      : options_(options), cancel_(cancel), names_(options.outcomes) {
    names_.insert(names_.end(), options.unseen.begin(), options.unseen.end());
    cohort_ = read_cohort(options.people, options.scores, {options.demographics, names_});
  }

  OrderedJson run() {
    const std::size_t learnt = options_.outcomes.size();
    const std::unique_ptr<PrsPredictor> predictor = open_model();  // a wrong name ends it here
    methods_.push_back({"linear", linear_probabilities(cohort_, learnt, options_, cancel_)});
    VitHeadResult vit =
        train_vit_head(cohort_, learnt, options_.vit, options_.out / "vit", cancel_);
    methods_.push_back({"vit", std::move(vit.probabilities)});
    const PictureFolder pictures(cohort_, options_.out);
    if (options_.questions > 0) {
      write_questions(cohort_, options_.outcomes, options_.questions, options_.seed, options_.out,
                      pictures);
    }
    OrderedJson outcomes = OrderedJson::array();
    for (std::size_t o = 0; o < names_.size(); ++o)
      outcomes.push_back(measure(o, predictor.get(), pictures));
    OrderedJson result = describe();
    result["vit"] = {{"best_epoch", vit.best_epoch}, {"validation_auc", vit.best_auc}};
    result["outcomes"] = std::move(outcomes);
    write_file(options_.out / "polygenic.json", result.dump(2) + "\n");
    write_file(options_.out / "predictions.csv", predictions_);
    return result;
  }

 private:
  /// Null when none is named.
  [[nodiscard]] std::unique_ptr<PrsPredictor> open_model() const {
    if (options_.model.empty()) return nullptr;
    ModelOptions model;
    model.model = options_.model;
    model.threads = options_.threads;
    return std::make_unique<PrsPredictor>(model);
  }

  [[nodiscard]] OrderedJson describe() const {
    OrderedJson splits = OrderedJson::object();
    for (const std::string& split : cohort_.splits)
      splits[split] = splits.value(split, std::size_t{0}) + 1;
    return {{"galen", GALEN_VERSION},
            {"people", splits},
            {"scores", cohort_.scores.scores.size()},
            {"demographics", options_.demographics},
            {"model", options_.model},
            {"seed", options_.seed}};
  }

  OrderedJson measure(std::size_t outcome, PrsPredictor* predictor, const PictureFolder& pictures) {
    const std::size_t learnt = options_.outcomes.size();
    const std::size_t scored_by = stand_in(cohort_, outcome, learnt);
    const std::vector<std::size_t> rows = balanced_rows(
        cohort_, "test", outcome, static_cast<std::size_t>(options_.cases), options_.seed);
    const std::vector<int> labels = take(cohort_.outcomes[outcome], rows);
    OrderedJson json{{"outcome", names_[outcome]},
                     {"unseen", outcome >= learnt},
                     {"scored_by", options_.outcomes[scored_by]},
                     {"cases", std::ranges::count(labels, 1)},
                     {"controls", std::ranges::count(labels, 0)}};
    std::vector<double> linear;
    const auto add = [&](const std::string& name, const std::vector<double>& scores) {
      json[name] = interval_json(labels, scores);
      keep(outcome, name, rows, labels, scores);
      if (name == "linear") {
        linear = scores;
        return;
      }
      const eval::AucDifference difference = eval::delong_test(labels, linear, scores);
      json[name]["minus_linear"] = difference.difference;
      json[name]["p"] = difference.p;
    };
    for (const Method& method : methods_) {
      std::vector<double> scores;
      for (const std::size_t row : rows) scores.push_back(method.probabilities.row(row)[scored_by]);
      add(method.name, scores);
    }
    if (predictor != nullptr)
      add("model", asked(*predictor, cohort_, rows, names_[outcome], pictures, cancel_));
    return json;
  }

  void keep(std::size_t outcome, const std::string& method, const std::vector<std::size_t>& rows,
            const std::vector<int>& labels, const std::vector<double>& scores) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::vector<std::string> fields{names_[outcome], method, cohort_.people[rows[i]],
                                            std::to_string(labels[i]),
                                            fmt::format("{:.6g}", scores[i])};
      predictions_ += store::csv_line(fields);
    }
  }

  const PolygenicOptions& options_;
  const CancelToken& cancel_;
  std::vector<std::string> names_;  // learnt, then unseen
  Cohort cohort_;
  std::vector<Method> methods_;
  std::string predictions_ = "outcome,method,IID,label,score\n";
};

}  // namespace

OrderedJson run_polygenic(const PolygenicOptions& options, const CancelToken& cancel) {
  if (options.outcomes.empty())
    raise(ErrorKind::invalid_argument, "no outcomes to learn; name columns with --outcomes");
  if (options.cases < 2)
    raise(ErrorKind::invalid_argument, "--cases {}: at least 2 make an interval", options.cases);
  torch::set_num_threads(thread_count(options.threads));
  std::filesystem::create_directories(options.out);
  return PolygenicRun(options, cancel).run();
}

}  // namespace galen::train
