#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace galen::eval {

/// The ten categories of EHRQA (MedGemma report, 1.5 and 1); the score is the mean over them.
inline constexpr std::array<std::string_view, 10> kEhrqaCategories{
    "condition existence (transitive)",
    "condition existence",
    "immunization date",
    "medication current",
    "medication existence",
    "medication prescriber",
    "medication prescription date",
    "medication for condition",
    "observation (dependent)",
    "observation value"};

/// One question about one record.
struct EhrQuestion {
  std::string id;  ///< "<patient>-<number>"
  std::string patient;
  std::string record;    ///< file name of the Bundle
  std::string split;     ///< "train", "valid" or "test"
  std::string category;  ///< one of kEhrqaCategories
  std::string type;      ///< one of 42, as "medication existence: ever"
  std::string question;
  std::vector<std::string> choices;  ///< lettered A, B, ... in this order; empty = free response
  std::string answer;                ///< one of the choices, or the free response
  std::vector<std::string>
      evidence;  ///< resources that the answer stands in; empty for "not there"
};

/// The letter of the right choice; 0 for a free response.
[[nodiscard]] char answer_letter_of(const EhrQuestion& question);

/// JSONL, one question a line. Throws malformed (naming the line), not_found, io.
void write_questions(const std::filesystem::path& path, const std::vector<EhrQuestion>& questions);
[[nodiscard]] std::vector<EhrQuestion> read_questions(const std::filesystem::path& path);

}  // namespace galen::eval
