#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <galen/cancel.h>

#include "eval/ehrqa/question.h"

namespace galen::eval {

struct EhrqaMakeOptions {
  std::size_t per_type = 6;  ///< questions of each of the 42 types and each patient, at most
  std::uint64_t seed = 0;    ///< of choices and splits
  const CancelToken* cancel = nullptr;
};

struct EhrqaSet {
  std::vector<EhrQuestion> questions;
  /// Files without a patient or that cannot be read, and questions left out; a line each file.
  std::vector<std::string> skipped;
  std::size_t patients = 0;
};

/// Questions about every Bundle of a folder, with answers computed from it and looked up in it
/// again. Patients are split as in the report, 42 : 20 : 19. Throws not_found, invalid_argument (no
/// patient), internal (evidence that is not in the Bundle).
[[nodiscard]] EhrqaSet make_ehrqa(const std::filesystem::path& folder,
                                  const EhrqaMakeOptions& options);

/// The questions without those whose free answer does not stand in its evidence word for word: one
/// put together, of a practitioner's names or of several reasons. Throws internal when a reference
/// of the evidence is not in the Bundle.
[[nodiscard]] std::vector<EhrQuestion> held_questions(std::vector<EhrQuestion> questions,
                                                      const std::filesystem::path& bundle);

}  // namespace galen::eval
