#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace galen::eval {

/// One case of AgentClinic: what each role knows.
struct ClinicCase {
  std::string id;           ///< the number of its line, from 1
  std::string objective;    ///< what the doctor is told first
  std::string patient;      ///< what the patient knows, as JSON text
  std::string examination;  ///< findings and test results, which the measurement role reads out
  std::string diagnosis;    ///< what the moderator compares with
};

/// Reads AgentClinic's JSONL (agentclinic_medqa.jsonl: an OSCE_Examination a line). Throws
/// not_found, malformed (naming the line and the field).
[[nodiscard]] std::vector<ClinicCase> read_clinic_cases(const std::filesystem::path& file);

}  // namespace galen::eval
