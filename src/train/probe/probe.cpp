#include "train/probe/probe.h"

#include <set>
#include <string>
#include <utility>

#include "base/file.h"
#include "base/log.h"
#include "base/raise.h"
#include "eval/metrics/confusion.h"
#include "eval/metrics/ranking.h"
#include "io/store/safetensors.h"
#include "io/store/table.h"
#include "train/probe/evaluation.h"
#include "train/probe/folds.h"

namespace galen::train {
namespace {

const char* name_of(ProbeMethod method) {
  switch (method) {
    case ProbeMethod::logistic: return "logistic";
    case ProbeMethod::knn: return "knn";
    case ProbeMethod::mlp: return "mlp";
  }
  raise(ErrorKind::internal, "an unknown probe method");
}

TrainingSet training_set(const Samples& samples, const Matrix& features,
                         const ProbeOptions& options) {
  TrainingSet set;
  set.features = take_rows(features, samples.train);
  set.labels = take(samples.labels, samples.train);
  set.folds = stratified_group_folds(set.labels, take(samples.groups, samples.train), options.folds,
                                     options.seed);
  set.classes = static_cast<int>(samples.classes.size());
  return set;
}

Trained train(const TrainingSet& set, const ProbeOptions& options) {
  switch (options.method) {
    case ProbeMethod::logistic: return train_logistic(set, options.logistic);
    case ProbeMethod::knn: return train_knn(set, options.knn);
    case ProbeMethod::mlp: return train_mlp(set, options.mlp);
  }
  raise(ErrorKind::internal, "an unknown probe method");
}

std::size_t distinct(const std::vector<std::string>& groups) {
  return std::set<std::string>(groups.begin(), groups.end()).size();
}

OrderedJson describe(const Samples& samples, const Features& features,
                     const ProbeOptions& options) {
  return {{"galen", GALEN_VERSION},
          {"list", options.list.list.string()},
          {"features", features.origin},
          {"width", features.values.columns},
          {"method", name_of(options.method)},
          {"classes", samples.classes},
          {"samples",
           {{"train", samples.train.size()},
            {"test", samples.test.size()},
            {"left_out", samples.left_out}}},
          {"groups",
           {{"column", samples.has_groups ? options.list.group_column : "none"},
            {"train", distinct(take(samples.groups, samples.train))},
            {"test", distinct(take(samples.groups, samples.test))},
            {"in_both", samples.groups_in_both}}},
          {"split", samples.has_splits ? options.list.split_column : "a fifth of the groups"},
          {"folds", options.folds},
          {"bootstrap", options.bootstrap},
          {"seed", options.seed}};
}

OrderedJson confusion_rows(const Scored& scored) {
  const auto classes = static_cast<int>(scored.probabilities.columns);
  const eval::ConfusionMatrix matrix =
      eval::confusion_matrix(scored.labels, most_probable(scored.probabilities), classes);
  OrderedJson rows = OrderedJson::array();
  for (int truth = 0; truth < classes; ++truth) {
    OrderedJson row = OrderedJson::array();
    for (int called = 0; called < classes; ++called) row.push_back(matrix.at(truth, called));
    rows.push_back(row);
  }
  return rows;
}

/// The threshold comes from out-of-fold probabilities of the training rows: chosen on the test rows
/// it would flatter itself.
OrderedJson youden(const TrainingSet& set, const Trained& trained, const Scored& scored,
                   std::span<const std::string> groups, const eval::BootstrapOptions& bootstrap) {
  const double threshold =
      eval::youden_point(set.labels, positive_probability(trained.out_of_fold)).threshold;
  OrderedJson result{{"threshold", threshold}};
  result.update(evaluate_threshold(scored, threshold, groups, bootstrap));
  return result;
}

void save_weights(const std::filesystem::path& path, const Classifier& classifier,
                  const Samples& samples, const Features& features, ProbeMethod method) {
  const auto tensors = classifier.tensors();
  std::vector<store::Tensor> header;
  for (const auto& [name, matrix] : tensors)
    header.push_back({name, store::Dtype::f64, {matrix.rows, matrix.columns}, 0, 0});
  store::SafetensorsWriter writer(path, header,
                                  {{"classes", Json(samples.classes).dump()},
                                   {"features", features.origin},
                                   {"method", name_of(method)}});
  for (const auto& [name, matrix] : tensors) {
    writer.write(std::span(reinterpret_cast<const std::uint8_t*>(matrix.values.data()),
                           matrix.values.size() * sizeof(double)));
  }
  writer.commit();
}

void save_predictions(const std::filesystem::path& path, const Samples& samples,
                      const Matrix& probabilities) {
  std::vector<std::string> header{"name", "group", "label", "predicted"};
  for (const std::string& label : samples.classes) header.push_back("p_" + label);
  AtomicFile file(path);
  file.write(store::csv_line(header));
  const std::vector<int> called = most_probable(probabilities);
  for (std::size_t i = 0; i < samples.test.size(); ++i) {
    const std::size_t row = samples.test[i];
    std::vector<std::string> fields{samples.names[row], samples.groups[row],
                                    samples.classes[static_cast<std::size_t>(samples.labels[row])],
                                    samples.classes[static_cast<std::size_t>(called[i])]};
    for (const double p : probabilities.row(i)) fields.push_back(fmt::format("{:.6f}", p));
    file.write(store::csv_line(fields));
  }
  file.commit();
}

void warn_about(const Samples& samples, const ListOptions& list) {
  if (!samples.has_groups) {
    log_warning(fmt::format(
        "{}: no column '{}': every row counts as its own patient, which flatters the result when "
        "some share one (--group-column)",
        list.list.string(), list.group_column));
  }
  if (samples.groups_in_both > 0) {
    log_warning(
        fmt::format("{}: {} groups have rows both in train and in test: the result is not "
                    "that of unseen patients",
                    list.list.string(), samples.groups_in_both));
  }
}

}  // namespace

OrderedJson run_probe(const ProbeOptions& options, const CancelToken& cancel) {
  const Samples samples = read_samples(options.list, options.seed);
  warn_about(samples, options.list);
  std::filesystem::create_directories(options.out);
  const Features features =
      load_features(samples, options.features, options.out / "features.safetensors", cancel);
  const TrainingSet set = training_set(samples, features.values, options);
  cancel.check();
  const Trained trained = train(set, options);
  cancel.check();

  const Matrix test = take_rows(features.values, samples.test);
  const Scored scored{take(samples.labels, samples.test), trained.classifier->probabilities(test)};
  const std::vector<std::string> groups = take(samples.groups, samples.test);
  const eval::BootstrapOptions bootstrap{.resamples = options.bootstrap, .seed = options.seed};
  OrderedJson result = describe(samples, features, options);
  result["training"] = trained.facts;
  result["training"]["out_of_fold_auc"] =
      eval::roc_auc_ovr(set.labels, trained.out_of_fold.values, set.classes);
  result["test"] = evaluate(scored, groups, bootstrap);
  if (set.classes == 2) result["youden"] = youden(set, trained, scored, groups, bootstrap);
  result["confusion"] = confusion_rows(scored);

  save_weights(options.out / "probe.safetensors", *trained.classifier, samples, features,
               options.method);
  save_predictions(options.out / "predictions.csv", samples, scored.probabilities);
  write_file(options.out / "probe.json", result.dump(2) + "\n");
  return result;
}

}  // namespace galen::train
