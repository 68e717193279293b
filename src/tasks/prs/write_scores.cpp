#include <fmt/format.h>
#include <iterator>

#include <galen/prs.h>

#include "base/file.h"
#include "base/raise.h"

namespace galen {
namespace {

void header(std::string& text, const ScoreTable& table, ScoreLayout layout) {
  if (layout == ScoreLayout::lines) {
    text += "IID\tPGS\tSUM\tDENOM\tAVG\n";
    return;
  }
  text += "IID";
  for (const std::string& name : table.scores) text += "\t" + name + "_SUM\t" + name + "_AVG";
  text += "\n";
}

void person_text(std::string& text, const ScoreTable& table, std::size_t person,
                 ScoreLayout layout) {
  auto out = std::back_inserter(text);
  const std::string& name = table.people[person];
  if (layout == ScoreLayout::columns) text += name;
  for (std::size_t score = 0; score < table.scores.size(); ++score) {
    const double sum = table.sum(person, score);
    const double alleles = table.denominators[score];
    if (layout == ScoreLayout::columns) {
      fmt::format_to(out, "\t{:.10g}\t{:.10g}", sum, sum / alleles);
    } else {
      fmt::format_to(out, "{}\t{}\t{:.10g}\t{:.0f}\t{:.10g}\n", name, table.scores[score], sum,
                     alleles, sum / alleles);
    }
  }
  if (layout == ScoreLayout::columns) text += "\n";
}

}  // namespace

void write_scores(const std::filesystem::path& path, const ScoreTable& table, ScoreLayout layout) {
  if (table.denominators.size() != table.scores.size() ||
      table.sums.size() != table.people.size() * table.scores.size()) {
    raise(ErrorKind::invalid_argument,
          "{}: a table of {} people and {} scores has {} sums and {} denominators", path.string(),
          table.people.size(), table.scores.size(), table.sums.size(), table.denominators.size());
  }
  AtomicFile out(path);
  std::string text;
  header(text, table, layout);
  constexpr std::size_t kPiece = std::size_t{1} << 20;
  for (std::size_t person = 0; person < table.people.size(); ++person) {
    person_text(text, table, person, layout);
    if (text.size() < kPiece) continue;
    out.write(text);
    text.clear();
  }
  out.write(text);
  out.commit();
}

}  // namespace galen
