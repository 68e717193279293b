// Matching and scoring from files to a table.

#include <algorithm>
#include <unordered_map>

#include <galen/prs.h>

#include "base/progress.h"
#include "base/raise.h"
#include "tasks/prs/match_log.h"
#include "tasks/prs/matcher.h"
#include "tasks/prs/people.h"
#include "tasks/prs/score_steps.h"
#include "tasks/prs/score_sums.h"

namespace galen {

using prs::Match;
using prs::ScoreFile;

std::vector<ScoreFile> prs::open_scores(const PrsInputs& inputs) {
  if (inputs.scores.empty()) raise(ErrorKind::invalid_argument, "no scoring file is named");
  std::vector<ScoreFile> files;
  std::unordered_map<std::string, std::string> seen;
  for (const auto& path : inputs.scores) {
    files.emplace_back(path);
    for (const std::string& name : files.back().names()) {
      const auto [found, is_new] = seen.emplace(name, path.string());
      if (!is_new) {
        raise(ErrorKind::invalid_argument,
              "{}: its score is called {}, as one of {}; score them in two runs, or rename one",
              path.string(), name, found->second);
      }
    }
  }
  return files;
}

void prs::check_builds(const std::vector<ScoreFile>& files, const std::string& build) {
  for (const ScoreFile& file : files) {
    if (file.build().empty() || build.empty() || file.build() == build) continue;
    raise(ErrorKind::invalid_argument,
          "{}: its positions are of {}, the genotypes' of {}; take the scoring file harmonised to "
          "{} (hmPOS), or lift the genotypes over",
          file.path().string(), file.build(), build, build);
  }
}

std::vector<Match> prs::match_people(Matcher& matcher, People& people, const CancelToken* cancel) {
  Progress progress("match", 0, "variants");
  people.each(
      genotype::Pass::sites, cancel,
      [&](genotype::GenotypeSource&, const genotype::Variant& variant, std::uint32_t number) {
        matcher.offer(variant, number);
        constexpr std::uint32_t kStep = 1024;
        if (number % kStep == kStep - 1) progress.advance(kStep);
      });
  return matcher.finish();
}

namespace {

std::vector<ScoreOverlap> overlaps_of(const std::vector<ScoreFile>& files,
                                      const std::vector<Match>& matches, const std::string& build,
                                      double min_overlap) {
  std::vector<ScoreOverlap> overlaps;
  for (const ScoreFile& file : files) {
    ScoreOverlap& overlap = overlaps.emplace_back();
    overlap.file = file.path().string();
    overlap.names = file.names();
    overlap.variants = file.size();
    if (build.empty() && !file.build().empty()) {
      overlap.warning = "positions are of " + file.build() +
                        "; the genotypes do not state their build (--build checks it)";
    }
  }
  for (const Match& one : matches) {
    ScoreOverlap& overlap = overlaps[one.file];
    ++overlap.outcomes[static_cast<std::size_t>(one.outcome)];
    overlap.used += one.is_used() ? 1 : 0;
  }
  for (ScoreOverlap& overlap : overlaps) {
    overlap.passes = overlap.used > 0 && overlap.share() >= min_overlap;
  }
  return overlaps;
}

/// The scores of files that pass, and where each file's begin.
prs::SumsShape shape_of(const std::vector<ScoreOverlap>& overlaps, std::size_t people,
                        std::vector<std::string>& names) {
  prs::SumsShape shape;
  shape.people = people;
  for (const ScoreOverlap& overlap : overlaps) {
    shape.first_score.push_back(overlap.passes ? names.size() : prs::SumsShape::kLeftOut);
    if (overlap.passes) names.insert(names.end(), overlap.names.begin(), overlap.names.end());
  }
  shape.scores = names.size();
  return shape;
}

[[noreturn]] void refuse_overlap(const ScoreOverlap& overlap, double min_overlap) {
  const auto worst = std::max_element(overlap.outcomes.begin() + 2, overlap.outcomes.end());
  const auto outcome = static_cast<MatchOutcome>(worst - overlap.outcomes.begin());
  raise(ErrorKind::invalid_argument,
        "{}: {} of {} variants are in the genotypes ({:.1f} %), {:.1f} % are needed "
        "(--min-overlap); most others: {}. Is it the same genome build? `galen prs match` says why "
        "each was dropped",
        overlap.file, overlap.used, overlap.variants, 100 * overlap.share(), 100 * min_overlap,
        match_outcome_text(outcome));
}

/// Chromosomes of which people have one copy; a call counts half.
double scale_of(const std::string& chromosome) {
  constexpr double kOneCopy = 0.5;
  return chromosome == "Y" || chromosome == "MT" ? kOneCopy : 1;
}

/// Reads the variants that are used and hands them to the sums.
class Scorer {
 public:
  Scorer(const std::vector<ScoreFile>& files, std::vector<Match> used, ScoreTable& table,
         const prs::SumsShape& shape, prs::ScoreSums& sums)
      : files_(files), used_(std::move(used)), table_(table), shape_(shape), sums_(sums) {}

