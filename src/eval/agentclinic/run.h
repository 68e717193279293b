#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "eval/agentclinic/visit.h"
#include "eval/metrics/bootstrap.h"

namespace galen::eval {

struct ClinicResult {
  std::size_t cases = 0;
  std::size_t right = 0;
  std::size_t without_diagnosis = 0;
  std::size_t failed = 0;  ///< cases a model gave no answer in (its context was too small); wrong
  double accuracy = 0;
  Interval interval;  ///< of the accuracy, over cases
  double mean_questions = 0;
  double mean_tests = 0;
};

/// Plays the cases. Each visit with its transcript is kept in `out`/samples.jsonl at once, so that
/// a run that was stopped goes on; `out`/results.json is written at the end. Throws
/// invalid_argument (`out` holds visits of other models or cases), cancelled, and as
/// ChatModel::reply.
ClinicResult run_agentclinic(const std::vector<ClinicCase>& cases, const ClinicModels& models,
                             const std::filesystem::path& out, const ClinicOptions& options,
                             const BootstrapOptions& bootstrap);

[[nodiscard]] std::string clinic_text(const ClinicResult& result);

}  // namespace galen::eval
