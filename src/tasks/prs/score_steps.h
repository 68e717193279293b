#pragma once
// The steps of scoring, for those who put something between them.

#include <vector>

#include <galen/prs.h>

#include "tasks/prs/matcher.h"
#include "tasks/prs/people.h"

namespace galen::prs {

/// Opens the scoring files. Throws invalid_argument when two scores have one name.
[[nodiscard]] std::vector<ScoreFile> open_scores(const PrsInputs& inputs);

/// Throws invalid_argument when a score is of another genome build than the genotypes.
void check_builds(const std::vector<ScoreFile>& files, const std::string& build);

/// One pass over the variants of the genotypes.
[[nodiscard]] std::vector<Match> match_people(Matcher& matcher, People& people,
                                              const CancelToken* cancel);

/// Adds up the matches that are used, in one pass over the genotypes. Throws invalid_argument when
/// no score has enough of them.
[[nodiscard]] ScoreTable sum_people(const std::vector<ScoreFile>& files, People& people,
                                    std::vector<Match> matches, const PrsInputs& inputs);

}  // namespace galen::prs