  /// Gives the number of matches that the variant serves.
  std::size_t take(genotype::GenotypeSource& source, const genotype::Variant& variant,
                   std::uint32_t number) {
    const std::size_t first = next_;
    if (next_ == used_.size() || used_[next_].variant != number) return 0;
    const double scale = scale_of(variant.chromosome);
    std::vector<Part> parts;
    for (; next_ < used_.size() && used_[next_].variant == number; ++next_) {
      const Match& match = used_[next_];
      const auto how = files_[match.file].row(match.row).inheritance;
      const bool is_plain = how == prs::Inheritance::additive && variant.alleles.size() == 2;
      Part& part = part_of(parts, is_plain ? 1 : match.allele, how, scale);
      part.contribution.weights.push_back({match.file, match.row, is_plain && match.allele == 0});
      for (std::size_t i = 0; i < files_[match.file].names().size(); ++i) {
        table_.denominators[shape_.first_score[match.file] + i] += 2 * scale;
      }
    }
    for (Part& part : parts) {
      source.read(part.allele, dosages_);
      sums_.add(dosages_, std::move(part.contribution));
    }
    return next_ - first;
  }

 private:
  struct Part {
    std::size_t allele;
    prs::Contribution contribution;
  };
  static Part& part_of(std::vector<Part>& parts, std::size_t allele, prs::Inheritance how,
                       double scale) {
    for (Part& part : parts) {
      if (part.allele == allele && part.contribution.inheritance == how) return part;
    }
    return parts.emplace_back(Part{allele, {.inheritance = how, .scale = scale, .weights = {}}});
  }

  const std::vector<ScoreFile>& files_;
  std::vector<Match> used_;
  ScoreTable& table_;
  const prs::SumsShape& shape_;
  prs::ScoreSums& sums_;
  std::size_t next_ = 0;
  genotype::Dosages dosages_;
};

std::vector<Match> used_by_variant(std::vector<Match> matches,
                                   const std::vector<ScoreOverlap>& overlaps) {
  std::erase_if(matches,
                [&](const Match& one) { return !one.is_used() || !overlaps[one.file].passes; });
  std::stable_sort(matches.begin(), matches.end(),
                   [](const Match& a, const Match& b) { return a.variant < b.variant; });
  return matches;
}

}  // namespace

std::vector<ScoreOverlap> match_scores(const PrsInputs& inputs, const std::filesystem::path& log) {
  const std::vector<ScoreFile> files = prs::open_scores(inputs);
  prs::People people(inputs);
  prs::check_builds(files, people.build());
  prs::Matcher matcher(files, inputs.rules, !log.empty());
  const std::vector<Match> matches = prs::match_people(matcher, people, inputs.cancel);
  if (!log.empty()) prs::write_match_log(log, files, matches, matcher.notes());
  return overlaps_of(files, matches, people.build(), inputs.rules.min_overlap);
}

ScoreTable prs::sum_people(const std::vector<ScoreFile>& files, People& people,
                           std::vector<Match> matches, const PrsInputs& inputs) {
  ScoreTable table;
  table.overlaps = overlaps_of(files, matches, people.build(), inputs.rules.min_overlap);
  const SumsShape shape = shape_of(table.overlaps, people.names().size(), table.scores);
  if (table.scores.empty()) refuse_overlap(table.overlaps[0], inputs.rules.min_overlap);
  table.people = people.names();
  table.denominators.resize(table.scores.size());

  ScoreSums sums(files, shape, inputs.threads, inputs.cancel);
  std::vector<Match> used = used_by_variant(std::move(matches), table.overlaps);
  Progress progress("score", used.size(), "variants");
  Scorer scorer(files, std::move(used), table, shape, sums);
  people.each(genotype::Pass::dosages, inputs.cancel,
              [&](genotype::GenotypeSource& source, const genotype::Variant& variant,
                  std::uint32_t number) {
                if (const auto served = scorer.take(source, variant, number))
                  progress.advance(served);
              });
  table.sums = sums.finish();
  return table;
}

ScoreTable score_people(const PrsInputs& inputs) {
  const std::vector<ScoreFile> files = prs::open_scores(inputs);
  prs::People people(inputs);
  prs::check_builds(files, people.build());
  prs::Matcher matcher(files, inputs.rules);
  std::vector<Match> matches = prs::match_people(matcher, people, inputs.cancel);
  return prs::sum_people(files, people, std::move(matches), inputs);
}

}  // namespace galen
