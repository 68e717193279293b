#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <galen/cancel.h>

#include "eval/agentclinic/cases.h"
#include "tasks/chat/chat_model.h"

namespace galen::eval {

/// The models behind the roles; several may be the same one.
struct ClinicModels {
  tasks::ChatModel& doctor;
  tasks::ChatModel& patient;
  tasks::ChatModel& measurement;
  tasks::ChatModel& moderator;
};

struct ClinicOptions {
  int max_questions = 20;     ///< turns of the doctor; the last has to be a diagnosis
  int max_tokens = 300;       ///< of one turn
  double temperature = 0.05;  ///< of doctor, patient and measurement
  std::uint64_t seed = 0;
  const CancelToken* cancel = nullptr;
};

struct ClinicLine {
  std::string role;  ///< "Doctor", "Patient", "Measurement", "Moderator"
  std::string text;
};

struct ClinicVisit {
  std::vector<ClinicLine> lines;
  std::string diagnosis;  ///< empty when the doctor gave none
  bool is_right = false;
  int questions = 0;  ///< turns of the doctor
  int tests = 0;      ///< of these, requests
};

/// One case from the first question to the moderator's verdict. Throws as ChatModel::reply,
/// cancelled.
[[nodiscard]] ClinicVisit play_visit(const ClinicCase& one, const ClinicModels& models,
                                     const ClinicOptions& options);

}  // namespace galen::eval
