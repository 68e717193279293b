#include "train/probe/samples.h"

#include <algorithm>
#include <cstdint>
#include <fmt/ranges.h>
#include <optional>
#include <set>

#include "base/raise.h"
#include "io/store/table.h"
#include "train/probe/folds.h"
#include "train/probe/matrix.h"

namespace galen::train {
namespace {

constexpr int kHoldOutFolds = 5;

std::size_t path_column(const store::Table& table, const std::string& wanted) {
  if (!wanted.empty()) return table.column(wanted);
  for (const char* name : {"path", "file"}) {
    if (const auto found = table.find(name)) return *found;
  }
  return table.column("name");
}

bool holds(const std::vector<std::string>& values, const std::string& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

/// A row of the list that stays, and where it belongs.
struct Place {
  const std::vector<std::string>* fields = nullptr;
  bool is_test = false;
};

/// Rows with a label and, where the list has splits, of a split asked for.
std::vector<Place> placed_rows(const store::Table& table, const ListOptions& options,
                               std::size_t label, std::optional<std::size_t> split) {
  std::vector<Place> rows;
  for (const auto& fields : table.rows) {
    if (fields[label].empty()) continue;
    const bool is_train = !split || holds(options.train_splits, fields[*split]);
    const bool is_test = split && holds(options.test_splits, fields[*split]);
    if (is_train && is_test) {
      raise(ErrorKind::invalid_argument, "{}: the split '{}' cannot be both train and test",
            table.name, fields[*split]);
    }
    if (is_train || is_test) rows.push_back({&fields, is_test});
  }
  return rows;
}

void hold_out(Samples& samples, std::uint64_t seed) {
  const std::vector<int> folds =
      stratified_group_folds(samples.labels, samples.groups, kHoldOutFolds, seed);
  for (std::size_t row = 0; row < folds.size(); ++row) {
    (folds[row] == 0 ? samples.test : samples.train).push_back(row);
  }
}

void check(const Samples& samples, const ListOptions& options) {
  const std::string list = options.list.string();
  if (samples.train.empty() || samples.test.empty()) {
    raise(ErrorKind::invalid_argument,
          "{}: {} rows to train (split {}) and {} to test (split {}); both need some", list,
          samples.train.size(), fmt::join(options.train_splits, ", "), samples.test.size(),
          fmt::join(options.test_splits, ", "));
  }
  std::set<int> learnt;
  for (const std::size_t row : samples.train) learnt.insert(samples.labels[row]);
  for (std::size_t k = 0; k < samples.classes.size(); ++k) {
    if (!learnt.contains(static_cast<int>(k)))
      raise(ErrorKind::invalid_argument, "{}: no row to train has the label '{}'", list,
            samples.classes[k]);
  }
  if (samples.classes.size() < 2) {
    raise(ErrorKind::invalid_argument, "{}: every row has the label '{}'; two are wanted", list,
          samples.classes.front());
  }
}

std::size_t shared_groups(const Samples& samples) {
  const auto of = [&](const std::vector<std::size_t>& rows) {
    const auto groups = take(samples.groups, rows);
    return std::set<std::string>(groups.begin(), groups.end());
  };
  const std::set<std::string> train = of(samples.train);
  const std::set<std::string> test = of(samples.test);
  return static_cast<std::size_t>(
      std::ranges::count_if(test, [&](const auto& group) { return train.contains(group); }));
}

}  // namespace

Samples read_samples(const ListOptions& options, std::uint64_t seed) {
  const store::Table table = store::read_table(options.list);
  const std::size_t path = path_column(table, options.path_column);
  const std::size_t label = table.column(options.label_column);
  const auto group = table.find(options.group_column);
  const auto split = table.find(options.split_column);
  const std::vector<Place> rows = placed_rows(table, options, label, split);

  Samples samples;
  samples.has_groups = group.has_value();
  samples.has_splits = split.has_value();
  samples.left_out = table.rows.size() - rows.size();
  std::set<std::string> classes;
  for (const Place& row : rows) classes.insert((*row.fields)[label]);
  samples.classes.assign(classes.begin(), classes.end());
  for (const Place& row : rows) {
    const std::string& name = (*row.fields)[path];
    const auto found =
        std::lower_bound(samples.classes.begin(), samples.classes.end(), (*row.fields)[label]);
    samples.names.push_back(name);
    samples.files.push_back(options.list.parent_path() / name);
    samples.labels.push_back(static_cast<int>(found - samples.classes.begin()));
    const std::string own = group ? (*row.fields)[*group] : "";
    samples.groups.push_back(own.empty() ? name : own);
    if (split) (row.is_test ? samples.test : samples.train).push_back(samples.names.size() - 1);
  }
  if (!split && !rows.empty()) hold_out(samples, seed);
  check(samples, options);
  samples.groups_in_both = shared_groups(samples);
  return samples;
}

}  // namespace galen::train
