#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <galen/prs_image.h>

#include "train/polygenic/cohort.h"

namespace galen::train {

/// Rows of people who have an outcome and as many who have not, at most `each` of both, drawn by
/// seed.
[[nodiscard]] std::vector<std::size_t> balanced_rows(const Cohort& cohort, const std::string& split,
                                                     std::size_t outcome, std::size_t each,
                                                     std::uint64_t seed);

/// Writes FOLDER/pictures/IID.png for people that have none yet, on the scale of the training
/// people, at the size and square a vision-language model takes.
class PictureFolder {
 public:
  PictureFolder(const Cohort& cohort, const std::filesystem::path& folder);
  /// The person's file.
  [[nodiscard]] std::filesystem::path picture(std::size_t person) const;

 private:
  const Cohort& cohort_;
  std::filesystem::path folder_;
  PrsImageScale scale_;
};

/// "coronary_disease" as a question has it.
[[nodiscard]] std::string words_of(std::string outcome);

/// Writes FOLDER/questions.jsonl for `galen train sft`: `count` questions of each outcome from the
/// split "train", a tenth of that from "val", half of them of cases.
void write_questions(const Cohort& cohort, std::span<const std::string> outcomes, int count,
                     std::uint64_t seed, const std::filesystem::path& folder,
                     const PictureFolder& pictures);

}  // namespace galen::train
