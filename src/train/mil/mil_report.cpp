#include "train/mil/mil_report.h"

#include <cmath>
#include <fmt/core.h>
#include <functional>
#include <map>

#include "base/file.h"
#include "eval/metrics/concordance.h"
#include "eval/metrics/regression.h"
#include "io/store/table.h"
#include "train/probe/evaluation.h"

namespace galen::train {
namespace {

std::vector<std::string> groups_of(const BagPredictions& predictions, const BagList& list) {
  std::vector<std::string> groups;
  for (const std::size_t bag : predictions.bags) groups.push_back(list.bags[bag].group);
  return groups;
}

OrderedJson report_classes(const BagPredictions& predictions, const BagList& list,
                           const eval::BootstrapOptions& bootstrap) {
  Scored scored;
  for (const std::size_t bag : predictions.bags) scored.labels.push_back(list.bags[bag].label);
  scored.probabilities = predictions.outputs;
  return evaluate(scored, groups_of(predictions, list), bootstrap);
}

OrderedJson report_values(const BagPredictions& predictions, const BagList& list,
                          const eval::BootstrapOptions& bootstrap) {
  std::vector<double> truth;
  for (const std::size_t bag : predictions.bags) truth.push_back(list.bags[bag].value);
  const auto of_rows = [&](double (*metric)(std::span<const double>, std::span<const double>)) {
    return [&truth, &predictions, metric](std::span<const std::size_t> rows) {
      return metric(take(truth, rows), take(predictions.outputs.values, rows));
    };
  };
  return measure({{"mae", of_rows(eval::mean_absolute_error)},
                  {"rmse", of_rows(eval::root_mean_squared_error)},
                  {"r2", of_rows(eval::r_squared)},
                  {"pearson", of_rows(eval::pearson)}},
                 groups_of(predictions, list), bootstrap);
}

/// Mean over the folds that have comparable pairs among the rows.
double mean_concordance(const BagPredictions& predictions, const BagList& list,
                        std::span<const std::size_t> rows) {
  std::map<int, std::vector<std::size_t>> by_fold;
  for (const std::size_t row : rows) by_fold[predictions.folds[row]].push_back(row);
  double sum = 0;
  int count = 0;
  for (const auto& [fold, members] : by_fold) {
    std::vector<double> times;
    std::vector<int> events;
    for (const std::size_t row : members) {
      times.push_back(list.bags[predictions.bags[row]].value);
      events.push_back(list.bags[predictions.bags[row]].event);
    }
    const double index =
        eval::concordance_index(times, events, take(predictions.outputs.values, members));
    if (std::isnan(index)) continue;
    sum += index;
    ++count;
  }
  return count == 0 ? std::nan("") : sum / count;
}

std::vector<std::string> truth_of(const Bag& bag, const BagList& list, MilTask task) {
  if (task == MilTask::classification) return {list.classes[static_cast<std::size_t>(bag.label)]};
  if (task == MilTask::regression) return {fmt::format("{}", bag.value)};
  return {fmt::format("{}", bag.value), std::to_string(bag.event)};
}

std::vector<std::string> header_of(const BagList& list, MilTask task) {
  std::vector<std::string> header{"slide", "group", "fold"};
  if (task == MilTask::classification) {
    header.insert(header.end(), {"label", "predicted"});
    for (const std::string& label : list.classes) header.push_back("p_" + label);
  } else if (task == MilTask::regression) {
    header.insert(header.end(), {"label", "predicted"});
  } else {
    header.insert(header.end(), {"time", "event", "risk"});
  }
  return header;
}

}  // namespace

void BagPredictions::append(int fold, const std::vector<std::size_t>& tested,
                            const Matrix& predicted) {
  bags.insert(bags.end(), tested.begin(), tested.end());
  folds.insert(folds.end(), tested.size(), fold);
  outputs.rows += predicted.rows;
  outputs.columns = predicted.columns;
  outputs.values.insert(outputs.values.end(), predicted.values.begin(), predicted.values.end());
}

OrderedJson report_bags(const BagPredictions& predictions, const BagList& list, MilTask task,
                        const eval::BootstrapOptions& bootstrap) {
  if (task == MilTask::classification) return report_classes(predictions, list, bootstrap);
  if (task == MilTask::regression) return report_values(predictions, list, bootstrap);
  const eval::RowMetric concordance = [&](std::span<const std::size_t> rows) {
    return mean_concordance(predictions, list, rows);
  };
  return measure({{"c_index", concordance}}, groups_of(predictions, list), bootstrap);
}

void save_bag_predictions(const std::filesystem::path& path, const BagPredictions& predictions,
                          const BagList& list, MilTask task) {
  AtomicFile file(path);
  file.write(store::csv_line(header_of(list, task)));
  const std::vector<int> called = most_probable(predictions.outputs);
  for (std::size_t row = 0; row < predictions.bags.size(); ++row) {
    const Bag& bag = list.bags[predictions.bags[row]];
    std::vector<std::string> fields{bag.slide, bag.group, std::to_string(predictions.folds[row])};
    for (const std::string& field : truth_of(bag, list, task)) fields.push_back(field);
    if (task == MilTask::classification)
      fields.push_back(list.classes[static_cast<std::size_t>(called[row])]);
    for (const double output : predictions.outputs.row(row))
      fields.push_back(fmt::format("{:.6g}", output));
    file.write(store::csv_line(fields));
  }
  file.commit();
}

}  // namespace galen::train
