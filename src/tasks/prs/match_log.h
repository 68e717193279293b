#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tasks/prs/matcher.h"

namespace galen::prs {

/// One line per variant of every scoring file: score, line of the file, its variant, what became of
/// it and why, and what the genotypes have there (`notes`).
void write_match_log(const std::filesystem::path& path, const std::vector<ScoreFile>& files,
                     const std::vector<Match>& matches, const std::vector<std::string>& notes);

}  // namespace galen::prs
