#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <unordered_map>
#include <unordered_set>

#include <galen/prs_image.h>

#include "base/raise.h"
#include "io/genotype/words.h"
#include "tasks/prs/table_columns.h"
#include "tasks/prs/text_file.h"

namespace galen {
namespace {

using prs::Separator;

double number_at(std::string_view field, const std::string& name, std::size_t line) {
  double value = 0;
  const auto parsed = std::from_chars(field.data(), field.data() + field.size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != field.data() + field.size() ||
      !std::isfinite(value)) {
    raise(ErrorKind::malformed, "{}: line {}: a score is no number", name, line);
  }
  return value;
}

/// Gives every name a number, in the order of appearance.
class Numbering {
 public:
  std::size_t operator()(std::string_view name) {
    const auto [found, is_new] = numbers_.emplace(std::string(name), names.size());
    if (is_new) names.emplace_back(name);
    return found->second;
  }
  std::vector<std::string> names;

 private:
  std::unordered_map<std::string, std::size_t> numbers_;
};

/// One line per person and score.
ScoreTable from_lines(std::string_view rest, const prs::ColumnFinder& finder,
                      const std::string& name) {
  const std::size_t person = *finder.find({"iid"});
  const std::size_t score = *finder.find({"pgs"});
  const std::size_t sum = *finder.find({"sum"});
  const auto denominator = finder.find({"denom"});
  Numbering people;
  Numbering scores;
  struct Cell {
    std::size_t person;
    std::size_t score;
    double sum;
  };
  std::vector<Cell> cells;
  ScoreTable table;
  std::string_view line;
  std::vector<std::string_view> fields;
  for (std::size_t number = 2; genotype::take_line(rest, line); ++number) {
    prs::first_fields(line, Separator::tab, ~std::size_t{0}, fields);
    if (fields.size() <= std::max({person, score, sum})) {
      raise(ErrorKind::malformed, "{}: line {} has {} fields", name, number, fields.size());
    }
    const std::size_t index = scores(fields[score]);
    cells.push_back({people(fields[person]), index, number_at(fields[sum], name, number)});
    if (index == table.denominators.size()) {
      const bool has = denominator && *denominator < fields.size();
      table.denominators.push_back(has ? number_at(fields[*denominator], name, number) : 0);
    }
  }
  if (cells.size() != people.names.size() * scores.names.size()) {
    raise(ErrorKind::malformed, "{}: {} lines, but {} people with {} scores each", name,
          cells.size(), people.names.size(), scores.names.size());
  }
  table.people = std::move(people.names);
  table.scores = std::move(scores.names);
  table.sums.resize(cells.size(), std::numeric_limits<double>::quiet_NaN());
  for (const Cell& cell : cells) {
    double& to = table.sums[cell.person * table.scores.size() + cell.score];
    if (!std::isnan(to)) {
      raise(ErrorKind::malformed, "{}: person {} has two lines of the score {}", name,
            cell.person + 1, table.scores[cell.score]);
    }
    to = cell.sum;
  }
  return table;
}

/// One line per person, NAME_SUM and others.
ScoreTable from_columns(std::string_view rest, const std::vector<std::string>& columns,
                        std::size_t person, const std::string& name) {
  constexpr std::string_view kSum = "_SUM";
  ScoreTable table;
  std::vector<std::size_t> wanted;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (!columns[i].ends_with(kSum)) continue;
    wanted.push_back(i);
    table.scores.push_back(columns[i].substr(0, columns[i].size() - kSum.size()));
  }
  if (wanted.empty()) {
    raise(ErrorKind::malformed,
          "{}: is no table of scores: it needs IID, PGS and SUM, or IID and columns NAME_SUM",
          name);
  }
  table.denominators.resize(wanted.size());
  std::unordered_set<std::string_view> seen;
  std::string_view line;
  std::vector<std::string_view> fields;
  for (std::size_t number = 2; genotype::take_line(rest, line); ++number) {
    prs::first_fields(line, Separator::tab, ~std::size_t{0}, fields);
    if (fields.size() != columns.size()) {
      raise(ErrorKind::malformed, "{}: line {} has {} fields, the header {}", name, number,
            fields.size(), columns.size());
    }
    if (!seen.insert(fields[person]).second) {
      raise(ErrorKind::malformed, "{}: line {} is of a person who had one before", name, number);
    }
    table.people.emplace_back(fields[person]);
    for (const std::size_t i : wanted) table.sums.push_back(number_at(fields[i], name, number));
  }
  return table;
}

}  // namespace

ScoreTable read_scores(const std::filesystem::path& path) {
  const prs::TextFile file(path);
  std::string_view rest = file.text();
  std::string_view header;
  if (!genotype::take_line(rest, header)) {
    raise(ErrorKind::malformed, "{}: is empty", path.string());
  }
  const std::vector<std::string> columns = prs::column_names(header, Separator::tab);
  const prs::ColumnFinder finder(columns);
  const auto person = finder.find({"iid"});
  if (!person) raise(ErrorKind::malformed, "{}: has no column IID", path.string());
  return finder.find({"pgs"}) && finder.find({"sum"})
             ? from_lines(rest, finder, path.string())
             : from_columns(rest, columns, *person, path.string());
}

}  // namespace galen
