#include "train/polygenic/cohort.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include <galen/prs_image.h>

#include "base/raise.h"
#include "io/store/table.h"

namespace galen::train {
namespace {

std::optional<double> number_of(const std::string& word) {
  double value = 0;
  const char* const end = word.data() + word.size();
  const auto parsed = std::from_chars(word.data(), end, value);
  if (parsed.ec != std::errc() || parsed.ptr != end) return {};
  return value;
}

/// Numbers as they are; two different words as 0 and 1 in the order of the alphabet.
std::vector<double> values_of(const store::Table& table, std::size_t column) {
  std::vector<double> values;
  std::set<std::string> words;
  for (const auto& row : table.rows) {
    words.insert(row[column]);
    if (const auto number = number_of(row[column])) values.push_back(*number);
  }
  if (values.size() == table.rows.size()) return values;
  if (words.size() != 2 || words.contains("")) {
    raise(ErrorKind::invalid_argument,
          "{}: column '{}' is neither of numbers nor of two words; leave out people without it",
          table.name, table.columns[column]);
  }
  values.clear();
  for (const auto& row : table.rows) values.push_back(row[column] == *words.begin() ? 0 : 1);
  return values;
}

std::vector<int> outcome_of(const store::Table& table, std::size_t column) {
  std::vector<int> values;
  for (const auto& row : table.rows) {
    const std::string& word = row[column];
    if (word != "0" && word != "1" && !word.empty() && word != "NA") {
      raise(ErrorKind::invalid_argument, "{}: column '{}' holds '{}'; 1, 0 and NA are read",
            table.name, table.columns[column], word);
    }
    values.push_back(word == "1" ? 1 : word == "0" ? 0 : -1);
  }
  return values;
}

/// The rows of the scores for the people of the table, in the table's order.
std::vector<std::pair<std::size_t, std::size_t>> joined(const store::Table& table,
                                                        const ScoreTable& scores) {
  std::unordered_map<std::string, std::size_t> row_of;
  for (std::size_t i = 0; i < scores.people.size(); ++i) row_of.emplace(scores.people[i], i);
  const std::size_t name = table.column("IID");
  std::vector<std::pair<std::size_t, std::size_t>> rows;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const auto found = row_of.find(table.rows[i][name]);
    if (found != row_of.end()) rows.emplace_back(i, found->second);
  }
  if (rows.empty()) {
    raise(ErrorKind::invalid_argument, "{}: none of its {} people has scores; is IID the same?",
          table.name, table.rows.size());
  }
  return rows;
}

}  // namespace

std::vector<std::size_t> Cohort::rows(const std::string& split, std::size_t outcome) const {
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < people.size(); ++i) {
    if (splits[i] == split && outcomes[outcome][i] >= 0) chosen.push_back(i);
  }
  return chosen;
}

Matrix Cohort::features() const {
  const std::size_t count = scores.scores.size();
  Matrix all(people.size(), count + demographic_values.columns);
  for (std::size_t i = 0; i < people.size(); ++i) {
    const auto row = all.row(i);
    for (std::size_t s = 0; s < count; ++s) row[s] = scores.sum(i, s);
    std::ranges::copy(demographic_values.row(i), row.begin() + static_cast<std::ptrdiff_t>(count));
  }
  return all;
}

Cohort read_cohort(const std::filesystem::path& people, const std::filesystem::path& scores,
                   const CohortColumns& columns) {
  const store::Table table = store::read_table(people);
  const ScoreTable read = read_scores(scores);
  const auto rows = joined(table, read);
  Cohort cohort;
  cohort.scores.scores = read.scores;
  cohort.demographic_values = Matrix(rows.size(), columns.demographics.size());
  cohort.demographics.resize(rows.size());
  const std::size_t split = table.column("split");
  const std::size_t name = table.column("IID");
  for (const auto& [in_table, in_scores] : rows) {
    cohort.people.push_back(table.rows[in_table][name]);
    cohort.splits.push_back(table.rows[in_table][split]);
    for (std::size_t s = 0; s < read.scores.size(); ++s)
      cohort.scores.sums.push_back(read.sum(in_scores, s));
  }
  cohort.scores.people = cohort.people;
  for (std::size_t d = 0; d < columns.demographics.size(); ++d) {
    const std::size_t column = table.column(columns.demographics[d]);
    const std::vector<double> values = values_of(table, column);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      cohort.demographic_values.row(i)[d] = values[rows[i].first];
      cohort.demographics[i] += fmt::format("{}{}: {}", d > 0 ? ", " : "", columns.demographics[d],
                                            table.rows[rows[i].first][column]);
    }
  }
  for (const std::string& outcome : columns.outcomes) {
    const std::vector<int> values = outcome_of(table, table.column(outcome));
    std::vector<int>& kept = cohort.outcomes.emplace_back();
    for (const auto& [in_table, in_scores] : rows) kept.push_back(values[in_table]);
  }
  return cohort;
}

}  // namespace galen::train
