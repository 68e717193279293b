#include "tasks/prs/match_log.h"

#include <array>
#include <fmt/format.h>
#include <iterator>

#include "base/file.h"

namespace galen {
namespace {

struct OutcomeWords {
  std::string_view name;
  std::string_view text;
};

constexpr std::array<OutcomeWords, kMatchOutcomes> kOutcomes{{
    {"matched", "same alleles"},
    {"flipped", "same alleles on the other strand"},
    {"no_position", "the scoring file has no position for it"},
    {"absent", "nothing at its position in the genotypes"},
    {"other_alleles", "other alleles at its position"},
    {"ambiguous", "A/T or C/G, the strand cannot be told (--keep-ambiguous)"},
    {"multiallelic", "more than two alleles in the genotypes (--keep-multiallelic)"},
    {"duplicate_target", "several rows of the genotypes fit (--keep-first)"},
    {"duplicate_score", "several variants of the score fit the same row (--keep-first)"},
}};

}  // namespace

std::string_view match_outcome_name(MatchOutcome outcome) {
  return kOutcomes[static_cast<std::size_t>(outcome)].name;
}

std::string_view match_outcome_text(MatchOutcome outcome) {
  return kOutcomes[static_cast<std::size_t>(outcome)].text;
}

namespace prs {

void write_match_log(const std::filesystem::path& path, const std::vector<ScoreFile>& files,
                     const std::vector<Match>& matches, const std::vector<std::string>& notes) {
  AtomicFile out(path);
  out.write(
      "score\tline\tvariant\tchromosome\tposition\teffect_allele\tother_allele\toutcome\t"
      "genotypes\texplanation\n");
  std::string text;
  constexpr std::size_t kPiece = std::size_t{1} << 16;
  std::vector<std::vector<std::size_t>> lines;
  for (const ScoreFile& file : files) lines.push_back(file.line_numbers());
  for (std::size_t i = 0; i < matches.size(); ++i) {
    const Match& match = matches[i];
    const ScoreFile& file = files[match.file];
    const ScoreRow row = file.row(match.row);
    fmt::format_to(std::back_inserter(text), "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n",
                   file.names()[0], lines[match.file][match.row], row.id.empty() ? "." : row.id,
                   row.chromosome, row.position, row.effect, fmt::join(row.others, "/"),
                   match_outcome_name(match.outcome), notes[i], match_outcome_text(match.outcome));
    if (text.size() > kPiece) {
      out.write(text);
      text.clear();
    }
  }
  out.write(text);
  out.commit();
}

}  // namespace prs
}  // namespace galen
